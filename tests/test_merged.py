"""Many small repositories in one tree: each folder has the findings that it has alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from repro_lint import cards, config
from repro_lint.repository.files import Repository
from repro_lint.rules import all_rules
from repro_lint.rules.base import Context

if TYPE_CHECKING:
    from collections.abc import Mapping

    from repro_lint.findings import Finding

FOLDER = Path(__file__).parent / "flow"
FAMILIES = ("RNG", "SKL", "DTL", "PAR")
# These ask what the whole repository says: the versions that it pins, the options it declares.
WHOLE = frozenset(
    ("DTL002", "DTL005", "PAR001", "PAR002", "PAR003", "PAR101")
    + ("RNG004", "RNG007", "RNG008", "RNG016", "RNG101", "SKL007")
)
Told = tuple[str, str, int, str]


def cases() -> dict[str, dict[str, str]]:
    """The files of every case, by a folder for each."""
    found = {}
    for path in sorted(FOLDER.glob("*/*.md")):
        for number, example in enumerate(cards.parse(path.read_text("utf-8")).examples):
            found[f"{path.parent.name}_{path.stem}_{number}"] = dict(example.files)
    for name in ("RNG001-unseeded-draw", "RNG006-unseeded-generator"):
        card = cards.read(name.partition("-")[0])
        for number, example in enumerate(card.examples):
            found[f"{name}_{number}"] = dict(example.files)
    return found


def judged(files: Mapping[str, str]) -> list[Finding]:
    """What the rules of the flow find in a tree."""
    context = Context(Repository.from_mapping(dict(files)), config.DEFAULT)
    codes = {rule.code: rule for rule in all_rules() if rule.code.startswith(FAMILIES)}
    rules = [rule() for code, rule in codes.items() if code not in WHOLE]
    return [f for rule in rules if rule.applies(context) for f in rule.check(context)]


def told(found: list[Finding], folder: str) -> list[Told]:
    """The findings below a folder, as if it were the root."""
    prefix = folder + "/"
    return sorted(
        (f.rule, f.location.path[len(prefix) :], f.location.line, f.message.replace(prefix, ""))
        for f in found
        if f.location.path.startswith(prefix)
    )


def test_given_all_cases_in_one_tree_expected_the_findings_of_each_alone() -> None:
    every = cases()
    merged = {
        f"{folder}/{path}": text for folder, files in every.items() for path, text in files.items()
    }
    found = judged(merged)
    differing = {}
    for folder, files in every.items():
        alone = judged({f"{folder}/{path}": text for path, text in files.items()})
        if told(alone, folder) != told(found, folder):
            differing[folder] = (told(alone, folder), told(found, folder))

    assert len(every) > 100
    assert differing == {}


def test_given_a_case_in_a_folder_expected_the_findings_of_the_root() -> None:
    differing = {}
    for folder, files in cases().items():
        root = sorted((f.rule, f.location.path, f.location.line, f.message) for f in judged(files))
        below = told(judged({f"{folder}/{path}": text for path, text in files.items()}), folder)
        if root != below:
            differing[folder] = (root, below)

    assert differing == {}
