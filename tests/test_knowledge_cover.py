"""Every callable that is known to take a seed has a fact, or a reason why it has none."""

from __future__ import annotations

from pathlib import Path

from repro_lint.knowledge import build, knowledge
from repro_lint.toml import parse

SEED_TAKERS = Path(__file__).with_name("seed_takers.txt").read_text(encoding="utf-8").split()
LEFT_OUT = parse(build.LEFT_OUT.read_text(encoding="utf-8"))["left_out"]
REASONS = {name: group["reason"] for group in LEFT_OUT for name in group["names"]}


def has_fact(name: str) -> bool:
    """Whether a callable has a fact or a trait."""
    facts = knowledge()
    return bool(facts.all_rows(name) or any(facts.trait(name, role) for role in build.TRAITS))


def test_given_a_callable_with_a_seed_expected_a_fact_or_a_reason() -> None:
    assert sorted(set(SEED_TAKERS)) == SEED_TAKERS
    others = [name for name in SEED_TAKERS if not has_fact(name) and name not in REASONS]
    assert [name for name in others if not knowledge().returns(name)] == []


def test_given_a_callable_left_out_expected_no_fact_and_one_reason() -> None:
    assert [name for name in REASONS if has_fact(name)] == []
    assert sum(len(group["names"]) for group in LEFT_OUT) == len(REASONS)
    assert all(group["reason"] and group["names"] == sorted(group["names"]) for group in LEFT_OUT)
