"""Which files patterns leave out, as git and pathspec have it."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pathspec import GitIgnoreSpec

from repro_lint.repository.files import Excluded, Repository
from repro_lint.repository.ignores import Patterns

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    Make = Callable[[Mapping[str, str]], Repository]


def write(folder: Path, files: Mapping[str, str]) -> None:
    for path, content in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(content)


@pytest.fixture(params=["on disk", "in memory"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    """A repository of some files, from both sources."""

    def made(files: Mapping[str, str]) -> Repository:
        if request.param == "in memory":
            return Repository.from_mapping(files)
        write(tmp_path, files)
        return Repository.from_folder(tmp_path)

    return made


def git(folder: Path, *words: str) -> str:
    command = ["git", *words]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


def test_ignored_files_are_not_listed(make: Make) -> None:
    files = {
        ".gitignore": "# data\n*.csv\n!keep.csv\n/out\ncache/\nlogs/**/old\n\\#odd.py\n",
        "a.csv": "",
        "deep/b.csv": "",
        "deep/keep.csv": "",
        "out": "",
        "deep/out": "",
        "cache/a.py": "",
        "deep/cache/b.py": "",
        "logs/x/y/old/c.py": "",
        "logs/x/new/d.py": "",
        "#odd.py": "",
    }
    expected = (".gitignore", "deep/keep.csv", "deep/out", "logs/x/new/d.py")
    assert make(files).paths == expected


def test_the_nearest_ignore_file_decides(make: Make) -> None:
    files = {
        ".gitignore": "*.py\n",
        "a.py": "",
        "kept/.gitignore": "!*.py\n/b.py\n",
        "kept/a.py": "",
        "kept/b.py": "",
        "kept/deeper/b.py": "",
    }
    expected = (".gitignore", "kept/.gitignore", "kept/a.py", "kept/deeper/b.py")
    assert make(files).paths == expected


def test_the_exclude_file_of_git_is_honoured(tmp_path: Path) -> None:
    write(tmp_path, {".git/info/exclude": "local.py\n", "local.py": "", "train.py": ""})
    assert Repository.from_folder(tmp_path).paths == ("train.py",)


GIT_LINES = """\
*.py[cod]
build/
/data
!data/raw/
docs/**/v1
x\\ y
\\[z]
\\.pn\\g
a[a-c]
*+*
src/*
!src/a.py
[[]z]
Thumbs.db

# *
?uild2
**/ab
!/ab
"""


def test_a_pattern_of_many_stars_is_answered_at_once() -> None:
    assert Patterns(["*a" * 40 + "b"]).verdict("a" * 250, "a" * 250) is None
    assert Patterns(["*a" * 40 + "*b"]).verdict("a" * 250 + "b", "a" * 250 + "b") is True


def test_an_ignore_file_that_is_a_folder_ignores_nothing(tmp_path: Path) -> None:
    write(tmp_path, {".gitignore/*.py": "", "a.py": ""})
    assert Repository.from_folder(tmp_path).paths == (".gitignore/*.py", "a.py")


def test_git_agrees_on_what_is_ignored(tmp_path: Path) -> None:
    names = ["a.py", "b.pyc", "data.csv", "x y", "[z]", "ab", "Thumbs.db", "a+b.py"]
    folders = ["", "src/", "src/build/", "build/", "docs/api/v1/", "data/raw/", "build2/"]
    write(tmp_path, {f"{folder}{name}": "" for folder in folders for name in names})
    write(tmp_path, {".gitignore": GIT_LINES})
    git(tmp_path, "init", "-q")
    listed = git(tmp_path, "ls-files", "-z", "--others", "--exclude-standard")
    assert list(Repository.from_folder(tmp_path).paths) == sorted(listed.split("\0")[:-1])


PARTS = st.sampled_from(["*", "a", "*.b", "a?", "[ab]", "?", "*a*b*", "a*b*a"]) | st.text(
    "ab.*?-_ ", min_size=1
)
LINES = st.builds(
    lambda start, parts, end: start + "/".join(parts) + end,
    st.sampled_from(["", "!", "/", "!/"]),
    st.lists(PARTS, min_size=1, max_size=3),
    st.sampled_from(["", "/", " "]),
)
NAMES = st.sampled_from(["a", "b", "ab", "a.b", "aabab"]) | st.text("ab.-_", min_size=1, max_size=4)
PATHS = st.lists(NAMES, min_size=1, max_size=3)


@given(line=LINES, parts=PATHS, is_folder=st.booleans())
def test_plain_patterns_mean_what_they_mean_to_pathspec(
    line: str, parts: list[str], *, is_folder: bool
) -> None:
    path, name = "/".join(parts), parts[-1]
    end = "/" if is_folder else ""
    spec = GitIgnoreSpec.from_lines([line.lstrip("!")])
    above = ["/".join(parts[:depth]) + "/" for depth in range(1, len(parts))]
    if any(spec.match_file(folder) for folder in above) or "**" in line or " " in line.strip():
        return
    verdict = Patterns([line]).verdict(path + end, name + end)
    assert (verdict is not None) == spec.match_file(path + end)
    assert verdict in {None, not line.startswith("!")}


def test_no_heavy_import_is_needed_for_plain_patterns() -> None:
    code = (
        "import sys\nfrom repro_lint.repository.files import Repository\n"
        "files = {'.gitignore': '*.py[cod]\\n__pycache__/\\n!a/b\\n', 'a.py': ''}\n"
        "r = Repository.from_mapping(files)\n"
        "r.source('a.py')\n"
        "heavy = {'pathspec', 'yaml', 'libcst', 'rich', 'dataclasses', 'json', 'tokenize'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert told.stdout.strip() == "[]"


@pytest.mark.parametrize("line", ["!", "/", "//", "a//b", "a/\\", "[", "[z-a]", "***"])
def test_odd_patterns_do_no_harm(line: str) -> None:
    assert Patterns([line, "*.csv"]).verdict("a.csv", "a.csv") is True
    assert Patterns(["*.csv", line]).verdict("x/y.txt", "y.txt") in {None, True}


def test_excluded_patterns_are_neither_listed_nor_judged(tmp_path: Path) -> None:
    write(tmp_path, {"docs/a.py": "", "docs/b/c.py": "", "a.py": "", "deep/gen_b.py": ""})
    repository = Repository.from_folder(tmp_path, exclude=("docs/", "gen_*.py"))
    assert repository.paths == ("a.py",)
    assert repository.excluded == (
        Excluded("deep/gen_b.py", "excluded by configuration"),
        Excluded("docs", "excluded by configuration"),
    )
