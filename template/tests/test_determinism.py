"""Switches, and what is said of them."""

import math
from collections.abc import Iterator

import numpy as np
import pytest

from {{ cookiecutter.__package_name }}.repro import determinism
from {{ cookiecutter.__package_name }}.repro.determinism import DeterminismConfig, deterministic


def test_a_block_leaves_everything_as_it_was() -> None:
    before = determinism.determinism_report()

    with pytest.raises(ZeroDivisionError), deterministic(DeterminismConfig("strict", threads=1)):
        1 / 0  # noqa: B018 - what happens in the block does not matter

    assert determinism.determinism_report() == before


{% if cookiecutter.framework == 'pytorch' %}
def test_strict_forbids_what_does_not_repeat() -> None:
    with deterministic(DeterminismConfig("strict")):
        assert all(verdict == "ok" for name, _, verdict in determinism.determinism_report() if name.startswith("cudnn"))
        assert determinism.switches()["deterministic_algorithms"]


{% endif %}
def test_a_function_that_draws_from_seeded_streams_repeats() -> None:
    assert determinism.verify_deterministic(lambda: np.random.random(3))  # noqa: NPY002


def test_a_function_that_counts_its_calls_does_not_repeat() -> None:
    calls: Iterator[int] = iter(range(9))

    assert not determinism.verify_deterministic(lambda: next(calls))


def test_the_cost_of_strictness_is_a_ratio() -> None:
    ratio = determinism.benchmark_determinism(lambda: sum(range(10_000)), rounds=3)

    assert ratio > 0
    assert math.isfinite(ratio)


def test_what_comes_too_late_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONHASHSEED", raising=False)

    assert ("PYTHONHASHSEED", "not set", "must be set before the start") in determinism.determinism_report()
