"""A run repeats to the bit: in fresh processes, three times, and from the middle of an epoch."""

import dataclasses
import json
from pathlib import Path

import pytest

from {{ cookiecutter.__package_name }}.config import Config
from {{ cookiecutter.__package_name }}.repro.compare import compare
from {{ cookiecutter.__package_name }}.repro.rerun import verify
from {{ cookiecutter.__package_name }}.runs import Run
from {{ cookiecutter.__package_name }}.train import train

GOLDEN = json.loads(Path("tests/golden/metrics.json").read_text(encoding="utf-8"))


def test_two_fresh_processes_with_other_hash_seeds_are_equal() -> None:
    assert verify(Path("configs/smoke.yaml"), []).equal


def test_three_runs_are_equal(smoke: Config, trained: Run, tmp_path: Path) -> None:
    for name in ("second", "third"):
        run = Run(tmp_path / name)
        train(smoke, run)

        assert compare(trained, run).equal


def test_another_seed_is_another_run(smoke: Config, trained: Run, tmp_path: Path) -> None:
    run = Run(tmp_path / "other")
    train(dataclasses.replace(smoke, seed=1), run)

    assert not compare(trained, run).equal


@pytest.mark.parametrize("stop", [7, 22, 30])
def test_a_run_that_stops_and_goes_on_equals_one_that_did_not(
    smoke: Config, trained: Run, tmp_path: Path, stop: int
) -> None:
    run = Run(tmp_path / "stopped")
    train(dataclasses.replace(smoke, max_steps=stop), run)
    train(smoke, run, resume=True)

    comparison = compare(trained, run)

    assert comparison.array == ""
    assert comparison.equal


{% if cookiecutter.framework == 'pytorch' %}
def test_the_number_of_loading_processes_changes_nothing(smoke: Config, trained: Run, tmp_path: Path) -> None:
    run = Run(tmp_path / "workers")
    train(dataclasses.replace(smoke, workers=2), run)

    assert compare(trained, run).equal


{% endif %}
def test_the_metrics_are_those_that_were_recorded(trained: Run) -> None:
    for name, value in GOLDEN["metrics"].items():
        assert trained.metrics[name] == pytest.approx(value, abs=GOLDEN["tolerance"]), name
