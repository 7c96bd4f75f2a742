"""Transfer functions of seeds form the algebra that summaries need."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repro_lint.flow.transfer import (
    EVERY,
    NO_DRAWS,
    START,
    Exposure,
    Levels,
    Masks,
    Site,
    State,
    composed,
    drawn,
    joined,
    levels,
    lifted,
    mask,
    merged,
    mixed,
    seeded,
    softened,
    streams,
    united,
    unsure,
)

if TYPE_CHECKING:
    from collections.abc import Callable

WIDTH = 3
ALL = (1 << WIDTH) - 1
sets = st.integers(0, ALL)
states = st.builds(State, sets, sets, sets, sets, sets)
reached = st.none() | states
masks = st.builds(Masks, sets, sets, sets, sets, sets, sets, sets)
U, S, C, E = "USCE"
TRANSFERS: list[tuple[Callable[[State], State], dict[str, str]]] = [
    (lambda state: seeded(state, ALL), {U: S, S: S, C: S, E: S}),
    (lambda state: seeded(state, ALL, "entropy"), {U: E, S: E, C: E, E: E}),
    (lambda state: seeded(state, ALL, "configured"), {U: C, S: C, C: C, E: C}),
    (lambda state: softened(state, ALL), {U: C, S: S, C: C, E: E}),
    (lambda state: state, {U: U, S: S, C: C, E: E}),
]


def within(state: State) -> State:
    """The state for the streams of these tests only."""
    return State(*[part & ALL for part in state])


@given(states)
def test_identity_changes_nothing(one: State) -> None:
    assert within(composed(START, one)) == composed(one, START) == one


@given(states, states, states)
def test_composition_is_associative(one: State, two: State, three: State) -> None:
    assert composed(composed(one, two), three) == composed(one, composed(two, three))


@given(reached, reached, reached)
def test_join_is_commutative_associative_and_idempotent(
    one: State | None, two: State | None, three: State | None
) -> None:
    assert joined(one, two) == joined(two, one)
    assert joined(joined(one, two), three) == joined(one, joined(two, three))
    assert joined(one, one) == one


@given(reached)
def test_a_way_that_is_never_taken_adds_nothing(one: State | None) -> None:
    assert joined(one, None) == joined(None, one) == one


@given(states, states, states)
def test_composition_distributes_over_join(one: State, two: State, then: State) -> None:
    either, both = joined(one, two), joined(composed(one, then), composed(two, then))
    assert either is not None

    assert composed(either, then) == both


def concrete(state: State, start: str) -> set[str]:
    """What the first stream may be where a function leaves a state and starts with `start`."""
    keep, soft, seeded_, configured, entropy = [part & 1 for part in state]
    found = {start} if keep else set()
    found |= {C if start == U else start} if soft else set()
    return found | {word for word, part in ((S, seeded_), (C, configured), (E, entropy)) if part}


@given(states, states, st.sampled_from("USCE"))
def test_composition_is_what_happens_one_after_another(one: State, two: State, start: str) -> None:
    steps = {end for middle in concrete(one, start) for end in concrete(two, middle)}

    if concrete(one, start):
        assert concrete(composed(one, two), start) == steps


@pytest.mark.parametrize(("change", "ends"), TRANSFERS)
def test_a_change_does_to_each_start_what_it_says(
    change: Callable[[State], State], ends: dict[str, str]
) -> None:
    assert {start: concrete(change(START), start) for start in ends} == {
        start: {end} for start, end in ends.items()
    }


@given(states, states, sets)
def test_a_mixed_state_takes_some_streams_from_each(one: State, two: State, which: int) -> None:
    found = mixed(one, two, which)

    assert mixed(found, one, which) == one
    assert mixed(found, two, ALL & ~which) == two


@given(states)
def test_a_stream_has_at_most_one_level(state: State) -> None:
    found = levels(state)
    definite, partly, maybe, optional, configured, entropy = found

    assert not maybe
    assert not definite & (partly | optional | configured | entropy)
    assert not (partly | definite) & (optional | configured | entropy)
    assert not optional & (configured | entropy)


@given(states)
def test_a_seed_closes_what_came_before(state: State) -> None:
    found = levels(seeded(state, 1))

    assert not any(level & 1 for level in found)


@given(states)
def test_a_seed_on_one_way_never_leaves_a_draw_surely_open(state: State) -> None:
    either = joined(state, seeded(state, 1))
    assert either is not None

    assert not levels(either).definite & 1


@given(states, states, masks)
def test_a_draw_two_calls_deep_is_as_open_as_after_both(
    outer: State, inner: State, draws: Masks
) -> None:
    """Lifting draws through two calls and through the composition of both closes the same."""
    twice = lifted(lifted(draws, levels(inner), exact=True), levels(outer), exact=True)
    once = lifted(draws, levels(composed(outer, inner)), exact=True)

    for bit in (1 << place for place in range(WIDTH)):
        for name in ("definite", "partly", "maybe"):
            if getattr(once, name) & bit:
                assert (twice.definite | twice.partly | twice.maybe) & bit


@given(masks)
def test_draws_of_a_guessed_callee_are_never_sure(draws: Masks) -> None:
    found = lifted(draws, levels(START), exact=False)

    assert found.definite == found.partly == 0
    assert found.maybe == draws.definite | draws.partly | draws.maybe


@given(masks, states)
def test_draws_of_code_that_few_runs_reach_are_never_sure(draws: Masks, state: State) -> None:
    level = unsure(levels(state))
    found = lifted(draws, level, exact=True)

    assert found.definite == found.partly == 0
    assert found.maybe == lifted(draws, levels(state), exact=False).maybe
    assert drawn(level, 1).definite == drawn(level, 1).partly == 0


@given(masks)
def test_no_draws_add_nothing(draws: Masks) -> None:
    assert united(draws, NO_DRAWS) == draws


def test_the_more_open_of_two_levels_counts() -> None:
    assert merged(Levels(1, 2, 0, 0, 4, 0), Levels(2, 1, 0, 4, 0, 8)) == Levels(3, 0, 0, 4, 0, 8)


def test_a_draw_is_as_open_as_its_stream() -> None:
    state = State(0b0011, 0b0100, 0b0010, 0b1000, 0b10000)

    assert drawn(levels(state), 0b11111) == Masks(1, 2, 0, 4, 8, 16, 31)


def test_given_names_expected_one_bit_for_each_stream() -> None:
    assert mask(streams()) == (1 << len(streams())) - 1
    assert mask(("entropy", "none")) == 0
    assert EVERY & mask(("numpy",)) == mask(("numpy",)) != mask(("torch",))


def test_given_a_link_expected_the_calls_from_the_outermost_on() -> None:
    first, second, draw = Site("a.py", 1), Site("b.py", 2), Site("c.py", 3)

    assert Exposure("numpy", "definite", draw, (second, (first, None))).trace == (
        first,
        second,
        draw,
    )
