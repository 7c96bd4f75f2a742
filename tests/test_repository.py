"""Which files a repository has, which are judged, and how bytes become text."""

from __future__ import annotations

import errno
import os
import pickle
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pathspec import GitIgnoreSpec

from repro_lint.errors import UserError
from repro_lint.findings import Location, NotAnalysed
from repro_lint.repository.files import Excluded, Repository
from repro_lint.repository.ignores import Patterns
from repro_lint.repository.shown import shown
from repro_lint.repository.text import Refusal, decode, line_at, normalise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    Make = Callable[[Mapping[str, str | bytes]], Repository]

PYTHON = "import random\n"


def write(folder: Path, files: Mapping[str, str | bytes]) -> None:
    for path, content in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content if isinstance(content, bytes) else content.encode())


@pytest.fixture(params=["on disk", "in memory"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    """A repository of some files, from both sources."""

    def made(files: Mapping[str, str | bytes]) -> Repository:
        if request.param == "in memory":
            return Repository.from_mapping(files)
        write(tmp_path, files)
        return Repository.from_folder(tmp_path)

    return made


def test_paths_are_sorted_and_relative(make: Make) -> None:
    repository = make({"b.py": "", "a/z.py": "", "a.txt": "", "a-b.py": "", "B.py": ""})
    assert repository.paths == ("B.py", "a-b.py", "a.txt", "a/z.py", "b.py")
    assert repository.python_paths == ("B.py", "a-b.py", "a/z.py", "b.py")


def test_the_order_of_the_system_does_not_show(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {f"{folder}/{name}.py": "" for folder in "abc" for name in "xyz"})
    expected = Repository.from_folder(tmp_path).paths
    real = os.scandir

    class Reversed:
        def __init__(self, path: str) -> None:
            with real(path) as found:
                self.entries = list(found)[::-1]

        def __enter__(self) -> Iterator[os.DirEntry[str]]:
            return iter(self.entries)

        def __exit__(self, *_: object) -> None:
            pass

    monkeypatch.setattr(os, "scandir", Reversed)
    assert Repository.from_folder(tmp_path).paths == expected


@pytest.mark.parametrize(
    "path",
    [
        ".git/hooks/a.py",
        "node_modules/gyp/a.py",
        "src/__pycache__/a.py",
        ".tox/py/a.py",
        ".nox/a.py",
        ".mypy_cache/a.py",
        ".ipynb_checkpoints/a.py",
        "lib/site-packages/a.py",
        "package.egg-info/a.py",
    ],
)
def test_folders_that_tools_make_are_not_listed(make: Make, path: str) -> None:
    assert make({path: PYTHON, "train.py": PYTHON}).paths == ("train.py",)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (["env/pyvenv.cfg", "env/lib/a.py"], Excluded("env", "virtual environment")),
        (["conda/conda-meta/history", "conda/a.py"], Excluded("conda", "virtual environment")),
        (["build/lib/a.py"], Excluded("build", "build output")),
        (["build/bdist.linux/a.py"], Excluded("build", "build output")),
        (["dist/a-1.0.whl", "dist/a-1.0.tar.gz"], Excluded("dist", "build output")),
        (["other/.git/config", "other/a.py"], Excluded("other", "another repository")),
    ],
)
def test_folders_that_others_fill_are_not_listed(
    make: Make, files: Sequence[str], expected: Excluded
) -> None:
    repository = make(dict.fromkeys([*files, "train.py"], PYTHON))
    assert repository.paths == ("train.py",)
    assert repository.excluded == (expected,)


@pytest.mark.parametrize("path", ["build/model.py", "dist/sampler.py", "env/atari.py", "lib/a.py"])
def test_folders_of_code_with_such_names_are_judged(make: Make, path: str) -> None:
    assert make({path: PYTHON}).python_paths == (path,)


@pytest.mark.parametrize(
    "path",
    ["third_party/a/b.py", "src/_vendor/six.py", "vendor/x.py", "third_party/n.ipynb"],
)
def test_vendored_files_are_listed_and_not_judged(make: Make, path: str) -> None:
    repository = make({path: PYTHON, "train.py": PYTHON})
    assert path in repository.paths
    assert repository.python_paths == ("train.py",)
    assert repository.notebook_paths == ()
    assert repository.excluded == (Excluded(path, "vendored"),)


def test_an_external_folder_is_vendored_if_it_has_a_licence_of_its_own(make: Make) -> None:
    files = {
        "LICENSE": "",
        "external/theirs/LICENSE.md": "",
        "external/theirs/src/a.py": PYTHON,
        "external/ours/b.py": PYTHON,
        "externality.py": PYTHON,
    }
    assert make(files).python_paths == ("external/ours/b.py", "externality.py")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("message_pb2.py", "x = 1\n"),
        ("rpc_pb2_grpc.py", "x = 1\n"),
        ("a.py", "# @generated by a program\nx = 1\n"),
        ("a.py", "# Code generated by swagger. DO NOT EDIT.\nx = 1\n"),
        ("a.py", "# This file was automatically generated.\n# Do not modify it.\n"),
        ("a.py", '"""Generated from spec.\n\nDo not edit by hand.\n"""\nx = 1\n'),
    ],
)  # fmt: skip
def test_generated_files_are_listed_and_not_judged(make: Make, path: str, text: str) -> None:
    repository = make({path: text, "train.py": PYTHON})
    assert path in repository.paths
    assert repository.python_paths == ("train.py",)
    assert repository.excluded == (Excluded(path, "generated"),)


@pytest.mark.parametrize(
    "text",
    [
        "# images are generated by a model\nx = 1\n",
        'HEADER = "# @generated DO NOT EDIT"\n',
        "x = 1\n# @generated\n",
        "# do not edit the seeds below\nseed = 3\n",
        '"""Makes generated images."""\nMARK = "do not edit"\n',
    ],
)
def test_code_that_speaks_of_generated_things_is_judged(make: Make, text: str) -> None:
    assert make({"a.py": text}).python_paths == ("a.py",)


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


def git(folder: Path, *words: str) -> str:
    command = ["git", *words]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


def test_a_pattern_of_many_stars_is_answered_at_once() -> None:
    start = time.process_time()
    assert Patterns(["*a" * 40 + "b"]).verdict("a" * 250, "a" * 250) is None
    assert Patterns(["*a" * 40 + "*b"]).verdict("a" * 250 + "b", "a" * 250 + "b") is True
    assert time.process_time() - start < 1


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


def test_exists_knows_files_and_folders(make: Make) -> None:
    repository = make({"a/b/c.py": "", "d.py": ""})
    assert all(map(repository.exists, ["a/b/c.py", "a/b", "a/b/", "a", "d.py", ".", "./d.py"]))
    assert not any(map(repository.exists, ["a/b/c", "e.py", "b", "c.py", "../d.py", "/"]))


def test_a_link_is_read_through_if_its_target_is_listed(tmp_path: Path) -> None:
    write(tmp_path, {"real/a.py": "x = 1\n", ".gitignore": "hidden/\n", "hidden/b.py": "y = 2\n"})
    (tmp_path / "link.py").symlink_to("real/a.py")
    (tmp_path / "other.py").symlink_to("hidden/b.py")
    (tmp_path / "folder").symlink_to("real", target_is_directory=True)
    repository = Repository.from_folder(tmp_path)
    assert repository.paths == (".gitignore", "other.py", "real/a.py")
    assert repository.exists("link.py")
    assert not repository.exists("folder")
    assert repository.text("link.py") == "x = 1\n"
    assert repository.text("other.py") == "y = 2\n"


def test_a_link_out_of_the_repository_is_not_read(tmp_path: Path) -> None:
    write(tmp_path, {"secret.py": "password = 1\n", "repository/a.py": ""})
    (tmp_path / "repository/link.py").symlink_to(tmp_path / "secret.py")
    repository = Repository.from_folder(tmp_path / "repository")
    assert repository.paths == ("a.py",)
    assert not repository.exists("link.py")
    assert repository.text("link.py") is None
    reason = "links to a file outside of the repository"
    assert repository.not_analysed == (NotAnalysed("link.py", 0, reason),)


def test_a_repository_behind_a_link_is_the_repository(tmp_path: Path) -> None:
    write(tmp_path, {"real/a.py": "", "real/b/c.py": ""})
    (tmp_path / "link").symlink_to("real", target_is_directory=True)
    assert Repository.from_folder(tmp_path / "link").paths == ("a.py", "b/c.py")


def test_an_unreadable_file_is_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"a.py": "x = 1\n"})
    repository = Repository.from_folder(tmp_path)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("builtins.open", refuse)
    assert repository.text("a.py") is None
    assert repository.source("a.py") is None
    expected = NotAnalysed("a.py", 0, "cannot be read: permission denied")
    assert repository.not_analysed == (expected,)


def test_an_unreadable_folder_is_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"a.py": "", "closed/b.py": ""})
    real = os.scandir

    def refuse(path: str) -> object:
        if path.endswith("closed/"):
            raise PermissionError(errno.EACCES, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", refuse)
    repository = Repository.from_folder(tmp_path)
    assert repository.paths == ("a.py",)
    reason = "the folder cannot be read: permission denied"
    assert repository.not_analysed == (NotAnalysed("closed", 0, reason),)


def test_a_file_that_vanishes_is_noted(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": ""})
    repository = Repository.from_folder(tmp_path)
    (tmp_path / "a.py").unlink()
    assert repository.text("a.py") is None
    assert repository.not_analysed[0].reason == "cannot be read: no such file or directory"


def test_a_file_above_the_limit_is_noted_with_the_limit(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "x" * 101, "b.py": "x" * 100})
    repository = Repository.from_folder(tmp_path, max_bytes=100)
    assert repository.text("b.py") == "x" * 100
    assert repository.text("a.py") is None
    reason = "is larger than the limit of 100 bytes"
    assert repository.not_analysed == (NotAnalysed("a.py", 0, reason),)


def test_a_missing_folder_is_the_users_to_mend(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is no folder"):
        Repository.from_folder(tmp_path / "nowhere")
    with pytest.raises(UserError, match="is no file"):
        Repository.from_file(tmp_path)


def test_one_file_alone_is_judged_wherever_it_lies(tmp_path: Path) -> None:
    write(tmp_path, {"third_party/a_pb2.py": "x = 1\n", "third_party/b.py": ""})
    repository = Repository.from_file(tmp_path / "third_party/a_pb2.py")
    assert repository.single_file
    assert repository.paths == repository.python_paths == ("a_pb2.py",)
    assert repository.text("a_pb2.py") == "x = 1\n"
    named = Repository.from_file(tmp_path / "third_party/b.py", root=tmp_path)
    assert named.python_paths == ("third_party/b.py",)
    assert named.text("third_party/b.py") == ""
    assert Repository.from_file(tmp_path / "third_party/b.py", root="/usr").paths == ("b.py",)
    assert not Repository.from_mapping({}).single_file


def test_notes_are_sorted_and_unique() -> None:
    repository = Repository.from_mapping({})
    for path in ("b", "a", "b"):
        repository.note(path, 1, "is odd")
    expected = (NotAnalysed("a", 1, "is odd"), NotAnalysed("b", 1, "is odd"))
    assert repository.not_analysed == expected


def test_a_source_says_what_it_is(make: Make) -> None:
    repository = make({"a.py": "x = 1\n", "b.toml": "x = 1\n"})
    python, text = repository.source("a.py"), repository.source("b.toml")
    assert python is not None
    assert text is not None
    assert (python.kind, text.kind) == ("python", "text")
    assert python.place((1, 5, 1, 6)) == Location("a.py", 1, 5, 1, 6)
    assert python.line(1) == "x = 1"
    assert python.line(9) == python.line(0) == ""
    assert repository.source("c.py") is None
    assert repository.line_text(Location("a.py", 1)) == "x = 1"
    assert repository.line_text(Location("a.py", 7)) == ""


def test_a_text_in_memory_is_read_as_its_bytes_would_be() -> None:
    repository = Repository.from_mapping({"a.py": "\ufeffx\r\ny\r", "b.py": b"\xef\xbb\xbfx\ny\r"})
    assert repository.text("a.py") == repository.text("b.py") == "x\ny\n"


def test_a_repository_travels_to_another_process(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "x = 1\n", "b.py": b"\0"})
    repository = Repository.from_folder(tmp_path)
    assert repository.text("b.py") is None
    copy = pickle.loads(pickle.dumps(repository))  # noqa: S301
    assert copy.text("a.py") == "x = 1\n"
    assert copy.not_analysed == repository.not_analysed


def test_texts_are_read_once(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "x = 1\n"})
    repository = Repository.from_folder(tmp_path)
    assert not repository.read_paths
    assert repository.text("a.py") == "x = 1\n"
    write(tmp_path, {"a.py": "x = 2\n"})
    assert repository.text("a.py") == "x = 1\n"
    assert repository.read_paths == ("a.py",)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", ""),
        (b"x = 1", "x = 1"),
        (b"a\rb\r\nc\n", "a\nb\nc\n"),
        (b"\xef\xbb\xbfx\n", "x\n"),
        (b"# coding: latin-1\n'\xe9'\n", "# coding: latin-1\n'é'\n"),
        (b"#!\n# vim: fileencoding=cp1252 :\n'\x80'", "#!\n# vim: fileencoding=cp1252 :\n'€'"),
        (b"# coding: latin-1-unix\n'\xe9'\n", "# coding: latin-1-unix\n'é'\n"),
        (b"# coding: utf-8-unix\n'\xc3\xa9'\n", "# coding: utf-8-unix\n'é'\n"),
        (b"\xef\xbb\xbf# coding: utf8\nx\n", "# coding: utf8\nx\n"),
        (b"x = 1\n# coding: latin-1\n", "x = 1\n# coding: latin-1\n"),
        ("a\x0cb\x0b\x1c\x85\u2028c\n".encode(), "a\x0cb\x0b\x1c\x85\u2028c\n"),
    ],
)  # fmt: skip
def test_python_bytes_become_text(data: bytes, expected: str) -> None:
    assert decode(data, python=True) == expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"x\n\n'\xe9'\n", Refusal(3, "is not utf-8 text")),
        (b"x\r\ry\r\n\xe9", Refusal(4, "is not utf-8 text")),
        (b"x\n\0", Refusal(2, "holds a null byte")),
        (b"# coding: klingon\n", Refusal(1, "names the unknown encoding `klingon`")),
        (b"\n# coding: rot13\n", Refusal(2, "names the unknown encoding `rot13`")),
        (b"# coding: punycode\n", Refusal(1, "names the unknown encoding `punycode`")),
        (b"\xef\xbb\xbf# coding: latin-1\n",
         Refusal(1, "names the encoding `latin-1` after a byte order mark of utf-8")),
        (b"# coding: ascii\n\n\xc3\xa9", Refusal(3, "is not ascii text")),
        (b"# coding: utf-7\nx = '+2AA-'\n", Refusal(0, "is not utf-7 text")),
        (b"# coding: latin-1\nx = 1\n# \0", Refusal(3, "holds a null byte")),
    ],
)  # fmt: skip
def test_bytes_that_are_no_python_are_refused_with_their_line(
    data: bytes, expected: Refusal
) -> None:
    assert decode(data, python=True) == expected


def test_a_coding_line_counts_in_python_only() -> None:
    assert decode(b"# coding: latin-1\n\xe9\n") == Refusal(2, "is not utf-8 text")


def test_text_of_two_bytes_a_character_may_hold_a_null_too() -> None:
    assert decode("\ufeffa\nb\0".encode("utf-16-le")) == Refusal(2, "holds a null byte")


@pytest.mark.parametrize("coding", ["utf-16-le", "utf-16-be"])
def test_a_requirements_file_of_powershell_is_text(coding: str) -> None:
    assert decode("\ufeffnumpy\r\ntorch\r\n".encode(coding)) == "numpy\ntorch\n"


@given(st.text(st.sampled_from("ab\n\r\x0c\x0b\x1c\x85\u2028'\u00e9"), max_size=40))
def test_lines_are_those_of_python(text: str) -> None:
    source = "# " + text.replace("\n", "\n# ").replace("\r", "\r# ") + "\nlast = 1\n"
    decoded = decode(source.encode(), python=True)
    assert isinstance(decoded, str)
    import ast

    (statement,) = ast.parse(source.encode()).body
    assert decoded.split("\n").index("last = 1") + 1 == statement.lineno


@given(st.text(st.sampled_from("a\n\r"), max_size=20))
def test_the_line_of_a_byte_is_that_of_the_text(text: str) -> None:
    assert line_at(f"{text}x".encode(), len(text)) == normalise(text).count("\n") + 1


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("plain name.py", "plain name.py"),
        ("été.py", "été.py"),
        ("a\nb.py", "a\\nb.py"),
        ("a\udcffb.py", "a\\xffb.py"),
        ("\x1b[31mred.py", "\\x1b[31mred.py"),
        ("right\u202eleft.py", "right\\u202eleft.py"),
    ],
)
def test_paths_are_shown_in_one_printable_line(path: str, expected: str) -> None:
    assert shown(path) == expected


def test_names_that_look_alike_are_told_apart(tmp_path: Path) -> None:
    write(tmp_path, {"a\nb.py": "x = 1\n", "a\\nb.py": "x = 2\n"})
    repository = Repository.from_folder(tmp_path)
    assert repository.paths == ("a\\nb.py", "a\\nb.py (2)")
    assert repository.text("a\\nb.py") == "x = 1\n"
    assert repository.text("a\\nb.py (2)") == "x = 2\n"


def test_a_path_too_long_for_the_system_is_no_crash(tmp_path: Path) -> None:
    repository = Repository.from_folder(tmp_path)
    assert not repository.exists("x" * 5000)
    assert repository.text("x" * 5000) is None


def test_fifteen_hundred_files_are_found_for_little_more_than_listing_them(tmp_path: Path) -> None:
    for number in range(1500):
        folder = tmp_path / f"package{number % 30}"
        folder.mkdir(exist_ok=True)
        (folder / f"module{number}.py").touch()
    lines = [f"*.ext{number}\nname{number}/\n" for number in range(45)]
    write(tmp_path, {".gitignore": "".join(lines)})
    Repository.from_folder(tmp_path)
    start = time.process_time()
    for _ in os.walk(tmp_path):
        pass
    listed = time.process_time()
    assert len(Repository.from_folder(tmp_path).paths) == 1501
    assert time.process_time() - listed < 10 * (listed - start) + 0.1
