"""Pages that speak of rules speak of rules that are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import repro_lint.scoring
from repro_lint.commands.rules import FAMILIES
from repro_lint.rules import ALL

ROOT = Path(__file__).resolve().parent.parent
OURS = rf"\b(?:{'|'.join(FAMILIES)})\d{{3}}\b"


@pytest.mark.parametrize("name", ["checklists.md", "rules.md"])
def test_every_rule_that_a_page_names_is_there(name: str) -> None:
    named = set(re.findall(OURS, (ROOT / "docs" / name).read_text(encoding="utf-8")))

    assert len(named) > 20
    assert named <= {rule.code for rule in ALL}


def test_every_ladder_that_the_checklists_name_is_there() -> None:
    text = (ROOT / "docs" / "checklists.md").read_text(encoding="utf-8")
    model = repro_lint.scoring.load()
    titles = {ladder.title for pillar in model.pillars for ladder in pillar.ladders}
    named = set()
    for cell in re.findall(r"[Ll]adders? (\*[^*]+\*(?:(?:, | and )\*[^*]+\*)*)", text):
        named.update(re.findall(r"\*([^*]+)\*", cell))

    assert len(named) > 5
    assert named <= titles
