"""How bytes become text, and paths become printable."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repro_lint.repository.shown import shown
from repro_lint.repository.text import Refusal, decode, line_at, normalise


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
