"""Reporters: given a report, expected words, and forms that other programs accept."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from markdown_it import MarkdownIt

from repro_lint.findings import (
    Confidence,
    Crash,
    Finding,
    Fix,
    IdleSuppression,
    Location,
    NotAnalysed,
    Reported,
    RuleEntry,
    Severity,
    Step,
)
from repro_lint.report import Report
from repro_lint.reporters import concise, github, gitlab, junit, markdown, sarif, terminal, text
from repro_lint.reporters import json as json_reporter
from repro_lint.reporters.layout import width_of, wrap
from repro_lint.reporters.source import excerpt
from repro_lint.scoring import Cap, NextFix, NextLevel, Part, PillarScore, Score

SCHEMA = Path(__file__).parent.parent / "docs" / "report.schema.json"

SCORE = Score(
    value=55,
    grade="D",
    level="L1",
    level_at_most="L1",
    next_level=NextLevel("L2", "repeatable", ("a lock file", "an interpreter"), ("data",)),
    low=52,
    high=58,
    pillars=(
        PillarScore("DET", "determinism", 30, 2 / 3, (Part("h", "health", 2 / 3, "", ""),)),
        PillarScore("DATA", "data and models", 15, None, (), "not measured yet"),
    ),
    caps=(Cap("no dependency file", 59, binding=True), Cap("no entry", 69, binding=False)),
    model="rl-score/1-preview",
    next=(NextFix(12, "lock every package", ("DEP002", "DEP003"), autofix=True),),
)


def draw(path: str = "train.py", line: int = 44) -> Finding:
    """A finding of the seed flow with all that one can have."""
    return Finding(
        Location(path, line, 5, line, 22),
        "RNG001",
        "`np.random.shuffle` draws from numpy's stream, which nothing seeds: 100% of runs differ",
        Severity.CRITICAL,
        Confidence.HIGH,
        entry="train.py",
        stream="numpy",
        sites=(
            Location(path, line),
            Location("data.py", 9),
            *(Location(path, 60 + n) for n in range(5)),
        ),
        trace=(Step(Location("train.py", 88, 1), "main"), Step(Location("data.py", 12), "load")),
        fix=Fix("seed numpy", "unsafe"),
    )


def report(*extra: Reported, **changes: Any) -> Report:
    """A report with a finding of each kind of place."""
    no_lock = Finding(
        Location("."), "DEP002", "no lock file fixes the packages", Severity.HIGH, Confidence.HIGH
    )
    in_cell = Finding(
        Location("a.ipynb", 31, 3, 31, 9, 3, 4),
        "NBK001",
        "cell ran out of order",
        Severity.LOW,
        Confidence.MEDIUM,
    )
    findings = (
        Reported(no_lock, "missing-lock-file", "0" * 32),
        Reported(in_cell, "unordered-cells", "1" * 32, "x = draw()"),
        Reported(draw(), "unseeded-draw", "2" * 32, "    np.random.shuffle(indices)"),
        Reported(draw(line=99), "unseeded-draw", "3" * 32, "y", suppressed=True, reason="a demo"),
        *extra,
    )
    made = Report(
        version="1.2.3",
        findings=findings,
        rules=(
            RuleEntry(
                "DEP001", "missing-dependency-file", Severity.MEDIUM, Confidence.HIGH, preview=False
            ),
            RuleEntry("ZZZ999", "without-card", Severity.INFO, Confidence.LOW, preview=True),
        ),
        score=SCORE,
        not_analysed=(NotAnalysed("old.py", 3, "is no Python 3"),),
        idle_suppressions=(
            IdleSuppression(Location("b.py", 7), ("RNG001",), "`RNG001` has nothing to silence"),
        ),
        hidden_by_confidence=2,
        files=9,
    )
    return made._replace(**changes)


def test_given_report_expected_text() -> None:
    lines = text.render(report()).splitlines()

    assert lines == [
        "a.ipynb",
        "  cell 3:4:3  NBK001 low  cell ran out of order",
        "           4 │ x = draw()",
        "             │   ^^^^^^",
        "",
        "train.py",
        "  44:5  RNG001 critical  `np.random.shuffle` draws from numpy's stream, which",
        "        nothing seeds: 100% of runs differ",
        "    44 │ np.random.shuffle(indices)",
        "       │ ^^^^^^^^^^^^^^^^^",
        "        via line 88 main → data.py:12 load",
        "        also lines 60, 61, 62, 63, data.py line 9 and 1 more",
        "",
        "the repository",
        "  DEP002 high  no lock file fixes the packages",
        "",
        "suppressions without effect",
        "  b.py:7  `RNG001` has nothing to silence",
        "",
        "not analysed",
        "  old.py:3  is no Python 3",
        "",
        "─" * 80,
        "  score 55 D  level L1  between 52 and 58                     rl-score/1-preview",
        "",
        "  determinism      ████████████████░░░░░░░░   66  weight 30",
        "  data and models  ░░░░░░░░░░░░░░░░░░░░░░░░    -  not measured yet",
        "  at most 59: no dependency file",
        "",
        "  next fixes",
        "   +12  lock every package (DEP002, DEP003) [autofix]",
        "",
        "  level L2 repeatable needs",
        "    - a lock file",
        "    - an interpreter",
        "    - not measured yet: data",
        "",
        "3 findings (1 critical, 1 high, 1 low), 2 hidden by confidence, 1 suppressed, 1",
        "  file not analysed",
        "`repro-lint explain RNG001` tells more",
        "`--unsafe-fixes` mends 1; `--diff` beside it shows how",
        "`--min-confidence low` shows what is hidden",
    ]


def test_given_no_findings_expected_that_it_says_so() -> None:
    assert text.render(Report("1.2.3")) == "no findings\n"


def test_given_quiet_expected_only_findings() -> None:
    assert text.render(report(), quiet=True) == concise.render_findings(report())


@pytest.mark.parametrize("width", [50, 60, 80, 120])
def test_given_width_expected_no_longer_line(width: int) -> None:
    assert max(map(width_of, text.render(report(), width).splitlines())) <= width


def test_given_colour_expected_the_same_layout() -> None:
    coloured = terminal.coloured(text.lay_out(report(), 80), 80)

    assert "\x1b[1;31mcritical\x1b[0m" in coloured
    bare = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    assert [row.rstrip() for row in bare.splitlines()] == text.render(report()).splitlines()


def test_given_escape_codes_in_source_expected_none_in_text() -> None:
    evil = Reported(draw(), "unseeded-draw", "4" * 32, "    x = '\x1b[31m'; y = '\u202e'")

    rendered = text.render(report(evil))

    assert "\x1b" not in rendered
    assert "\u202e" not in rendered


@pytest.mark.parametrize(
    ("source", "start", "end", "room", "expected"),
    [
        ("    x = f(1)  ", 9, 13, 40, ("x = f(1)", 4, 4)),
        ("\tx = f(1)", 6, 10, 40, ("x = f(1)", 4, 4)),
        ("a\t= f(1)", 5, 9, 40, ("a    = f(1)", 7, 4)),
        ("x = f(1)", 5, 0, 40, ("x = f(1)", 4, 4)),
        ("x = f(1)", 0, 0, 40, ("x = f(1)", 0, 0)),
        ("x = f(1)", 40, 44, 40, ("x = f(1)", 8, 0)),
        ("名前 = f(1)", 6, 10, 40, ("名前 = f(1)", 7, 4)),
        ("aaaaaaaaaa = f(1) + bbbbbbbbbb", 14, 18, 20, ("…aaaa = f(1) + bbbb…", 8, 4)),
        ("f(" + "x" * 40 + ")", 1, 44, 20, ("f(" + "x" * 17 + "…", 0, 20)),
    ],
)
def test_given_line_expected_excerpt(
    source: str, start: int, end: int, room: int, expected: tuple[str, int, int]
) -> None:
    found = excerpt(source, start, end, room)

    assert found == expected
    assert width_of(found.text) <= room


def test_given_long_way_expected_a_line_for_each_step() -> None:
    far = "a/long/folder/with/a/module.py"
    steps = tuple(Step(Location(far, n), f"step_{n}") for n in (1, 2, 3))
    made = report(Reported(draw()._replace(trace=steps, sites=()), "unseeded-draw", "4" * 32))

    rows = text.render(made._replace(findings=made.findings[-1:])).splitlines()

    assert rows[3:7] == [
        f"        via {far}:1 step_1",
        f"          → {far}:2 step_2",
        f"          → {far}:3 step_3",
        "",
    ]


def test_given_long_words_expected_they_stay_whole() -> None:
    assert wrap("a bb " + "c" * 9 + " d", 5, 4) == ["a bb", "c" * 9, "d"]


def test_given_report_expected_concise_lines() -> None:
    assert concise.render(report()).splitlines() == [
        ".: DEP002 no lock file fixes the packages",
        "a.ipynb:cell 3:4:3: NBK001 cell ran out of order",
        (
            "train.py:44:5: RNG001 `np.random.shuffle` draws from numpy's stream, which nothing"
            " seeds: 100% of runs differ"
        ),
        (
            "3 findings (1 critical, 1 high, 1 low), 2 hidden by confidence, 1 suppressed, 1 file"
            " not analysed"
        ),
        "score 55 D, level L1",
    ]


def test_given_report_expected_workflow_commands() -> None:
    lines = github.render(report()).splitlines()

    assert lines[:3] == [
        "::error title=DEP002 missing-lock-file::no lock file fixes the packages",
        (
            "::warning file=a.ipynb,line=31,endLine=31,title=NBK001 unordered-cells::"
            "cell 3: cell ran out of order"
        ),
        (
            "::error file=train.py,line=44,endLine=44,col=5,endColumn=22,title=RNG001"
            " unseeded-draw::`np.random.shuffle` draws from numpy's stream, which nothing seeds:"
            " 100%25 of runs differ"
        ),
    ]
    assert "::notice file=old.py,line=3,title=not analysed::is no Python 3" in lines


def test_given_odd_file_name_expected_it_escaped_for_workflows() -> None:
    odd = Reported(draw("a:b,c%.py"), "unseeded-draw", "4" * 32)

    assert "::error file=a%3Ab%2Cc%25.py,line=44," in github.render(report(odd))


def test_given_report_expected_json_after_its_schema() -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    crashed = report(crashes=(Crash("RNG001", "KeyError: 'x'", "Traceback"),))

    for made in (report(), crashed, Report("1.2.3", single_file=True)):
        jsonschema.validate(json.loads(json_reporter.render(made)), schema)


def test_schema_names_every_field() -> None:
    """What the schema does not know is refused, so a new field must be described."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    document = json.loads(json_reporter.render(report()))
    document["findings"][0]["novel"] = 1

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, schema)


def test_given_report_expected_json_fields() -> None:
    document = json.loads(json_reporter.render(report()))
    repository, cell, flow, silenced = document["findings"]

    assert document["version"] == "1.2.3"
    assert document["score"]["range"] == [52, 58]
    assert document["next"][0]["rules"] == ["DEP002", "DEP003"]
    assert (repository["path"], repository["line"], repository["cell"]) == (".", 0, None)
    assert (cell["cell"], cell["cell_line"]) == (3, 4)
    assert flow["trace"][1] == {"path": "data.py", "line": 12, "message": "load"}
    assert (flow["sites_total"], flow["fix"]["safety"]) == (7, "unsafe")
    assert (silenced["suppressed"], silenced["suppressed_reason"]) == (True, "a demo")
    assert document["summary"]["findings"] == 3
    assert document["summary"]["by_severity"]["critical"] == 1


def test_given_many_sites_expected_the_first_fifty() -> None:
    many = draw()._replace(sites=tuple(Location("a.py", n) for n in range(1, 80)))
    document = json.loads(json_reporter.render(report(Reported(many, "unseeded-draw", "4" * 32))))

    assert len(document["findings"][-1]["sites"]) == 50
    assert document["findings"][-1]["sites_total"] == 79


@pytest.mark.parametrize("reporter", [text, concise, github, json_reporter, sarif])
def test_given_lone_surrogate_expected_text_that_can_be_written(reporter: object) -> None:
    odd = draw("a.py")._replace(message="name `\udcff`")
    made = report(Reported(odd, "unseeded-draw", "4" * 32, "x = '\udcff'"))

    reporter.render(made).encode("utf-8")  # type: ignore[attr-defined]


def test_given_report_expected_sarif_after_the_standard() -> None:
    models = pytest.importorskip("pydantic_sarif.model")
    crashed = report(crashes=(Crash("RNG001", "KeyError: 'x'", "Traceback"),))

    for made in (report(), crashed, Report("1.2.3", single_file=True)):
        models.StaticAnalysisResultsFormatSarifVersion210JsonSchema.model_validate_json(
            sarif.render(made)
        )


def test_given_report_expected_sarif_places() -> None:
    run = json.loads(sarif.render(report()))["runs"][0]
    repository, cell, flow, silenced = run["results"]

    assert run["columnKind"] == "unicodeCodePoints"
    assert repository["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "."
    assert cell["locations"][0]["physicalLocation"]["region"] == {"startLine": 31, "endLine": 31}
    assert flow["locations"][0]["physicalLocation"]["region"] == {
        "startLine": 44,
        "endLine": 44,
        "startColumn": 5,
        "endColumn": 22,
    }
    assert [flow["level"], cell["level"]] == ["error", "note"]
    assert silenced["suppressions"] == [{"kind": "inSource", "justification": "a demo"}]
    steps = flow["codeFlows"][0]["threadFlows"][0]["locations"]
    assert [step["location"]["message"]["text"] for step in steps] == ["main", "load"]
    notes = run["invocations"][0]["toolExecutionNotifications"]
    assert notes[0]["message"]["text"] == "old.py was not analysed: is no Python 3"


def test_given_sites_in_one_line_expected_one_related_location() -> None:
    """The standard's sets: the models of packages do not hold us to them."""
    twice = draw()._replace(sites=(Location("a.ipynb", 9, 1), Location("a.ipynb", 9, 7)))
    made = report(Reported(twice, "unseeded-draw", "4" * 32))
    flow = json.loads(sarif.render(made))["runs"][0]["results"][-1]
    lines = [place["physicalLocation"]["region"] for place in flow["relatedLocations"]]

    assert lines == [{"startLine": 9}]


def test_given_rules_expected_their_cards_in_sarif() -> None:
    with_card, without = json.loads(sarif.render(report()))["runs"][0]["tool"]["driver"]["rules"]

    assert with_card["help"]["markdown"].startswith("# ")
    assert with_card["name"] == "MissingDependencyFile"
    assert without["id"] == "ZZZ999"


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("a b/c.py", "a%20b/c.py"),
        ("a:b.py", "a%3Ab.py"),
        ("a\\nb.py", "a%5Cnb.py"),
        ("é#?.py", "%C3%A9%23%3F.py"),
        ("\udcff.py", "%5Cudcff.py"),
    ],
)
def test_given_odd_path_expected_uri(path: str, uri: str) -> None:
    made = report(Reported(draw(path), "unseeded-draw", "4" * 32))
    result = json.loads(sarif.render(made))["runs"][0]["results"][-1]

    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


# What GitLab documents of an entry of its code quality report.
GITLAB = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "pattern": "^(?!/|\\./)"},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                    },
                },
            },
        },
    },
}


def test_given_report_expected_entries_for_gitlab() -> None:
    entries = json.loads(gitlab.render(report()))

    jsonschema.validate(entries, GITLAB)
    assert [entry["severity"] for entry in entries] == ["critical", "minor", "blocker"]
    assert len({entry["fingerprint"] for entry in entries}) == len(entries)


def test_given_report_expected_cases_for_junit() -> None:
    odd = Reported(draw("a<b>&\x00\udc80.py"), "unseeded-draw", "4" * 32)
    for made, cases in ((report(odd), 4), (report(findings=()), 1)):
        root = ET.fromstring(junit.render(made).encode())  # noqa: S314  we wrote it
        suite = root[0]
        assert (root.tag, suite.tag) == ("testsuites", "testsuite")
        assert len(suite.findall("testcase")) == int(suite.attrib["tests"]) == cases
        assert len(suite.findall("testcase/failure")) == int(suite.attrib["failures"])


def test_given_a_broken_rule_expected_an_error_for_junit() -> None:
    broken = report(findings=(), crashes=(Crash("RNG001", "oh <no>", ""),))
    suite = ET.fromstring(junit.render(broken).encode())[0]  # noqa: S314  we wrote it

    assert [error.attrib["message"] for error in suite.iter("error")] == ["oh <no>"]


def test_given_report_expected_one_table_in_markdown() -> None:
    odd = Finding(
        Location("a|b.py", 3, 1), "RNG001", "a | b <b> @all", Severity.LOW, Confidence.HIGH
    )
    made = markdown.render(
        report(Reported(odd, "unseeded-draw", "5" * 32), base="v1", base_score=50)
    )
    tokens = MarkdownIt().enable("table").parse(made)
    rows = [token for token in tokens if token.type == "tr_open"]
    cells = [token for token in tokens if token.type == "td_open"]

    assert (len(rows), len(cells)) == (5, 16)
    assert "**score 55 D, level L1**, was 50 at `v1`" in made
    assert "@all" not in made
    assert "<b>" not in made


def test_given_many_findings_expected_the_first_in_markdown() -> None:
    many = [Reported(draw(line=n), "unseeded-draw", f"{n:032}") for n in range(1, 300)]

    assert markdown.render(report(*many)).endswith("\nand 102 more\n")
