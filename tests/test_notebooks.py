"""Notebooks: the Python of their cells, and where each line of it stands in the file."""

from __future__ import annotations

import ast
import json
from typing import TYPE_CHECKING, Any

import nbformat.v3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from repro_lint.findings import Location, NotAnalysed
from repro_lint.repository.files import Repository
from repro_lint.repository.magics import NOTEBOOK_FLAGS, Command, read_cell
from repro_lint.repository.notebooks import Notebook, NotebookCommand, read_notebook

if TYPE_CHECKING:
    from collections.abc import Sequence


# The reference has no types.
REFERENCE: Any = nbformat
v3, v4 = REFERENCE.v3, REFERENCE.v4


def notebook_json(cells: Sequence[Any], **metadata: Any) -> str:
    return json.dumps({"nbformat": 4, "metadata": metadata, "cells": cells}, indent=1)


def code(*lines: str, **fields: Any) -> dict[str, Any]:
    return {"cell_type": "code", "source": [f"{line}\n" for line in lines], **fields}


def read(text: str) -> Notebook:
    notebook, notes = read_notebook("n.ipynb", text)
    assert notebook is not None
    assert notes == ()
    return notebook


def python(notebook: Notebook) -> str:
    assert notebook.source is not None
    return notebook.source.text


def test_cells_have_their_facts() -> None:
    failed = {"output_type": "error", "ename": "E", "evalue": "", "traceback": []}
    printed = {"output_type": "stream", "name": "stdout", "text": ["1\n"]}
    cells = [
        {"cell_type": "markdown", "source": "# Title\n\ntext"},
        code("x = 1", execution_count=3, outputs=[printed], metadata={"tags": ["parameters"]}),
        code("y = x", execution_count=None, outputs=[failed], metadata={"tags": ["raises", 3]}),
        {"cell_type": "raw", "source": []},
    ]
    found = read(notebook_json(cells)).cells
    assert [cell.number for cell in found] == [1, 2, 3, 4]
    assert [cell.kind for cell in found] == ["markdown", "code", "code", "raw"]
    assert [cell.lines for cell in found] == [("# Title", "", "text"), ("x = 1",), ("y = x",), ()]
    assert [cell.execution_count for cell in found] == [None, 3, None, None]
    assert [cell.has_outputs for cell in found] == [False, True, True, False]
    assert [cell.has_error_output for cell in found] == [False, False, True, False]
    assert [cell.tags for cell in found] == [(), ("parameters",), ("raises",), ()]


def test_lines_stand_where_the_file_has_them() -> None:
    text = notebook_json([code("import a", "", "b = 1"), {"cell_type": "raw"}, code("c = 2")])
    source = read(text).source
    assert source is not None
    assert source.text == "import a\n\nb = 1\nc = 2\n"
    assert source.kind == "notebook"
    physical = text.split("\n")
    place = source.place((3, 5, 3, 6))
    assert place == Location("n.ipynb", place.line, 5, place.line, 6, cell=1, cell_line=3)
    assert json.loads(physical[place.line - 1]) == "b = 1\n"
    place = source.place((4, 1, 4, 6))
    assert json.loads(physical[place.line - 1]) == "c = 2\n"
    assert (place.cell, place.cell_line) == (3, 1)


def test_outputs_that_look_like_source_do_not_mislead() -> None:
    output = {"output_type": "display_data", "data": {"x": {"source": ["seed = 1\n", "x = 2\n"]}}}
    copy = {"output_type": "stream", "text": ['"source": [\n', '"seed = 1\\n",\n', "seed = 1\n"]}
    cell = {"cell_type": "code", "outputs": [copy, output], "source": ["seed = 1\n"]}
    text = notebook_json([cell, code("seed = 1")])
    source = read(text).source
    assert source is not None
    physical = [n for n, line in enumerate(text.split("\n"), 1) if line == '    "seed = 1\\n"']
    assert [source.place((line, 1, line, 2)).line for line in (1, 2)] == physical


def test_a_source_in_one_text_stands_in_its_one_line() -> None:
    text = (
        '{"nbformat": 4, "cells": [\n\n{"cell_type": "code",\n"source": "a = 1\\nb = 2\\r\\nc"}]}'
    )
    source = read(text).source
    assert source is not None
    assert source.text == "a = 1\nb = 2\nc\n"
    assert [source.place((line, 1, line, 2)).line for line in (1, 2, 3)] == [4, 4, 4]
    assert source.place((2, 1, 3, 2)).cell_line == 2


def test_escaped_keys_cost_the_line_and_nothing_else() -> None:
    text = notebook_json([code("a = 1"), code("b = 2")]).replace('"source"', '"sourc\\u0065"')
    assert python(read(text)) == "a = 1\nb = 2\n"


TEXTS = st.lists(
    st.text(st.sampled_from("ab =1'\"\\\n\r\t\x0c\x85\u2028é😀#"), max_size=12), max_size=5
)


@given(sources=TEXTS, ascii_only=st.booleans(), indent=st.sampled_from([None, 1]))
def test_cells_are_those_that_nbformat_reads(
    sources: list[str], *, ascii_only: bool, indent: int | None
) -> None:
    made = v4.new_notebook(cells=[v4.new_code_cell(f"# {source}") for source in sources])
    text = REFERENCE.writes(made, ensure_ascii=ascii_only, indent=indent)
    known = [cell.source for cell in REFERENCE.reads(text, as_version=4).cells]
    notebook, _ = read_notebook("n.ipynb", text)
    assert notebook is not None
    for cell, source in zip(notebook.cells, known, strict=True):
        plain = source.replace("\r\n", "\n").replace("\r", "\n")
        assert list(cell.lines) == plain.removesuffix("\n").split("\n")


@given(sources=st.lists(st.lists(st.sampled_from(["x = 1", "", "# é\\n", "y = '\"'"])), max_size=4))
def test_every_line_of_code_is_found_in_the_file(sources: list[list[str]]) -> None:
    cells = [v4.new_code_cell("\n".join(lines)) for lines in sources]
    text = REFERENCE.writes(v4.new_notebook(cells=cells))
    source = read(text).source
    assert source is not None
    physical = text.split("\n")
    assert source.cells is not None
    for number, place in enumerate(source.cells.lines, 1):
        line = physical[place.line - 1].strip().removeprefix('"source": ').rstrip(",")
        told = json.loads(line) if line != "[]" else ""
        assert told.removesuffix("\n") == source.line(number)
        assert source.line(number) == sources[place.cell - 1][place.cell_line - 1]


def test_notebooks_of_version_3_are_read() -> None:
    made = v3.new_notebook()
    sheet = v3.new_worksheet()
    sheet.cells = [
        v3.new_text_cell("markdown", source="# Title"),
        v3.new_code_cell(input="import a\na.b()", prompt_number=7,
                         outputs=[v3.new_output("pyerr", ename="E", evalue="", traceback=[])]),
    ]  # fmt: skip
    made.worksheets = [sheet]
    text = v3.writes_json(made)
    notebook = read(text)
    assert python(notebook) == "import a\na.b()\n"
    assert (notebook.cells[1].execution_count, notebook.cells[1].has_error_output) == (7, True)
    assert notebook.source is not None
    place = notebook.source.place((2, 1, 2, 6))
    assert "a.b()" in text.split("\n")[place.line - 1]
    assert (place.cell, place.cell_line) == (2, 2)


@pytest.mark.parametrize(
    ("metadata", "language"),
    [
        ({}, "python"),
        ({"kernelspec": {"name": "python3", "language": "python"}}, "python"),
        ({"kernelspec": {"name": "python3"}}, "python"),
        ({"kernelspec": {"name": "conda-env-x", "display_name": "x"}}, "conda-env-x"),
        ({"kernelspec": {"name": "my-env"}, "language_info": {"name": "python"}}, "python"),
        ({"kernelspec": {"name": "ir"}}, "r"),
        ({"kernelspec": {"name": "ir", "language": "R"}}, "r"),
        ({"kernelspec": {"name": "julia-1.9"}}, "julia"),
        ({"language_info": {"name": "scala"}}, "scala"),
    ],
)
def test_the_kernel_tells_the_language(metadata: dict[str, Any], language: str) -> None:
    notebook = read(notebook_json([code("x = 1")], **metadata))
    assert notebook.language == language
    assert (notebook.source is not None) == (language == "python")
    assert notebook.kernel == metadata.get("kernelspec", {}).get("name", "")


def test_a_cell_of_another_language_has_no_python() -> None:
    other = code("SELECT 1", metadata={"vscode": {"languageId": "sql"}})
    assert python(read(notebook_json([other, code("x = 1")]))) == "x = 1\n"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["x = 1;"], ["x = 1;"]),
        (["await f()"], ["await f()"]),
        (["async with a as b:", "    pass"], ["async with a as b:", "    pass"]),
        (["from __future__ import annotations"], ["from __future__ import annotations"]),
        (["%matplotlib inline", "x = 1"], ["", "x = 1"]),
        (["!pip install a", "x = 1"], ["", "x = 1"]),
        (["!!ls", "x"], ["", "x"]),
        (["!pip install \\", "  a \\", "  b", "x = 1"], ["", "", "", "x = 1"]),
        (["if x:", "    !ls -la", "y"], ["if x:", "    pass   ", "y"]),
        (["if x:", "    %cd", "y"], ["if x:", "    pass", "y"]),
        (["if x:", "    !a \\", "      b", "y"], ["if x:", "    pass", "", "y"]),
        (["files = !ls data", "f(files)"], ["files = None    ", "f(files)"]),
        (["a, b = !ls", "a"], ["a, b = None", "a"]),
        (["if x:", "  y = %env HOME", "y"], ["if x:", "  y = None     ", "y"]),
        (["x.y = !ls"], ["x.y = None"]),
        (["?np.random", "x = 1"], ["", "x = 1"]),
        (["np.random?", "x = 1"], ["", "x = 1"]),
        (["np.random.rand??", "x"], ["", "x"]),
        (["%timeit?", "x"], ["", "x"]),
        (["%%time", "x = 1"], ["", "x = 1"]),
        (["", "%%timeit -n 1", "x = 1"], ["", "", "x = 1"]),
        (["%%capture out", "!pip install a", "x = 1"], ["", "", "x = 1"]),
        (["%%capture", "%%time", "x = 1"], ["", "", "x = 1"]),
        (["%time f(x)"], ["pass; f(x)"]),
        (["%timeit -n 10 -r 3 f(x)"], ["pass             ; f(x)"]),
        (["%timeit -o f(-x)"], ["pass     ; f(-x)"]),
        (["%prun -s time f()"], ["pass        ; f()"]),
        (["%time", "z"], ["", "z"]),
        (["%timeit " + "-n " * 3000, "z"], ["", "z"]),
        (["%%time?", "x"], ["", "x"]),
        (["x = '''", "\\''' !a", "'''", "!ls"], ["x = '''", "\\''' !a", "'''", ""]),
        (["%time for x in y: f(x)", "z"], ["", "z"]),
        (["for x in y:", "    %time z = f(x)"], ["for x in y:", "    pass; z = f(x)"]),
        (["x = (a", "%b)", "!ls"], ["x = (a", "%b)", ""]),
        (["x = '''", "%cd", "!ls", "'''", "%cd"], ["x = '''", "%cd", "!ls", "'''", ""]),
        (["x = a \\", "  % b", "!ls"], ["x = a \\", "  % b", ""]),
        (["# it's", "!ls"], ["# it's", ""]),
        (["x = 'it\\'s (' # '''", "!ls"], ["x = 'it\\'s (' # '''", ""]),
        (["pip install torch", "x = 1"], ["", "x = 1"]),
        (["cd data", "x = 1"], ["", "x = 1"]),
        (["ls - x", "!ls"], ["ls - x", ""]),
        (["  x = 1", "  if x:", "    y", "", "z"], None),
        (["  x = 1", "  if x:", "    y"], ["x = 1", "if x:", "  y"]),
        (["  %matplotlib inline", "  x = 1"], ["", "x = 1"]),
    ],
)  # fmt: skip
def test_magics_are_blanked_in_place(lines: list[str], expected: list[str] | None) -> None:
    cell = read_cell(lines)
    if expected is None:
        assert cell.lines == tuple(line.removeprefix("  ") for line in lines)
        return
    assert cell.fault == 0
    assert list(cell.lines) == expected
    compile("\n".join(cell.lines), "cell", "exec", NOTEBOOK_FLAGS)


@pytest.mark.parametrize(
    "first",
    ["%%bash", "%%html", "%%writefile a.py", "%%R", "%%javascript", "%%script bash", "%%sql",
     "%sql", "%md", "%sh", "%%python2"],
)  # fmt: skip
def test_cells_of_other_languages_are_left_out_whole(first: str) -> None:
    cell = read_cell([first, "no python here", "import random"])
    assert (cell.lines, cell.is_python, cell.is_known, cell.fault) == ((), False, True, 0)


def test_a_cell_under_a_magic_that_nobody_knows_may_be_python() -> None:
    notebook = read(notebook_json([code("%%my_magic", "random.seed(1)"), code("%%bash", "ls")]))
    assert notebook.unread == (1,)
    assert python(notebook) == ""


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["!pip install a"], [Command("shell", "pip install a", 1)]),
        (["x = 1", "%pip install -q a"], [Command("magic", "pip install -q a", 2)]),
        (["pip install a"], [Command("magic", "pip install a", 1)]),
        (["!pip install \\", "   a \\", "   b"], [Command("shell", "pip install a b", 1)]),
        (["x = !ls"], [Command("shell", "ls", 1)]),
        (["x = %env HOME"], [Command("magic", "env HOME", 1)]),
        (["?x"], []),
        (
            ["%%bash", "# install", "pip install \\", "  a", "", "ls"],
            [Command("cell magic", "bash", 1), Command("shell", "pip install a", 3),
             Command("shell", "ls", 6)],
        ),
        (
            ["%%capture", "!ls"],
            [Command("cell magic", "capture", 1), Command("shell", "ls", 2)],
        ),
    ],
)  # fmt: skip
def test_commands_are_records(lines: list[str], expected: list[Command]) -> None:
    assert list(read_cell(lines).commands) == expected


@pytest.mark.parametrize(
    "lines",
    [
        ["x = 1 \\"] * 20_000,
        ["!a \\"] * 20_000 + ["("],
        ["a?" + " " * 200_000 + "x"],
        ["x = " * 50_000 + "!"],
        ["# '" * 50_000, "(" * 50_000, "'" * 50_001],
        ["x = '\0'"],
        ["[" * 5000 + "]" * 5000],
    ],
    ids=["continued", "command", "blanks", "assigned", "tokens", "null", "nested"],
)
def test_hostile_cells_end_and_are_left_out(lines: list[str]) -> None:
    assert read_cell(lines).fault


def test_commands_have_their_place() -> None:
    text = notebook_json([code("x = 1"), code("y = 2", "!pip install torch")])
    (command,) = read(text).commands
    line = text.split("\n").index('    "!pip install torch\\n"') + 1
    assert command == NotebookCommand("shell", "pip", "pip install torch", 2, 2, line)


def test_a_cell_that_is_no_python_is_left_out_alone() -> None:
    text = notebook_json([code("a = 1"), code("ok = 1", "print 'x'"), code("b = 2")])
    notebook, notes = read_notebook("n.ipynb", text)
    assert notebook is not None
    assert python(notebook) == "a = 1\nb = 2\n"
    assert notebook.unread == (2,)
    line = text.split("\n").index("    \"print 'x'\\n\"") + 1
    assert notes == (NotAnalysed("n.ipynb", line, "cell 2 is not valid Python"),)
    assert notebook.source is not None
    assert notebook.source.place((2, 1, 2, 2)).cell == 3


def test_columns_count_from_the_start_of_the_line_as_written() -> None:
    source = read(notebook_json([code("    x = 1", "    y = f(x)")])).source
    assert source is not None
    assert source.text == "x = 1\ny = f(x)\n"
    place = source.place((2, 5, 2, 9))
    assert (place.column, place.end_column, place.cell_line) == (9, 13, 2)


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("", 1, "is not valid JSON"),
        ('{"cells": [\n\n}', 3, "is not valid JSON"),
        ("[]", 0, "is not a notebook"),
        ("{}", 0, "has the notebook format None, not 3 or 4"),
        ('{"nbformat": 2}', 0, "has the notebook format 2, not 3 or 4"),
        ('{"nbformat": true}', 0, "has the notebook format True, not 3 or 4"),
        ('{"nbformat": 4}', 0, "is a notebook without cells"),
        ('{"nbformat": 3, "worksheets": {}}', 0, "is a notebook without cells"),
        ('{"nbformat": ' + "9" * 5000 + "}", 0, "is not valid JSON"),
    ],
)
def test_what_is_no_notebook_is_noted(text: str, line: int, reason: str) -> None:
    assert read_notebook("n.ipynb", text) == (None, (NotAnalysed("n.ipynb", line, reason),))


def test_a_notebook_without_cells_is_empty() -> None:
    notebook = read(notebook_json([]))
    assert python(notebook) == ""
    assert notebook.source is not None
    assert notebook.source.place((1, 1, 1, 1)).line == 0


def test_a_repository_reads_notebooks_once() -> None:
    files = {"n.ipynb": notebook_json([code("(")]), "a.py": "x = 1\n", "bad.ipynb": "{"}
    repository = Repository.from_mapping(files)
    assert repository.notebook_paths == ("bad.ipynb", "n.ipynb")
    assert repository.notebook("n.ipynb") is repository.notebook("n.ipynb")
    assert repository.source("bad.ipynb") is None
    assert [note.path for note in repository.not_analysed] == ["bad.ipynb", "n.ipynb"]
    source = repository.source("n.ipynb")
    assert source is not None
    assert source.kind == "notebook"


def test_the_line_at_a_location_is_that_of_the_cell() -> None:
    repository = Repository.from_mapping({"n.ipynb": notebook_json([code("a = 1", "%cd x")])})
    assert repository.line_text(Location("n.ipynb", 9, cell=1, cell_line=2)) == "%cd x"
    assert repository.line_text(Location("n.ipynb", 9, cell=1, cell_line=5)) == ""


def test_notebooks_may_be_larger_than_other_files() -> None:
    large = {"output_type": "stream", "text": ["x" * 3_000_000]}
    files = {"n.ipynb": notebook_json([code("a = 1", outputs=[large])]), "a.py": "#" * 3_000_000}
    repository = Repository.from_mapping(files)
    assert repository.source("n.ipynb") is not None
    assert repository.source("a.py") is None


def test_scripts_made_from_notebooks_are_plain_python() -> None:
    text = "# Databricks notebook source\n# MAGIC %pip install a\n# COMMAND ----------\nx = 1\n"
    source = Repository.from_mapping({"n.py": text}).source("n.py")
    assert source is not None
    assert source.kind == "python"
    assert ast.parse(source.text).body[0].lineno == 4
