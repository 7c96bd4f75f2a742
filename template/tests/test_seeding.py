"""The streams of random numbers."""

import random

import numpy as np
import pytest
{% if cookiecutter.framework == 'pytorch' %}
import torch
{% endif %}

from {{ cookiecutter.__package_name }}.repro.seeding import (
    SeedContext,
    derive_seed,
    restore_rng_state,
    rng_for,
    rng_state,
    seed_everything,
    spawn_seeds,
)


def draws() -> tuple[float, ...]:
    """One number from each global stream."""
    return (
        random.random(),  # noqa: S311 - no secret
        float(np.random.random()),  # noqa: NPY002 - the global stream is what is tested
{% if cookiecutter.framework == 'pytorch' %}
        float(torch.rand(())),
{% endif %}
    )


def test_the_same_seed_gives_the_same_numbers() -> None:
    seed_everything(1)
    first = draws()
    seed_everything(1)

    assert draws() == first


def test_another_seed_gives_other_numbers_in_every_stream() -> None:
    seed_everything(1)
    first = draws()
    seed_everything(2)

    assert all(one != other for one, other in zip(first, draws(), strict=True))


@pytest.mark.parametrize("seed", [-1, 2**32])
def test_a_seed_out_of_range_is_refused(seed: int) -> None:
    with pytest.raises(ValueError, match="between 0 and"):
        seed_everything(seed)


def test_a_context_leaves_the_streams_as_they_were_also_after_an_exception() -> None:
    seed_everything(3)
    expected = draws()
    seed_everything(3)

    with pytest.raises(ZeroDivisionError), SeedContext(9):
        draws()[0] / 0

    assert draws() == expected


def test_a_context_within_a_context_and_around_a_function() -> None:
    @SeedContext(5)
    def inner() -> tuple[float, ...]:
        with SeedContext(6):
            draws()
        return draws()

    assert inner() == inner()


def test_states_go_back_to_where_they_were_taken() -> None:
    state = rng_state()
    first = draws()
    restore_rng_state(state)

    assert draws() == first


def test_a_state_of_other_streams_is_refused() -> None:
    with pytest.raises(ValueError, match="not of this program"):
        restore_rng_state({"python": []})


def test_derived_seeds_stay_as_they_are() -> None:
    assert spawn_seeds(0, 3) == spawn_seeds(0, 5)[:3]
    assert len(set(spawn_seeds(0, 1000))) == 1000
    assert derive_seed(0, "a", "b") != derive_seed(0, "b", "a")
    assert derive_seed(0, "order", 1) == 1839325029


def test_a_purpose_has_its_own_numbers() -> None:
    assert rng_for(0, "a").random() == rng_for(0, "a").random()
    assert rng_for(0, "a").random() != rng_for(0, "b").random()
