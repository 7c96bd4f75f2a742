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

ROOT = Path(__file__).parent
FAMILIES = ("RNG", "SKL", "DTL", "PAR", "DET", "ORD")
EXAMPLE = ROOT.parent / "examples" / "digits-classifier"
Told = tuple[str, str, int, str, str]


def cases() -> dict[str, dict[str, str]]:
    """The files of every case and of every example of the cards, by a folder for each."""
    pages = sorted((ROOT / "flow").glob("*/*.md"))
    pages += [p for p in sorted(Path(cards.__file__).parent.glob("*.md")) if is_of_flow(p)]
    examples = [e for page in pages for e in cards.parse(page.read_text("utf-8")).examples]
    return {f"case_{number:04}": dict(e.files) for number, e in enumerate(examples)}


def is_of_flow(page: Path) -> bool:
    """Whether a card is that of a rule that asks how modules hang together."""
    return page.name.startswith(FAMILIES)


def judged(repository: Repository) -> list[Finding]:
    """What the rules of the flow find in a tree."""
    context = Context(repository, config.DEFAULT)
    rules = [rule() for rule in all_rules() if rule.code.startswith(FAMILIES)]
    return [f for rule in rules if rule.applies(context) for f in rule.check(context)]


def found_in(files: Mapping[str, str]) -> list[Finding]:
    """What they find in files."""
    return judged(Repository.from_mapping(dict(files)))


def placed(folder: str, files: Mapping[str, str]) -> dict[str, str]:
    """The files of a repository as those of a folder."""
    return {f"{folder}/{path}": text for path, text in files.items()}


def told(found: list[Finding]) -> dict[str, list[Told]]:
    """The findings by the folder of the root that they are in, as if it were the root."""
    by_folder: dict[str, list[Told]] = {}
    for finding in found:
        folder, _, path = finding.location.path.partition("/")
        by_folder.setdefault(folder, []).append(plain(finding, path, folder + "/"))
    return {folder: sorted(of_folder) for folder, of_folder in by_folder.items()}


def plain(finding: Finding, path: str, prefix: str = "") -> Told:
    """What a finding says, whatever the folder that the repository is in."""
    message = finding.message.replace(prefix, "") if prefix else finding.message
    entry = finding.entry.removeprefix(prefix)
    return finding.rule, path, finding.location.line, message, entry


def alone(files: Mapping[str, str]) -> list[Told]:
    """The findings of a repository by itself."""
    return sorted(plain(finding, finding.location.path) for finding in found_in(files))


def differing(merged: dict[str, list[Told]], every: Mapping[str, Mapping[str, str]]) -> object:
    """The folders that have other findings than the repository in them by itself."""
    pairs = {folder: (alone(files), merged.get(folder, [])) for folder, files in every.items()}
    return {folder: pair for folder, pair in pairs.items() if pair[0] != pair[1]}


def test_given_all_cases_in_one_tree_expected_the_findings_of_each_alone() -> None:
    every = cases()
    merged = {}
    for folder, files in every.items():
        merged.update(placed(folder, files))

    found = told(found_in(merged))

    assert len(every) > 900
    assert len(found) > 300
    assert differing(found, every) == {}


def test_given_a_readme_above_all_expected_the_same_findings() -> None:
    every = cases()
    merged = {"README.md": "# All of them\n", "LICENSE": "Free to use\n"}
    for folder, files in every.items():
        merged.update(placed(folder, files))

    assert differing(told(found_in(merged)), every) == {}


def test_given_copies_of_the_example_expected_the_same_findings_in_each() -> None:
    repository = Repository.from_folder(EXAMPLE)
    files = {path: text for path in repository.paths if (text := repository.text(path)) is not None}
    changed = {path: text.replace("seed", "sd") for path, text in files.items()}
    every = {"copy_1": files, "copy_2": changed, "copy_3": files}
    merged = {}
    for folder, kept in every.items():
        merged.update(placed(folder, kept))

    assert alone(files) != alone(changed)
    assert differing(told(found_in(merged)), every) == {}


def test_given_many_projects_expected_what_each_tells_people_to_run() -> None:
    project = {
        "README.md": "# Work\n\n```bash\npython learn.py\n```\n",
        "docs/training.md": "```bash\npython tune.py\n```\n",
        "scripts/all.sh": "python probe.py\n",
        "learn.py": "lines = 1\n",
        "tune.py": "lines = 2\n",
        "probe.py": "lines = 3\n",
    }
    merged = {}
    for number in range(210):
        merged.update(placed(f"project_{number:03}", project))

    context = Context(Repository.from_mapping(merged), config.DEFAULT)
    run = {entry.path for entry in context.program.entries}

    assert run == {path for path in merged if path.endswith(".py")}


def test_given_one_large_folder_of_pages_expected_only_some_read() -> None:
    pages = {f"docs/guide_{number:03}.md": "# Guide\n" for number in range(200)}
    repository = Repository.from_mapping({"README.md": "# Work\n", "train.py": "", **pages})

    documents = Context(repository, config.DEFAULT).manifests.documents

    assert documents[0].path == "README.md"
    assert len(documents) == 60
