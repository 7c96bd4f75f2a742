"""Mutants of what the template makes: one hazard each, what the linter says of it, and the page."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import template_project as project
from repro_lint.config import DEFAULT
from repro_lint.engine import analyse
from repro_lint.findings import Confidence
from repro_lint.repository.files import Repository
from repro_lint.toml import parse

Files = dict[str, str]
Edit = dict[str, str]
ROOT = Path(__file__).resolve().parent.parent
TABLE = Path(__file__).with_name("mutants.toml")
PAGE = ROOT / "docs" / "scoring.md"
START, END = "<!-- mutants: written by `python tests/mutants.py` -->\n", "<!-- end of mutants -->"
SAMPLES: dict[str, project.Answers] = {
    "": {},
    "notebooks": {"use_notebooks": True},
    "cuda": {"accelerator": "cuda"},
}


@dataclass(frozen=True, eq=False)
class Mutant:
    """A hazard, the rules that must fire, and the edits that bring it in."""

    hazard: str
    rule: str
    edits: tuple[Edit, ...]
    also: tuple[str, ...] = ()
    sample: str = ""


@dataclass(frozen=True)
class Judged:
    """What the linter says of a project."""

    rules: frozenset[str]
    score: int


@cache
def mutants() -> tuple[Mutant, ...]:
    """The table."""
    rows: list[dict[str, Any]] = parse(TABLE.read_text(encoding="utf-8"))["mutant"]
    return tuple(
        Mutant(
            row["hazard"],
            row["rule"],
            tuple(row["edits"]),
            tuple(row.get("also", ())),
            row.get("sample", ""),
        )
        for row in rows
    )


@cache
def sample(name: str) -> Files:
    """A project as the template makes it."""
    files = project.rendered({**project.defaults(), **SAMPLES[name]})
    return {path: content.decode() for path, content in files.items()}


def mutated(mutant: Mutant) -> Files:
    """The sample with the hazard in it."""
    files = sample(mutant.sample)
    for edit in mutant.edits:
        changed = edited(files, edit)
        assert changed != files, f"an edit changes nothing: {edit}"
        files = changed
    return files


def edited(files: Files, edit: Edit) -> Files:
    """The files after one edit."""
    if "without" in edit:
        return {path: text for path, text in files.items() if not path.startswith(edit["without"])}
    path = edit["path"]
    if "text" in edit:
        return {**files, path: edit["text"]}
    if "pattern" in edit:
        text = re.sub(edit["pattern"], edit["put"], files[path], flags=re.MULTILINE)
    else:
        text = files[path].replace(edit["find"], edit["put"])
    return {**files, path: text}


def judged(files: Files) -> Judged:
    """The rules that fire on a project at any confidence, and its score."""
    settings = DEFAULT._replace(min_confidence=Confidence.LOW)
    report = analyse(Repository.from_mapping(files), settings)
    assert report.crashes == ()
    assert report.score is not None
    return Judged(frozenset(r.finding.rule for r in report.findings), report.score.value)


@cache
def judged_mutant(mutant: Mutant) -> Judged:
    """The same of a mutant."""
    return judged(mutated(mutant))


@cache
def judged_sample(name: str) -> Judged:
    """The same of a sample."""
    return judged(sample(name))


def table() -> str:
    """The table of the page: each hazard, what fires, and the score before and after."""
    lines = ["| hazard | rules | score |", "|---|---|---|"]
    for mutant in mutants():
        rules = ", ".join((mutant.rule, *mutant.also))
        before, after = judged_sample(mutant.sample).score, judged_mutant(mutant).score
        lines.append(f"| {mutant.hazard} | {rules} | {before} → {after} |")
    return "\n".join(lines) + "\n"


def page(text: str) -> str:
    """The page with the table of today in it."""
    before, _, rest = text.partition(START)
    return f"{before}{START}{table()}{END}{rest.partition(END)[2]}"


def main() -> int:
    """Write the table into docs/scoring.md."""
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
