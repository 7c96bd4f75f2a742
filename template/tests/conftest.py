"""Data and settings that the tests share."""

from pathlib import Path

import pytest

from {{ cookiecutter.__package_name }} import data
from {{ cookiecutter.__package_name }}.config import Config, load
from {{ cookiecutter.__package_name }}.runs import Run
from {{ cookiecutter.__package_name }}.train import train


@pytest.fixture(scope="session", autouse=True)
def prepared() -> None:
    """Write the data once."""
    data.prepare()


@pytest.fixture(scope="session")
def smoke() -> Config:
    """Settings of a training of seconds."""
    return load(Path("configs/smoke.yaml"), [])


@pytest.fixture(scope="session")
def trained(smoke: Config, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One run from start to end."""
    run = Run(tmp_path_factory.mktemp("runs") / "whole")
    train(smoke, run)
    return run
