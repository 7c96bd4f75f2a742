"""A folder of hostile files is read to its end, and each file that is not has a reason."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

import hostile
from repro_lint.findings import NotAnalysed
from repro_lint.repository.comments import read_suppressions
from repro_lint.repository.files import Repository

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("hostile")
    hostile.build(place)
    return place


def read_all(folder: Path) -> Repository:
    repository = Repository.from_folder(folder)
    for path in repository.paths:
        repository.source(path)
    return repository


def test_each_unreadable_file_has_its_line_and_reason(folder: Path) -> None:
    notes = {note.path: (note.line, note.reason) for note in read_all(folder).not_analysed}
    for path, expected in hostile.UNREADABLE.items():
        assert notes[path] == expected


def test_all_other_files_have_a_text(folder: Path) -> None:
    repository = read_all(folder)
    noted = {note.path for note in repository.not_analysed}
    silent = [path for path in repository.paths if repository.text(path) is None]
    assert set(silent) <= noted
    assert set(hostile.NOT_PYTHON) <= set(repository.read_paths)


def test_the_repository_survives_every_question(folder: Path) -> None:
    repository = read_all(folder)
    assert read_suppressions(repository) == ()
    for path in (*repository.paths, "nowhere", "", ".", "../x", "/etc/passwd"):
        repository.exists(path)
        repository.text(path)
        repository.source(path)
        repository.notebook(path)
    assert not repository.exists("/etc/passwd")
    assert repository.text("/etc/passwd") is None


def test_reports_can_print_every_path_and_text(folder: Path) -> None:
    repository = read_all(folder)
    json.dumps(repository.not_analysed, ensure_ascii=False).encode()
    for path in repository.paths:
        assert path.isprintable()
        (repository.text(path) or "").encode()
        source = repository.source(path)
        assert source is None or source.text.encode() is not None


def test_names_that_cannot_be_printed_are_escaped(folder: Path) -> None:
    paths = Repository.from_folder(folder).python_paths
    assert "new\\nline.py" in paths
    assert "not\\xffutf8.py" in paths
    assert (
        Repository.from_folder(folder).text("new\\nline.py") == "import random\nrandom.random()\n"
    )


def test_links_and_pipes_are_left_alone(folder: Path) -> None:
    repository = Repository.from_folder(folder)
    names = {"to_module.py", "broken.py", "outside.py", "pipe.py", "package/self"}
    assert names.isdisjoint(repository.paths)
    assert [path for path in repository.paths if path.startswith("package/")] == [
        "package/module.py"
    ]
    assert repository.text("outside.py") is None
    assert repository.not_analysed == (
        NotAnalysed("outside.py", 0, "links to a file outside of the repository"),
    )


def test_odd_cells_are_left_out_one_by_one(folder: Path) -> None:
    notebook = read_all(folder).notebook("odd_cells.ipynb")
    assert notebook is not None
    assert notebook.unread == (3,)
    assert notebook.cells[2].lines == ("x = '\ufffd'", "(")
