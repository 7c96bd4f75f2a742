"""Each hazard in a well-kept project is reported by its rule and no other, and costs points."""

from __future__ import annotations

import pytest

import mutants
from repro_lint.rules import ALL

MUTANTS = [pytest.param(mutant, id=mutant.hazard) for mutant in mutants.mutants()]


@pytest.mark.parametrize("name", mutants.SAMPLES)
def test_the_sample_has_full_marks_and_no_finding(name: str) -> None:
    judged = mutants.judged_sample(name)

    assert judged.rules == frozenset()
    assert judged.score == 100


@pytest.mark.parametrize("mutant", MUTANTS)
def test_its_rule_says_so_and_the_score_falls(mutant: mutants.Mutant) -> None:
    judged = mutants.judged_mutant(mutant)

    assert judged.rules == {mutant.rule, *mutant.also}
    assert judged.score < mutants.judged_sample(mutant.sample).score


def test_mutants_differ_and_name_rules_that_are_there() -> None:
    table = mutants.mutants()
    named = {code for mutant in table for code in (mutant.rule, *mutant.also)}

    assert len({mutant.hazard for mutant in table}) == len(table)
    assert named <= {rule.code for rule in ALL}


def test_an_edit_that_changes_nothing_is_refused() -> None:
    edit = {"path": "README.md", "find": "no such text", "put": ""}

    with pytest.raises(AssertionError, match="an edit changes nothing"):
        mutants.mutated(mutants.Mutant("none", "STR001", (edit,)))


def test_the_page_shows_the_table_of_today() -> None:
    text = mutants.PAGE.read_text(encoding="utf-8")

    assert mutants.START in text
    assert mutants.page(text) == text
