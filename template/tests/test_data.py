"""Data is checked before each run."""

import shutil
from pathlib import Path

import pytest

from {{ cookiecutter.__package_name }} import data
from {{ cookiecutter.__package_name }}.batches import epoch_batches
from {{ cookiecutter.__package_name }}.config import Config
from {{ cookiecutter.__package_name }}.errors import UserError


def test_the_parts_share_no_image() -> None:
    train, test = data.load("train"), data.load("test")

    assert len(train.labels) + len(test.labels) == 1797
    assert train.pixels.shape[1:] == (8, 8)
    assert 0 <= train.pixels.min() <= train.pixels.max() <= 1


def test_a_changed_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree("data", tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    data.RAW.write_text("0\n", encoding="utf-8")

    with pytest.raises(UserError, match=r"digits\.csv is not the file"):
        data.verify()


def test_missing_data_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    with pytest.raises(UserError, match="does not exist"):
        data.verify()


def test_batches_cover_an_epoch_once_and_differ_between_epochs() -> None:
    config = Config(batch_size=64)
    first, second = (epoch_batches(config, 1438, epoch) for epoch in (0, 1))
    seen = [int(index) for batch in first for index in batch]

    assert len(seen) == len(set(seen)) == 1438 // 64 * 64
    assert [int(index) for batch in second for index in batch] != seen
