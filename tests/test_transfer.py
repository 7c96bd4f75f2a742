"""Transfer functions of seeds form the algebra that summaries need."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repro_lint.flow.transfer import (
    DEFINITE,
    ENTROPY,
    FROM_ENTROPY,
    IDENTITY,
    KEPT,
    MAYBE,
    SEEDED,
    composed,
    joined,
    level_of,
    seeded,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from repro_lint.flow.transfer import Transfer

STREAMS = ("python", "numpy", "torch")
transfers = st.dictionaries(
    st.sampled_from(STREAMS), st.tuples(st.booleans(), st.integers(0, SEEDED | ENTROPY))
)
reached = st.none() | transfers


def whole(transfer: Transfer | None) -> Mapping[str, tuple[bool, int]] | None:
    """A transfer with each stream written out, so that equal effects compare equal."""
    if transfer is None:
        return None
    return {stream: transfer.get(stream, KEPT) for stream in STREAMS}


@given(transfers)
def test_identity_changes_nothing(one: Transfer) -> None:
    assert whole(composed(IDENTITY, one)) == whole(composed(one, IDENTITY)) == whole(one)


@given(transfers, transfers, transfers)
def test_composition_is_associative(one: Transfer, two: Transfer, three: Transfer) -> None:
    left = composed(composed(one, two), three)

    assert whole(left) == whole(composed(one, composed(two, three)))


@given(reached, reached, reached)
def test_join_is_commutative_associative_and_idempotent(
    one: Transfer | None, two: Transfer | None, three: Transfer | None
) -> None:
    assert whole(joined(one, two)) == whole(joined(two, one))
    assert whole(joined(joined(one, two), three)) == whole(joined(one, joined(two, three)))
    assert whole(joined(one, one)) == whole(one)


@given(reached)
def test_a_way_that_is_never_taken_adds_nothing(one: Transfer | None) -> None:
    assert joined(one, None) == joined(None, one) == one


@given(transfers, transfers, transfers)
def test_composition_distributes_over_join(one: Transfer, two: Transfer, then: Transfer) -> None:
    either = joined(one, two)
    assert either is not None

    assert whole(composed(either, then)) == whole(joined(composed(one, then), composed(two, then)))


@given(transfers, transfers)
def test_composition_and_join_leave_their_arguments(one: Transfer, two: Transfer) -> None:
    before = dict(one), dict(two)
    composed(one, two)
    joined(one, two)
    seeded(one, STREAMS, SEEDED)

    assert (dict(one), dict(two)) == before


@given(transfers, st.sampled_from(STREAMS))
def test_a_seed_covers_what_came_before(state: Transfer, stream: str) -> None:
    after = seeded(state, (stream,), SEEDED)

    assert level_of(after, stream, DEFINITE) == ""
    assert {key: after[key] for key in after if key != stream} == {
        key: state[key] for key in state if key != stream
    }


@given(transfers, st.sampled_from(STREAMS))
def test_a_seed_on_one_way_never_leaves_a_draw_surely_unseeded(
    state: Transfer, stream: str
) -> None:
    either = joined(state, seeded(state, (stream,), SEEDED))
    assert either is not None

    assert level_of(either, stream, DEFINITE) != DEFINITE


@pytest.mark.parametrize(
    ("state", "inner", "level"),
    [
        ({}, DEFINITE, DEFINITE),
        ({}, MAYBE, MAYBE),
        ({"torch": (True, 0)}, DEFINITE, DEFINITE),
        ({"torch": (True, SEEDED)}, DEFINITE, MAYBE),
        ({"torch": (True, ENTROPY)}, DEFINITE, MAYBE),
        ({"torch": (False, SEEDED)}, DEFINITE, ""),
        ({"torch": (False, SEEDED)}, MAYBE, ""),
        ({"torch": (False, ENTROPY)}, DEFINITE, FROM_ENTROPY),
        ({"torch": (False, SEEDED | ENTROPY)}, DEFINITE, FROM_ENTROPY),
        ({"numpy": (False, SEEDED)}, DEFINITE, DEFINITE),
        ({"torch": (False, SEEDED)}, FROM_ENTROPY, FROM_ENTROPY),
    ],
)
def test_given_a_state_expected_how_exposed_a_draw_is(
    state: Transfer, inner: str, level: str
) -> None:
    assert level_of(state, "torch", inner) == level
