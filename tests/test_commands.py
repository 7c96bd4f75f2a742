"""The command line: exit codes, words for slips, colours, streams, output files."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from repro_lint import __version__
from repro_lint.cli import main
from repro_lint.commands import check, output
from repro_lint.commands.progress import Progress
from repro_lint.commands.rules import FAMILIES
from repro_lint.errors import ExitCode, UserError
from repro_lint.rules import ALL

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository that has findings, as the current folder."""
    (tmp_path / "train.py").write_text(
        "import numpy as np\n\n\ndef main():\n    print(np.random.rand(3))\n\n\n"
        'if __name__ == "__main__":\n    main()\n',
        encoding="utf-8",
    )
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Exit code, standard output, standard error."""
    code = main(arguments)
    out, told = capsys.readouterr()
    return code, out, told


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (["--selct", "RNG"], "unknown option `--selct`", "did you mean `--select`?"),
        (["--selct=RNG"], "unknown option `--selct`", "did you mean `--select`?"),
        (["--select"], "option `--select` wants a value", "`repro-lint check --help` lists"),
        (["--quiet=1"], "option `--quiet` takes no value", "`repro-lint check --help` lists"),
        (["a", "b"], "unexpected argument `b`", "`repro-lint check --help` lists"),
        (["chekc"], "`chekc` is neither a command nor a path", "did you mean `repro-lint check`?"),
        (
            ["explan-flow", "train.py"],
            "`explan-flow` is neither a command nor a path",
            "did you mean `repro-lint explain-flow`?",
        ),
        (["trian.py"], "no such file or folder: `trian.py`", "did you mean `train.py`?"),
        (["no/such"], "no such file or folder: `no/such`", "name a folder or a Python file"),
        (["--select", "DEP01"], "unknown rule `DEP01` in `--select`", "did you mean `DEP001`?"),
        (["--config", "x.toml"], "cannot read configuration `x.toml`", "check the path"),
        (["-o", "no/x.json"], "no folder `no` to write `no/x.json` into", "make the folder first"),
        (
            ["--min-score", "101"],
            "`--min-score` must be a whole number from 0 to 100, not `101`",
            "for example `--min-score 80`",
        ),
        (
            ["--min-score", "many"],
            "`--min-score` must be a whole number from 0 to 100, not `many`",
            "for example `--min-score 80`",
        ),
        (["--min-score", "5", "train.py"], "a single file has no score", "name a folder"),
        (
            ["--output-format", "jsn"],
            "`--output-format` must be one of text, concise, json, sarif, github, gitlab, junit",
            "did you mean `json`?",
        ),
        (
            ["--min-confidence", "hi"],
            "`--min-confidence` must be one of low, medium, high, not `hi`",
            "did you mean `high`?",
        ),
        (["explain", "DEP01"], "unknown rule `DEP01`", "did you mean `DEP001`?"),
        (["explain"], "missing argument `RULE`", "`repro-lint explain --help` lists"),
        (["rules", "--output-format", "jso"], "`--output-format` must be", "did you mean `json`?"),
    ],
)
@pytest.mark.usefixtures("repository")
def test_given_slip_expected_one_line_and_hint(
    capsys: pytest.CaptureFixture[str], arguments: list[str], message: str, hint: str
) -> None:
    code, out, told = run(capsys, *arguments)
    first, second = told.splitlines()

    assert (code, out) == (2, "")
    assert first.startswith(f"error: {message}")
    assert second.startswith(f"hint: {hint}")


def test_given_unknown_key_expected_file_and_nearest(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository / "repro-lint.toml").write_text("prevew = true\n", encoding="utf-8")

    code, _, told = run(capsys)
    isolated = main(["--isolated", "--exit-zero", "--quiet"])

    assert (
        told == "error: unknown key `prevew` in `repro-lint.toml`\nhint: did you mean `preview`?\n"
    )
    assert (code, isolated) == (2, 0)


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], 1),
        (["."], 1),
        (["check", "."], 1),
        (["--exit-zero"], 0),
        (["--select", "NBK003"], 0),
        (["--select", "NBK003", "--min-score", "0"], 0),
        (["--select", "NBK003", "--min-score", "100"], 1),
        (["--select", "NBK003", "--min-score", "100", "--exit-zero"], 0),
    ],
)
def test_given_findings_expected_exit_code(
    capsys: pytest.CaptureFixture[str], arguments: list[str], expected: int
) -> None:
    assert run(capsys, *arguments)[0] == expected


@pytest.mark.usefixtures("repository")
def test_given_interrupt_expected_130(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(check, "run", interrupted)

    assert run(capsys) == (130, "", "interrupted\n")


@pytest.mark.parametrize(
    ("arguments", "code"), [((".",), 1), (("rules",), 0), (("--help",), 0), (("nowhere",), 2)]
)
def test_given_no_streams_expected_only_the_code(
    repository: Path, arguments: tuple[str, ...], code: int
) -> None:
    lines = "import sys; sys.stdout = sys.stderr = None; from repro_lint.__main__ import run; run()"

    done = subprocess.run(
        [sys.executable, "-c", lines, *arguments], cwd=repository, capture_output=True, check=False
    )

    assert (done.returncode, done.stdout, done.stderr) == (code, b"", b"")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no device that is always full")  # noqa: PTH110
@pytest.mark.parametrize("arguments", [(".",), ("rules",), ("--help",)])
def test_given_full_disk_expected_one_line(repository: Path, arguments: tuple[str, ...]) -> None:
    command = [sys.executable, "-m", "repro_lint", *arguments]
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = subprocess.run(
            command, cwd=repository, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )

    assert done.returncode == ExitCode.USER_ERROR
    assert done.stderr.startswith("error: cannot write to standard output: no space left")
    assert len(done.stderr.splitlines()) == 2


@pytest.mark.usefixtures("repository")
def test_given_own_mistake_expected_report_to_paste(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("no idea")

    monkeypatch.setattr(check, "run", broken)
    code, out, told = run(capsys, "--quiet")

    assert (code, out) == (3, "")
    assert f"repro-lint {__version__}" in told
    assert "arguments: --quiet" in told
    assert told.rstrip().endswith("RuntimeError: no idea")


@pytest.mark.usefixtures("repository")
def test_given_broken_rule_expected_results_and_code_3(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("no idea")

    monkeypatch.setattr(next(rule for rule in ALL if rule.code == "STR007"), "applies", broken)
    code, out, told = run(capsys, "--output-format", "json", "--exit-zero")

    assert code == 3
    assert {found["rule"] for found in json.loads(out)["findings"]} >= {"DEP001"}
    assert json.loads(out)["crashes"] == [{"rule": "STR007", "message": "RuntimeError: no idea"}]
    assert "STR007\nTraceback" in told


def test_given_output_file_expected_it_whole_and_nothing_else(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, to_screen, _ = run(capsys, "--output-format", "json")
    before = {path.name for path in repository.iterdir()}
    code, out, _ = run(capsys, "--output-format", "json", "-o", "report.json")

    assert (code, out) == (1, "")
    assert (repository / "report.json").read_text(encoding="utf-8") == to_screen
    assert {path.name for path in repository.iterdir()} == {*before, "report.json"}


def test_given_file_that_cannot_be_replaced_expected_word_and_no_draft(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()

    with pytest.raises(UserError, match="cannot write"):
        output.write_file(str(tmp_path / "taken"), "text")

    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


@pytest.mark.usefixtures("repository")
def test_given_quiet_expected_a_line_for_each_finding(capsys: pytest.CaptureFixture[str]) -> None:
    _, full, _ = run(capsys, "--output-format", "json")
    _, out, _ = run(capsys, "--quiet")

    assert len(out.splitlines()) == json.loads(full)["summary"]["findings"]


@pytest.mark.parametrize(
    ("choice", "variables", "expected"),
    [
        ("auto", {}, False),
        ("auto", {"FORCE_COLOR": "1"}, True),
        ("auto", {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ("auto", {"NO_COLOR": ""}, False),
        ("always", {"NO_COLOR": "1"}, True),
        ("never", {"FORCE_COLOR": "1"}, False),
    ],
)
def test_given_variables_expected_colour(
    monkeypatch: pytest.MonkeyPatch, choice: str, variables: dict[str, str], *, expected: bool
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert output.wants_color(choice) is expected


@pytest.mark.usefixtures("repository")
def test_given_colour_expected_same_words(capsys: pytest.CaptureFixture[str]) -> None:
    _, plain, _ = run(capsys)
    _, coloured, _ = run(capsys, "--color", "always")

    assert "\x1b[" in coloured
    assert "\x1b[" not in plain


def test_given_rule_expected_its_card(capsys: pytest.CaptureFixture[str]) -> None:
    code, by_code, _ = run(capsys, "explain", "dep001")
    _, by_name, _ = run(capsys, "explain", "missing-dependency-file")
    _, coloured, _ = run(capsys, "explain", "DEP001", "--color", "always")

    assert (code, by_code) == (0, by_name)
    assert by_code.startswith("# missing-dependency-file (DEP001)\n\nseverity critical")
    assert "Why it matters" in coloured
    assert "## Why it matters" not in coloured


def test_given_rules_expected_each_in_every_format(capsys: pytest.CaptureFixture[str]) -> None:
    _, as_text, _ = run(capsys, "rules")
    _, as_markdown, _ = run(capsys, "rules", "--output-format", "markdown")
    _, as_json, _ = run(capsys, "rules", "--output-format", "json")

    assert [row["code"] for row in json.loads(as_json)] == [rule.code for rule in ALL]
    assert all(row["summary"].startswith("Flags ") for row in json.loads(as_json))
    assert re.findall(r"^\| ([A-Z]{3}\d{3}) \|", as_markdown, re.MULTILINE) == [
        rule.code for family in FAMILIES for rule in ALL if rule.code.startswith(family)
    ]
    assert {rule.code[:3] for rule in ALL} == set(FAMILIES)
    assert all(f"{rule.code}  {rule.name}" in as_text for rule in ALL)


def test_given_version_or_help_expected_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "--version") == (0, f"repro-lint {__version__}\n", "")
    code, out, _ = run(capsys, "--help")
    assert code == 0
    assert all(command in out for command in ("check", "explain", "rules"))


def test_given_file_in_project_expected_path_from_its_root(
    repository: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (repository / "repro-lint.toml").write_text('select = ["RNG"]\n', encoding="utf-8")
    (repository / "src").mkdir()
    (repository / "train.py").rename(repository / "src" / "train.py")
    monkeypatch.chdir(repository / "src")

    _, out, _ = run(capsys, "train.py", "--output-format", "json")

    assert {found["path"] for found in json.loads(out)["findings"]} <= {"src/train.py"}
    assert json.loads(out)["score"] is None


@pytest.mark.skipif(os.name == "nt", reason="pipes break otherwise there")
def test_given_reader_that_leaves_expected_no_word(repository: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "repro_lint", str(repository)],
        stdout=write,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(write)

    assert (done.returncode, done.stderr) == (1, b"")


def test_start_loads_nothing_heavy(repository: Path) -> None:
    script = (
        "import sys; before = set(sys.modules); from repro_lint.cli import main\n"
        "main(['train.py']); print(sorted(set(sys.modules) - before), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=repository, capture_output=True, text=True, check=True
    )
    heavy = {"rich", "yaml", "libcst", "packaging", "dataclasses", "inspect", "hashlib", "difflib"}
    surroundings = {f"repro_lint.{m}" for m in ("cards", "repository.manifests", "rules.readme")}

    loaded = set(eval(done.stderr))  # noqa: S307  our own list

    assert "repro_lint.rules.seeding" in loaded
    assert loaded & (heavy | surroundings | {"pathlib", "typing"}) == set()


def test_given_ascii_terminal_expected_signs_it_has(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    target = tmp_path / "out"
    with target.open("w", encoding="ascii", newline="") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        output.write("12 │ x = 'é' → ██░░\n")

    assert target.read_text(encoding="ascii") == "12 | x = '\\xe9' > ##..\n"


@pytest.mark.parametrize("forks", [True, False])
def test_given_patience_that_ends_expected_bar(*, forks: bool) -> None:
    with Progress(forks=forks) as progress:
        progress.show(1, 3, "loud-line")
        early = progress.bar
        progress.wake()
        progress.show(2, 3, "lonely-repository")
        late = progress.bar

    assert early is None
    assert late is not None
    assert [(task.description, task.completed) for task in late.tasks] == [("lonely-repository", 2)]
    assert not late.live.is_started


def test_given_quick_work_expected_no_bar() -> None:
    with Progress(forks=False) as progress:
        progress.show(1, 2, "loud-line")
    progress.wake()

    assert progress.bar is None
