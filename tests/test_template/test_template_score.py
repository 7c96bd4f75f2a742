"""What our own linter says of fresh projects, and of those that lost something."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

import template_project as project
from repro_lint.cli import main

if TYPE_CHECKING:
    from pathlib import Path

Report = dict[str, Any]
# What is taken away: the files whose names begin so, and the lines in which a pattern is found.
INGREDIENTS: dict[str, tuple[tuple[str, ...], str]] = {
    "lock": (("requirements.lock", "requirements.build.lock"), ""),
    "hashes": ((), r"^    --hash=.*\n"),
    "image": (("Dockerfile", "compose.yaml", ".dockerignore"), ""),
    "digest": ((), r"@sha256:[0-9a-f]{64}"),
    "ci": ((".github",), ""),
    "python": ((".python-version", "Dockerfile"), r"^requires-python.*\n"),
    "determinism": ((), r"^.*(?:use_deterministic_algorithms|cudnn).*\n"),
    "tests": (("tests",), r"^.*test.*\n"),
    "readme": (("README.md",), ""),
    "card": (("MODEL_CARD.md",), ""),
    "seeds": ((), r"^ +(?:self\.streams = )?seed_everything\(.*\n"),
}


def judged(files: dict[str, bytes], folder: Path, capsys: pytest.CaptureFixture[str]) -> Report:
    """The report on a project of some files."""
    project.commit(project.put(files, folder))
    main(["check", str(folder), "--output-format", "json", "--exit-zero", "--quiet"])
    report: Report = json.loads(capsys.readouterr().out)
    return report


def without(files: dict[str, bytes], ingredient: str) -> dict[str, bytes]:
    """A project that lost an ingredient; lines are lost where they do not break Python."""
    names, lines = INGREDIENTS[ingredient]
    left = {path: text for path, text in files.items() if not path.startswith(names or "/")}
    if not lines:
        return left
    where = (
        ("src/",)
        if ingredient in ("determinism", "seeds")
        else ("Makefile", ".github", "req", "Doc", "py")
    )
    return {
        path: re.sub(lines, "", text.decode(), flags=re.MULTILINE).encode()
        if path.startswith(where)
        else text
        for path, text in left.items()
    }


@pytest.mark.parametrize("framework", project.choices("framework"))
def test_a_fresh_project_has_full_marks_and_no_finding(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], framework: str
) -> None:
    answers = {**project.defaults(), "framework": framework}
    report = judged(project.rendered(answers), tmp_path, capsys)

    assert report["findings"] == []
    assert report["crashes"] == []
    assert report["score"]["value"] == 100


@pytest.mark.parametrize(
    "answers",
    [{"use_dvc": True}, {"tracking": "mlflow"}, {"use_notebooks": True}, {"accelerator": "cuda"}],
    ids=lambda answers: next(iter(answers)),
)
def test_more_than_the_defaults_costs_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], answers: project.Answers
) -> None:
    report = judged(project.rendered({**project.defaults(), **answers}), tmp_path, capsys)

    assert report["findings"] == []
    assert report["score"]["value"] == 100


@pytest.mark.parametrize(
    ("answers", "parts"),
    [
        ({"use_docker": False}, {"container"}),
        ({"ci": "none"}, {"ci", "container", "repeat", "tests"}),
    ],
    ids=["image", "ci"],
)
def test_what_is_switched_off_costs_its_own_part_only(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    answers: project.Answers,
    parts: set[str],
) -> None:
    report = judged(project.rendered({**project.defaults(), **answers}), tmp_path, capsys)
    lost = {
        part["name"]
        for pillar in report["score"]["pillars"]
        for part in pillar["parts"]
        if part["value"] is not None and part["value"] < 1
    }

    assert lost == parts


@pytest.mark.parametrize("ingredient", INGREDIENTS)
def test_whatever_is_taken_away_lowers_the_score(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], ingredient: str
) -> None:
    files = without(project.rendered(project.defaults()), ingredient)
    report = judged(files, tmp_path, capsys)

    assert report["score"]["value"] < 100
