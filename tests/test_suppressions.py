"""Suppression comments: which lines and rules they name, and what is wrong with the others."""

from __future__ import annotations

import json

import pytest

from repro_lint.findings import Location
from repro_lint.repository.comments import Suppression, read_suppressions, suppressions_in
from repro_lint.repository.files import Repository, SourceFile

MARK = "repro-lint: ignore[RNG001]"


def suppressions(text: str, path: str = "a.py") -> tuple[Suppression, ...]:
    source = Repository.from_mapping({path: text}).source(path)
    assert source is not None
    return suppressions_in(source)


def targets(text: str, path: str = "a.py") -> list[int]:
    return [suppression.applies_to for suppression in suppressions(text, path)]


def test_a_comment_has_its_rules_reason_and_place() -> None:
    text = "x = 1\ny = rand()  # repro-lint: ignore[RNG001, unseeded-draw] -- only a demo\n"
    place = Location("a.py", 2, 13, 2, 71)
    rules = ("RNG001", "unseeded-draw")
    expected = Suppression("a.py", 2, 2, rules, "only a demo", place)
    assert suppressions(text) == (expected,)
    line = text.split("\n")[1]
    assert line[12:70] == "# repro-lint: ignore[RNG001, unseeded-draw] -- only a demo"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"x = 1  # {MARK}\n", [1]),
        (f"# {MARK}\nx = 1\n", [2]),
        (f"# {MARK}\n\n# other\n\nx = 1\n", [5]),
        (f"if x:\n    # {MARK}\n    y = 1\n", [3]),
        (f"if x:\n    y\n# {MARK}\nelse:\n    z\n", [4]),
        (f"f(\n    a,  # {MARK}\n    b,\n)\n", [2]),
        (f"f(\n    a,\n    # {MARK}\n    b,\n)\n", [4]),
        (f"x = '''\n'''  # {MARK}\n", [2]),
        (f"x = 1\n# {MARK}\n", [2]),
        (f"# {MARK}\n# {MARK}\nx = 1  # {MARK}\n", [3, 3, 3]),
        (f"x = 1  # noqa: S101  # {MARK} -- b\n", [1]),
        (f"\ufeffx = 1  # {MARK}\n", [1]),
        (f"x = 1  #{MARK}\n", [1]),
        ("# repro-lint: ignore-file[RNG001]\nx = 1\n", [0]),
        ("#!/usr/bin/env python\n# Copyright\n\n# repro-lint: ignore-file[RNG001]\nx = 1\n", [0]),
    ],
)
def test_a_comment_applies_to_its_line_or_the_next_line_of_code(
    text: str, expected: list[int]
) -> None:
    assert targets(text) == expected
    assert [suppression.problem for suppression in suppressions(text)] == [""] * len(expected)


@pytest.mark.parametrize(
    "text",
    [
        f'x = "# {MARK}"\n',
        f'"""Write\n\n# {MARK}\n"""\n',
        f"# write `# {MARK}` to silence\nx = 1\n",
        "# repro-lint is a linter\nx = 1\n",
        "x = 1  # see repro-lint: the linter\n",
    ],
)
def test_text_that_speaks_of_comments_is_none(text: str) -> None:
    assert suppressions(text) == ()


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("ignore", "`ignore` names no rule, as in `ignore[RNG001] -- reason`"),
        ("ignore[]", "`ignore` names no rule, as in `ignore[RNG001] -- reason`"),
        ("ignore -- why", "`ignore` names no rule, as in `ignore[RNG001] -- reason`"),
        ("ignore-file", "`ignore-file` names no rule, as in `ignore-file[RNG001] -- reason`"),
        ("disable[RNG001]", "`disable` is neither `ignore` nor `ignore-file`"),
        ("", "`` is neither `ignore` nor `ignore-file`"),
        ("ignore[RNG001", "the list of rules has no closing `]`"),
        ("ignore[RNG001 RNG002]", "`RNG001 RNG002` is not the code or name of a rule"),
        ("ignore[*]", "`*` is not the code or name of a rule"),
        ("ignore[RNG001] why", "`why` after the rules is not a reason, which starts with `--`"),
    ],
)
def test_a_comment_that_cannot_be_understood_tells_why(body: str, problem: str) -> None:
    (found,) = suppressions(f"x = 1  # repro-lint: {body}\n")
    assert found.problem == problem
    assert found.rules == ()
    assert not found.covers(Location("a.py", 1))


def test_a_comment_for_the_file_below_code_is_no_comment_for_the_file() -> None:
    (found,) = suppressions("x = 1\n# repro-lint: ignore-file[RNG001]\n")
    assert found.problem == "`ignore-file` stands below the first line of code"


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        (Location("a.py", 3, 1, 3, 5), True),
        (Location("a.py", 3), True),
        (Location("a.py", 1, 1, 3, 5), True),
        (Location("a.py", 1, 1, 5, 5), False),
        (Location("a.py", 4, 1, 4, 5), False),
        (Location("b.py", 3, 1, 3, 5), False),
        (Location("a.py"), False),
    ],
)
def test_a_comment_covers_what_starts_or_ends_in_its_line(
    location: Location, *, expected: bool
) -> None:
    (found,) = suppressions(f"a\nb\nc  # {MARK}\n")
    assert found.covers(location) is expected


def test_a_comment_for_the_file_covers_all_of_it() -> None:
    (found,) = suppressions("# repro-lint: ignore-file[RNG001] -- a demo\nx = 1\n")
    assert found.covers(Location("a.py"))
    assert found.covers(Location("a.py", 9))
    assert not found.covers(Location("b.py", 9))


@pytest.mark.parametrize("rest", ["(", "'''", "  x\n y", "\\", "\x01", "if x:\n\ty\n        z"])
def test_code_that_does_not_parse_keeps_the_comments_before_it(rest: str) -> None:
    assert targets(f"x = 1  # {MARK}\n{rest}")[:1] == [1]


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("Dockerfile", f"# {MARK}\n\nFROM python\n", [3]),
        ("a.yaml", f"on: push  # {MARK}\n", [1]),
        ("pyproject.toml", f'[a]\nb = "1"  # {MARK}\n# {MARK}\nc = 2\n', [2, 4]),
        ("requirements.txt", f"numpy # {MARK}\n", [1]),
        ("requirements.txt", "# repro-lint: ignore-file[DEP001]\nnumpy\n", [0]),
        ("requirements.txt", f"https://a.b/c#{MARK}\n", []),
        ("requirements.txt", f"numpy\n# {MARK}\n", [2]),
    ],
)
def test_other_files_have_comments_too(path: str, text: str, expected: list[int]) -> None:
    assert targets(text, path) == expected


def test_a_file_of_nothing_but_comments_is_read_in_one_pass() -> None:
    assert targets(f"# {MARK}\n" * 20_000, "a.toml") == [*range(1, 20_001)]


def test_a_comment_for_another_file_stands_in_its_head_too() -> None:
    (found,) = suppressions("numpy\n# repro-lint: ignore-file[DEP001]\n", "requirements.txt")
    assert found.problem == "`ignore-file` stands below the first line of code"


def test_a_comment_in_a_notebook_applies_to_the_line_of_the_file() -> None:
    cells = [
        {"cell_type": "markdown", "source": [f"# {MARK}"]},
        {"cell_type": "code", "source": ["x = 1\n", f"# {MARK}\n", "%cd a\n", "y = 2\n"]},
        {"cell_type": "code", "source": [f"z = 3  # {MARK}"]},
    ]
    text = json.dumps({"nbformat": 4, "cells": cells}, indent=1)
    lines = text.split("\n")
    wanted = [lines.index('    "y = 2\\n"') + 1, lines.index(f'    "z = 3  # {MARK}"') + 1]
    found = suppressions(text, "n.ipynb")
    assert [suppression.applies_to for suppression in found] == wanted
    assert [suppression.place.cell for suppression in found] == [2, 3]


def test_only_files_that_were_read_and_are_judged_are_searched() -> None:
    comment = f"x = 1  # {MARK}\n"
    files = {
        "train.py": comment,
        "third_party/a.py": comment,
        "b_pb2.py": comment,
        "README.md": comment,
        "Dockerfile": comment,
        "unread.toml": comment,
    }
    repository = Repository.from_mapping(files)
    for path in ("third_party/a.py", "README.md", "Dockerfile"):
        repository.text(path)
    found = read_suppressions(repository)
    assert [suppression.path for suppression in found] == ["Dockerfile", "train.py"]


def test_files_without_the_mark_are_not_tokenized(monkeypatch: pytest.MonkeyPatch) -> None:
    import tokenize

    def refuse(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(tokenize, "generate_tokens", refuse)
    assert suppressions("# a comment\nx = 1  # noqa: S101\n") == ()
    with pytest.raises(AssertionError):
        suppressions_in(SourceFile("a.py", f"# {MARK}\n", "python"))
