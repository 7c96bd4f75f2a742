"""The engine: findings in order, selection, confidence, suppressions, broken rules, progress."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from repro_lint import cards, config, engine
from repro_lint.findings import Confidence, Finding, Location, Severity
from repro_lint.reporters import text as text_report
from repro_lint.repository.files import Repository
from repro_lint.rules import ALL, python_rules, rules_for
from repro_lint.rules.base import Context, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from repro_lint.report import Report

FLOW = Path(__file__).parent / "flow"
CARDS = Path(cards.__file__).parent


class Shouting(Rule):
    """Finds each line of Python that says `shout`."""

    code = "AAA001"
    name = "loud-line"
    severity = Severity.HIGH
    remedy = "whisper"

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield each loud line; those with a question mark are less sure."""
        for path in context.repository.python_paths:
            lines = (context.repository.text(path) or "").split("\n")
            for number, line in enumerate(lines, 1):
                if "shout" in line:
                    sure = Confidence.LOW if "?" in line else Confidence.HIGH
                    place = Location(path, number, 1, number, len(line) + 1)
                    yield self.at(place, "this line is loud", confidence=sure)


class Lonely(Shouting):
    """Judges what is absent."""

    code = "BBB001"
    name = "lonely-repository"
    whole_repository = True

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield one finding, of the repository."""
        yield self.at(Location("."), f"{len(context.repository.paths)} files are too few")


class Novel(Shouting):
    """Is in preview."""

    code = "AAA101"
    name = "novel-line"
    preview = True


class Broken(Shouting):
    """Breaks."""

    code = "CCC001"
    name = "broken-rule"

    def check(self, context: Context) -> Iterator[Finding]:
        """Break."""
        raise KeyError(context.repository.paths[0])


RULES = (Shouting, Novel, Lonely)


def judged(files: Mapping[str, str], *rules: type[Rule], **settings: Any) -> Report:
    """The report on files in memory, by some rules."""
    chosen = config.DEFAULT._replace(**settings)
    return engine.analyse(Repository.from_mapping(files), chosen, rules=rules or RULES)


def places(report: Report) -> list[tuple[str, str, int]]:
    return [
        (r.finding.rule, r.finding.location.path, r.finding.location.line) for r in report.shown
    ]


def test_given_rules_expected_findings_by_place() -> None:
    report = judged({"b.py": "shout()\n", "a.py": "x\nshout()\n"})

    assert places(report) == [("BBB001", ".", 0), ("AAA001", "a.py", 2), ("AAA001", "b.py", 1)]
    assert [r.text for r in report.shown] == ["", "shout()", "shout()"]
    assert report.files == 2


def test_given_preview_expected_its_rules_too() -> None:
    assert ("AAA101", "a.py", 1) in places(judged({"a.py": "shout()\n"}, preview=True))
    assert ("AAA101", "a.py", 1) not in places(judged({"a.py": "shout()\n"}))


def test_given_low_confidence_expected_it_hidden_and_counted() -> None:
    files = {"a.py": "shout()  # ?\nshout()\n"}

    report = judged(files, Shouting)
    all_of_it = judged(files, Shouting, min_confidence=Confidence.LOW)

    assert (len(report.shown), report.hidden_by_confidence) == (1, 1)
    assert (len(all_of_it.shown), all_of_it.hidden_by_confidence) == (2, 0)


@pytest.mark.parametrize(
    ("settings", "shown", "not_selected"),
    [
        ({"select": ("BBB",)}, ["BBB001"], 2),
        ({"ignore": ("lonely-repository",)}, ["AAA001", "AAA001"], 1),
        ({"per_file_ignores": (("tests/*", ("AAA",)),)}, ["BBB001", "AAA001"], 1),
        ({"per_file_ignores": (("*.py", ("loud-line",)),)}, ["BBB001"], 2),
        ({"per_file_ignores": (("*.py", ("BBB",)),)}, ["BBB001", "AAA001", "AAA001"], 0),
    ],
)
def test_given_selection_expected_the_rest_counted(
    settings: dict[str, object], shown: list[str], not_selected: int
) -> None:
    report = judged({"a.py": "shout()\n", "tests/b.py": "shout()\n"}, **settings)

    assert [reported.finding.rule for reported in report.shown] == shown
    assert report.not_selected == not_selected


@pytest.mark.parametrize(
    "text",
    [
        "shout()  # repro-lint: ignore[AAA001] -- it must\n",
        "# repro-lint: ignore[loud-line] -- it must\nshout()\n",
        "# repro-lint: ignore-file[AAA001] -- it must\nx = 1\nshout()\n",
    ],
)
def test_given_suppression_expected_finding_kept_but_silent(text: str) -> None:
    report = judged({"a.py": text}, Shouting)

    assert report.shown == ()
    assert [(r.suppressed, r.reason) for r in report.findings] == [(True, "it must")]
    assert report.idle_suppressions == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = 1  # repro-lint: ignore[AAA001]\n", "`AAA001` has nothing to silence here"),
        ("x = 1  # repro-lint: ignore[ZZZ999]\n", "`ZZZ999` is no rule"),
        (
            "x = 1  # repro-lint: ignore\n",
            "this comment has no effect: `ignore` names no rule, as in `ignore[RNG001] -- reason`",
        ),
        ("shout()  # repro-lint: ignore[AAA001, BBB001]\n", "`BBB001` has nothing to silence here"),
    ],
)
def test_given_idle_suppression_expected_word(text: str, message: str) -> None:
    report = judged({"a.py": text})

    assert [idle.message for idle in report.idle_suppressions] == [message]


def test_given_suppression_of_what_is_not_judged_expected_no_word(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    text = "x = 1  # repro-lint: ignore[AAA101]\n"
    file.write_text(text.replace("101", "001"), encoding="utf-8")
    alone = engine.analyse(Repository.from_file(file), config.DEFAULT, rules=RULES)

    assert judged({"a.py": text}).idle_suppressions == ()
    assert alone.idle_suppressions == ()


def test_given_selection_expected_suppressions_still_used() -> None:
    text = "shout()  # repro-lint: ignore[AAA001]\n"

    assert judged({"a.py": text}, ignore=("AAA",)).idle_suppressions == ()


def test_given_single_file_expected_only_rules_that_see_enough(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("shout()\n", encoding="utf-8")

    report = engine.analyse(Repository.from_file(tmp_path / "a.py"), config.DEFAULT, rules=RULES)

    assert places(report) == [("AAA001", "a.py", 1)]
    assert (report.score, report.single_file) == (None, True)


def test_given_broken_rule_expected_the_others() -> None:
    report = judged({"a.py": "shout()\n"}, Broken, Shouting)

    assert places(report) == [("AAA001", "a.py", 1)]
    assert [(crash.rule, crash.message) for crash in report.crashes] == [
        ("CCC001", "KeyError: 'a.py'")
    ]


def test_given_moved_lines_expected_same_fingerprints() -> None:
    before = judged({"a.py": "shout()\nshout()\nshout(1)\n"}, Shouting)
    after = judged({"a.py": "\n\nx = 1\n  shout()\nshout()\nshout(1)\n"}, Shouting)
    other = judged({"b.py": "shout()\n"}, Shouting)

    prints = [reported.fingerprint for reported in before.shown]
    assert prints == [reported.fingerprint for reported in after.shown]
    assert len({*prints, other.shown[0].fingerprint}) == 4


def test_given_progress_expected_each_rule_told() -> None:
    seen: list[tuple[int, int, str]] = []

    def observe(done: int, total: int, title: str) -> None:
        seen.append((done, total, title))

    engine.analyse(Repository.from_mapping({}), config.DEFAULT, observe, (Shouting, Lonely))

    assert seen == [(0, 1, "reading files"), (0, 2, "loud-line"), (1, 2, "lonely-repository")]


def test_given_a_long_chain_of_calls_expected_followed_and_told_short() -> None:
    calls = "\n".join(f"def f{n}():\n    for _ in [1]:\n        f{n + 1}()" for n in range(300))
    start = 'if __name__ == "__main__":\n    f0()\n'
    code = f"import random\n{calls}\ndef f300():\n    return random.random()\n{start}"

    report = judged({"train.py": code}, *ALL)
    found = [reported.finding for reported in report.findings if reported.finding.trace]

    assert [(finding.rule, len(finding.trace)) for finding in found] == [("RNG001", 303)]
    assert "293 more calls" in text_report.render(report)


def test_given_python_file_alone_expected_no_rule_spared_that_finds(tmp_path: Path) -> None:
    spared = [rule for rule in ALL if rule not in python_rules()]
    examples = [example for code, _ in cards.index() for example in cards.read(code).examples]
    texts = {text for each in examples for path, text in each.files.items() if path == "train.py"}
    file = tmp_path / "train.py"
    for text in sorted(texts):
        file.write_text(text, encoding="utf-8")
        alone = Repository.from_file(file)

        if rules_for(alone) != ALL:
            assert engine.analyse(alone, config.DEFAULT, rules=spared).findings == ()

    assert {"DEP002", "NBK001", "CTR002"} <= {rule.code for rule in spared}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("train.py", '# /// script\n# dependencies = ["numpy"]\n# ///\n'),
        ("setup.py", 'from setuptools import setup\nsetup(install_requires=["numpy"])\n'),
        ("requirements.txt", "numpy\n"),
        ("Dockerfile", "FROM python:3\n"),
    ],
)
def test_given_file_that_says_what_it_needs_expected_all_rules(
    tmp_path: Path, name: str, text: str
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")

    assert rules_for(Repository.from_file(tmp_path / name)) == ALL


def lone_files() -> list[str]:
    """The examples of all cards and cases that are one Python file, each once."""
    texts = [path.read_text("utf-8") for path in (*CARDS.glob("*.md"), *FLOW.rglob("*.md"))]
    examples = [example for text in texts for example in cards.parse(text).examples]
    return sorted(
        {
            next(iter(example.files.values()))
            for example in examples
            if len(example.files) == 1 and next(iter(example.files)).endswith(".py")
        }
    )


def test_given_one_file_expected_no_finding_lost_with_the_families_that_are_spared(
    tmp_path: Path,
) -> None:
    """Words that decide whether a family is imported must not miss what it finds."""
    path = tmp_path / "code.py"
    for text in lone_files():
        path.write_text(text, "utf-8")
        spared = engine.analyse(Repository.from_file(path), config.DEFAULT)
        whole = engine.analyse(Repository.from_file(path), config.DEFAULT, rules=python_rules())
        assert set(whole.findings) <= set(spared.findings), text
