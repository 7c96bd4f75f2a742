"""Checkpoints are whole, checked, and complete."""

import shutil
from pathlib import Path

import pytest

from {{ cookiecutter.__package_name }}.errors import UserError
from {{ cookiecutter.__package_name }}.repro import checkpoint, manifest
from {{ cookiecutter.__package_name }}.runs import Run


@pytest.fixture
def saved(trained: Run, tmp_path: Path) -> Path:
    """A copy of a run's checkpoints."""
    return Path(shutil.copytree(trained.checkpoints.folder, tmp_path / "checkpoints"))


def test_checkpoints_are_as_they_were_written(saved: Path) -> None:
    table, sound = checkpoint.report(saved)

    assert sound
    assert table.count("as written") == len(checkpoint.find(saved)) > 1


def test_one_changed_byte_is_found_and_not_loaded(saved: Path) -> None:
    chosen = checkpoint.find(saved)[0]
    content = bytearray((chosen / checkpoint.STATE).read_bytes())
    content[len(content) // 2] ^= 1
    (chosen / checkpoint.STATE).write_bytes(bytes(content))

    assert not checkpoint.report(saved)[1]
    with pytest.raises(UserError, match="changed since it was written"):
        checkpoint.load(chosen)


def test_missing_and_added_files_are_found(saved: Path) -> None:
    first, second = checkpoint.find(saved)[:2]
    (first / checkpoint.STATE).unlink()
    (second / "extra").write_text("", encoding="utf-8")

    assert "missing" in manifest.problems(first)[0]
    assert "not recorded" in manifest.problems(second)[0]


def test_a_checkpoint_holds_what_the_next_step_depends_on(trained: Run) -> None:
    state = checkpoint.load(trained.checkpoints.latest())

    assert set(state) == {"learner", "rng", "positions"}
    assert {"python", "numpy"} <= set(state["rng"][0])
{% if cookiecutter.framework == 'pytorch' %}
    assert set(state["learner"]) == {"network", "optimizer", "schedule"}
{% endif %}


def test_nothing_half_written_is_left(trained: Run) -> None:
    assert not list(trained.checkpoints.folder.glob(".*"))
