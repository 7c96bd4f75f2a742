"""Old findings are counted, not shown: those of a baseline, and those of another commit."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from repro_lint.cli import main

if TYPE_CHECKING:
    from pathlib import Path

OLD = "import os\n\nfiles = os.listdir('data')\nprint(files[:3], files[3:])\n"
NEW = "\nmore = os.listdir('more')\nprint(more[:3], more[3:])\n"
ONLY = ("--select", "ORD001", "--isolated", "--output-format", "json")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "project"
    made.mkdir()
    (made / "a.py").write_text(OLD)
    return made


def judged(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, object]]:
    code = main([*arguments, *ONLY])
    made: dict[str, object] = json.loads(capsys.readouterr().out)
    return code, made


def lines(made: dict[str, object]) -> list[tuple[str, int]]:
    found = made["findings"]
    assert isinstance(found, list)
    return [(finding["path"], finding["line"]) for finding in found]


def summary(made: dict[str, object]) -> dict[str, object]:
    found = made["summary"]
    assert isinstance(found, dict)
    return found


def test_given_a_baseline_expected_only_what_is_new(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(folder.parent / "baseline.json")
    assert main([str(folder), *ONLY, "--write-baseline", file]) == 0
    assert capsys.readouterr().out == ""

    (folder / "a.py").write_text("# moved\n\n" + OLD)
    code, made = judged(capsys, str(folder), "--baseline", file)
    assert (code, lines(made), summary(made)["in_baseline"]) == (0, [], 1)

    (folder / "a.py").write_text(OLD + NEW)
    code, made = judged(capsys, str(folder), "--baseline", file)
    assert (code, lines(made), summary(made)["in_baseline"]) == (1, [("a.py", 6)], 1)

    (folder / "a.py").write_text("import os\n" + NEW)
    code, made = judged(capsys, str(folder), "--baseline", file)
    assert (code, lines(made), summary(made)["baseline_mended"]) == (1, [("a.py", 3)], 1)


def test_a_baseline_is_the_same_bytes_each_time(folder: Path) -> None:
    files = [folder.parent / name for name in ("one.json", "other.json")]
    for file in files:
        assert main([str(folder), "--isolated", "--write-baseline", str(file)]) == 0

    assert files[0].read_bytes() == files[1].read_bytes()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": 2, "findings": []}', "[" * 100_000])
def test_given_no_baseline_expected_one_line_and_a_hint(
    folder: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = folder.parent / "baseline.json"
    file.write_text(text)

    assert main([str(folder), "--baseline", str(file)]) == 2
    assert main([str(folder), "--baseline", str(folder / "none.json")]) == 2
    assert capsys.readouterr().err.count("hint: write it with `--write-baseline FILE`") == 2


def git(folder: Path, *arguments: str) -> None:
    names = {"NAME": "A", "EMAIL": "a@example.org"}
    people = {f"GIT_{who}_{k}": v for who in ("AUTHOR", "COMMITTER") for k, v in names.items()}
    alone = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run(
        ["git", *arguments],  # noqa: S607  whichever git there is
        cwd=folder,
        check=True,
        capture_output=True,
        env={**os.environ, **people, **alone},
    )


@pytest.fixture
def committed(folder: Path) -> Path:
    if shutil.which("git") is None:
        pytest.skip("no git here")
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "old")
    return folder


def test_given_a_commit_expected_only_what_is_new_since(
    committed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, made = judged(capsys, str(committed), "--diff-base", "main")
    assert (code, lines(made), summary(made)["in_baseline"]) == (0, [], 1)

    (committed / "a.py").write_text("# moved\n" + OLD.replace("'data'", "'other'") + NEW)
    code, made = judged(capsys, str(committed), "--diff-base", "main")
    assert (code, lines(made)) == (1, [("a.py", 7)])
    base = summary(made)["base"]
    assert isinstance(base, dict)
    assert (base["ref"], isinstance(base["score"], int)) == ("main", True)


def test_a_renamed_file_brings_nothing_new(
    committed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    git(committed, "mv", "a.py", "b.py")
    code, made = judged(capsys, str(committed), "--diff-base", "HEAD")

    assert (code, lines(made), summary(made)["in_baseline"]) == (0, [], 1)


@pytest.mark.parametrize("ref", ["nowhere", "--output=x", ""])
def test_given_no_commit_expected_one_line_and_a_hint(
    committed: Path, ref: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(committed), f"--diff-base={ref}", "--isolated"]) == (2 if ref else 1)
    assert ("git knows no commit" in capsys.readouterr().err) == bool(ref)
    assert not (committed / "x").exists()


def test_a_folder_without_git_has_no_commits(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(folder.parent))

    assert main([str(folder), "--diff-base", "HEAD"]) == 2
    assert "git knows no commit `HEAD` here" in capsys.readouterr().err


def test_fixes_name_files_that_were_not_committed(
    committed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (committed / "a.py").write_text("# changed\n" + OLD)

    assert main([str(committed), *ONLY, "--fix"]) == 0
    assert "not committed before these fixes: a.py\n" in capsys.readouterr().err
