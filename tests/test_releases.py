"""Which releases a specifier admits, and whether it names one."""

from __future__ import annotations

import pytest

from repro_lint.flow.releases import EXACT, is_older, number


@pytest.mark.parametrize(
    "specifier", [">=2.0.0", ">1.9", "!=2.0", "~=2.0", "^2.1", "==2.10", "", "<3"]
)
def test_given_a_specifier_that_admits_the_release_expected_not_older(specifier: str) -> None:
    assert not is_older(specifier, number("2.10"))


@pytest.mark.parametrize("specifier", ["==2.4.1", "=2.4", ">=1.0,<2", "~=2.4.0", "^0.4.1", "<2.10"])
def test_given_a_specifier_below_the_release_expected_older(specifier: str) -> None:
    assert is_older(specifier, number("2.10"))


def test_given_a_specifier_expected_whether_it_names_one_release() -> None:
    assert EXACT.match("==1.0.22")
    assert not EXACT.match("==1.*")
    assert not EXACT.match(">=1.0")
