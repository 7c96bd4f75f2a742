"""Cards say what the runs and the data say."""

import shutil
from pathlib import Path

import pytest

from {{ cookiecutter.__package_name }}.repro import card
from {{ cookiecutter.__package_name }}.runs import Run


@pytest.fixture
def cards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work on copies of the cards."""
    for name in ("MODEL_CARD.md", "DATA_CARD.md"):
        shutil.copy(name, tmp_path)
    shutil.copytree("data", tmp_path / "data")
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("cards")
def test_filled_cards_are_in_step_and_filling_again_changes_nothing(trained: Run) -> None:
    card.fill(trained)
    once = card.MODEL_CARD.read_text(encoding="utf-8")
    card.fill(trained)

    assert card.problems(trained) == []
    assert card.MODEL_CARD.read_text(encoding="utf-8") == once


@pytest.mark.usefixtures("cards")
def test_a_wrong_number_an_old_table_and_a_gap_are_found(trained: Run) -> None:
    card.fill(trained)
    text = card.MODEL_CARD.read_text(encoding="utf-8")
    accuracy = card.stated(text)["accuracy"]
    card.MODEL_CARD.write_text(text.replace(str(accuracy), "0.5") + "\nTODO\n", encoding="utf-8")
    table = card.DATA_CARD.read_text(encoding="utf-8").replace("| 1797 |", "| 7 |")
    card.DATA_CARD.write_text(table, encoding="utf-8")

    found = "\n".join(card.problems(trained))

    assert "accuracy is 0.5" in found
    assert "older than" in found
    assert "'TODO' is still to be filled in" in found
