"""Where estimators draw: findings list the calls that train what gets no seed."""

from __future__ import annotations

import pytest

from repro_lint.config import Config
from repro_lint.findings import Finding, Severity
from repro_lint.repository.files import Repository
from repro_lint.rules.base import Context
from repro_lint.rules.estimators import MissingRandomState

HEAD = (
    "from sklearn.ensemble import RandomForestClassifier\n"
    "from sklearn.model_selection import GridSearchCV, cross_val_score\n"
)


def found(text: str) -> list[Finding]:
    """What the rule says of one script."""
    context = Context(Repository.from_mapping({"train.py": HEAD + text}), Config())
    return list(MissingRandomState().check(context))


@pytest.mark.parametrize(
    ("text", "made", "trained"),
    [
        ("m = RandomForestClassifier()\nm.fit(X, y)\nprint(m)\n", 3, [4]),
        (
            "m = RandomForestClassifier()\nfor a in X:\n    m.fit(a, y)\nprint(m)\nprint(X)\n",
            3,
            [5],
        ),
        ("m = RandomForestClassifier()\nm.fit(X, y)\nprint(m)\nm.fit(Z, y)\n", 3, [4, 6]),
        (
            "m = RandomForestClassifier()\nprint(m)\nprint(X)\nprint(cross_val_score(m, X, y))\n",
            3,
            [6],
        ),
        (
            "m = RandomForestClassifier()\ns = GridSearchCV(m, {})\ns.fit(X, y)\nprint(m, s)\n",
            3,
            [5],
        ),
    ],
)
def test_given_an_estimator_expected_the_calls_that_train_it(
    text: str, made: int, trained: list[int]
) -> None:
    findings = found(text)

    assert [f.location.line for f in findings] == [made]
    assert [site.line for site in findings[0].sites] == trained
    assert findings[0].trace[-1].location.line == trained[0]


def test_given_what_is_trained_where_it_is_made_expected_no_other_site() -> None:
    (finding,) = found("train(1)\nRandomForestClassifier().fit(X, y)\nprint(X)\nprint(y)\n")

    assert [site.line for site in finding.sites] == [4]


def test_given_only_the_trainings_after_the_seed_expected_those_before_it() -> None:
    text = (
        "import numpy as np\nm = RandomForestClassifier()\nm.fit(X, y)\n"
        "np.random.seed(0)\nm.fit(Z, y)\n"
    )

    (finding,) = found(text)

    assert [site.line for site in finding.sites] == [5]


@pytest.mark.parametrize(
    ("maker", "severity"),
    [
        ("DecisionTreeClassifier()", Severity.LOW),
        ("DecisionTreeClassifier(splitter='random')", Severity.HIGH),
    ],
)
def test_given_an_estimator_expected_how_much_chance_decides(
    maker: str, severity: Severity
) -> None:
    (finding,) = found(
        "from sklearn.tree import DecisionTreeClassifier\n"
        f"m = {maker}\nm.fit(X, y)\nprint(m)\nprint(X)\n"
    )

    assert finding.severity == severity
