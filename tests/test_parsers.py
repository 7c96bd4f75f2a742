"""Both parsers give one index, whatever the syntax, and neither crashes on hostile text."""

from __future__ import annotations

import importlib.util
import warnings
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repro_lint.syntax import from_libcst
from repro_lint.syntax.depth import nests_too_deeply
from repro_lint.syntax.index import ModuleIndex
from repro_lint.syntax.lowering.texts import piece_value, string_value
from repro_lint.syntax.read import Failure, Job, index_job
from syntax_samples import called, corpus, indexed

ROOT = Path(__file__).parent.parent
PACKAGES = ("libcst", "_pytest", "hypothesis", "packaging", "rich", "yaml", "numpy")
PER_PACKAGE = 10
MAX_BYTES = 40_000
DEPTHS = {
    "brackets": "x = " + "(" * 2000 + ")" * 2000,
    "lists": "x = " + "[" * 2000 + "]" * 2000,
    "calls": "f(" * 2000 + ")" * 2000,
    "brackets in an f-string": 'f"{' + "(" * 2000 + "x" + ")" * 2000 + '}"',
    "sum": "x = " + " + ".join(["a"] * 3000),
    "powers": "x = " + "**".join(["a"] * 3000),
    "chain of methods": "x = a" + ".b()" * 1600,
    "chain of attributes": "x = a" + ".b" * 3000,
    "chain of subscripts": "x = a" + "[b]" * 3000,
    "negations": "x = " + "not " * 3000 + "a",
    "lambdas": "x = " + "lambda: " * 3000 + "a",
    "choices": "x = " + "a if b else " * 3000 + "c",
    "texts": "x = " + '"a" ' * 3000,
    "elifs": "if a:\n  pass\n" + "elif b:\n  pass\n" * 20000,
    "cases": "match a:\n" + "  case 1: pass\n" * 3000,
    "comprehension": "x = [a " + "for a in b " * 2000 + "]",
    "dotted import": "import a" + ".a" * 3000,
    "items of with": "with " + ", ".join(["a"] * 3000) + ": pass",
    "annotation": "x: " + " | ".join(["a"] * 3000),
    "blocks": "".join(" " * i + "if a:\n" for i in range(300)) + " " * 300 + "pass",
}


def own_files() -> list[Path]:
    folders = ("linter", "tests", "tools", "examples")
    return sorted(chain.from_iterable((ROOT / name).rglob("*.py") for name in folders))


def installed_files(package: str) -> list[Path]:
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        return []
    paths = sorted(Path(found.origin).parent.rglob("*.py"))
    small = [path for path in paths if 0 < path.stat().st_size < MAX_BYTES]
    return small[:: max(1, len(small) // PER_PACKAGE)][:PER_PACKAGE]


def read(path: Path) -> str:
    return path.read_bytes().decode("utf-8")


@pytest.mark.parametrize("folder", ["linter", "tests", "tools", "examples"])
def test_given_our_own_files_expected_the_same_index_from_both_parsers(folder: str) -> None:
    for path in own_files():
        if path.relative_to(ROOT).parts[0] == folder:
            indexed(read(path))


@pytest.mark.parametrize("package", PACKAGES)
def test_given_installed_packages_expected_the_same_index_from_both_parsers(package: str) -> None:
    paths = installed_files(package)
    if not paths:
        pytest.skip(f"{package} is not installed")
    for path in paths:
        indexed(read(path))


@pytest.mark.parametrize("path", corpus(parsed_here=True), ids=lambda path: str(path.stem))
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
def test_given_every_syntax_expected_the_same_index_whatever_ends_the_lines(
    path: Path, line_end: str
) -> None:
    text = read(path)
    found = indexed(text.replace("\n", line_end))
    assert found == indexed(text)
    assert found == indexed("\ufeff" + text)


@pytest.mark.parametrize("path", corpus(parsed_here=False), ids=lambda path: str(path.stem))
def test_given_syntax_newer_than_the_interpreter_expected_an_index_from_libcst(path: Path) -> None:
    job = Job(path.name, read(path), notebook=False, parser="auto")
    assert isinstance(index_job(job._replace(parser="ast")), Failure)
    assert isinstance(index_job(job), ModuleIndex)


def test_given_newer_syntax_expected_its_facts_on_any_interpreter() -> None:
    text = (
        "type Seed = int\n"
        "def draw[T](x: T) -> T:\n"
        "    try:\n"
        "        return random.random()\n"
        "    except* ValueError as group:\n"
        "        log(group)\n"
        'f"{d["a"]} {f(x)}"\n'
        'x = t"{g(x)} {{y}}"\n'
    )
    found = from_libcst.index_module("module.py", text)
    assert [call.name for call in found.calls] == ["random.random", "log", "f", "g"]
    assert found.functions[0].bound == ("Seed", "draw", "x")
    assert found.functions[1].bound == ("group", "x")


def test_given_exceptions_without_parentheses_expected_the_body_of_the_clause() -> None:
    text = "try:\n    a()\nexcept ValueError, f().Problem:\n    b()\n"
    found = from_libcst.index_module("module.py", text)
    assert [call.name for call in found.calls] == ["a", "f", "b"]


@pytest.mark.parametrize("name", DEPTHS)
@pytest.mark.parametrize("parser", ["ast", "libcst", "auto"])
def test_given_deep_nesting_expected_an_index_or_a_reason(name: str, parser: str) -> None:
    outcome = index_job(Job("deep.py", DEPTHS[name] + "\n", notebook=False, parser=parser))
    if isinstance(outcome, Failure):
        assert outcome.reason.startswith(("does not parse: ", "nests too deeply"))
    else:
        assert outcome.path == "deep.py"


@pytest.mark.parametrize(
    "text", ["x = 1\ny = = 2\n", "\nprint 1\n", "x = (\n", "'abc\n", "a\n  b\n", "x\0\n", "\ud800"]
)
@pytest.mark.parametrize("parser", ["ast", "libcst", "auto"])
def test_given_text_that_is_no_python_expected_a_reason(text: str, parser: str) -> None:
    outcome = index_job(Job("bad.py", text, notebook=False, parser=parser))
    assert isinstance(outcome, Failure)
    assert outcome.reason.startswith("does not parse: ")
    assert "\n" not in outcome.reason
    assert 0 <= outcome.line <= text.count("\n") + 1


def test_given_a_slip_expected_its_line_from_both_parsers() -> None:
    for parser in ("ast", "libcst"):
        outcome = index_job(Job("bad.py", "x = 1\n\nif x\n", notebook=False, parser=parser))
        assert isinstance(outcome, Failure)
        assert outcome.line == 3


def test_given_many_short_statements_expected_no_limit_on_depth() -> None:
    text = "x = [\n" + "    (1, 'a', f(2)),\n" * 5000 + "]\n" + "f(1); g(2)\n" * 5000
    assert nests_too_deeply(text) == 0


def test_given_deep_brackets_expected_their_line() -> None:
    assert nests_too_deeply("x = 1\ny = '('\nz = " + "[" * 151) == 3
    assert nests_too_deeply("x = " + "[" * 149 + "]" * 149) == 0


def test_given_an_odd_escape_expected_no_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert called(r'f("\d")') == ["f"]


def test_given_top_level_await_in_a_notebook_expected_an_index() -> None:
    for parser in ("ast", "libcst"):
        job = Job("a.ipynb", "await f()\n", notebook=True, parser=parser)
        assert isinstance(index_job(job), ModuleIndex)


@given(st.text(alphabet="\\xuUN{}01789afnrt'é \n", max_size=12), st.sampled_from(["", "r", "b"]))
def test_given_any_string_literal_expected_the_value_that_the_interpreter_gives(
    inner: str, prefix: str
) -> None:
    written = f'{prefix}"""{inner}"""'
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            expected = eval(written)  # noqa: S307  a literal made of the letters above
        except SyntaxError:
            return
    assert string_value(written) == expected


def test_given_text_of_an_f_string_expected_its_value() -> None:
    assert piece_value(r"{{a}}\t\N{EM DASH}}}", 'f"') == "{a}\t\N{EM DASH}}"
    assert piece_value(r"{{a}}\t", 'rf"') == r"{a}\t"
