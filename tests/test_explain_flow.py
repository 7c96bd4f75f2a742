"""`repro-lint explain-flow` tells what seeds each stream in a run, and what does not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from repro_lint.cli import main

if TYPE_CHECKING:
    from pathlib import Path

TRAIN = """
import numpy as np
import torch
from data import load
from seeds import set_seed

def main():
    rows = load()
    set_seed(0)
    torch.randn(3).sum().backward()
    return rows

if __name__ == "__main__":
    main()
"""
DATA = """
import numpy as np

def load():
    return np.random.permutation(10)

def unused():
    return np.random.rand()
"""
SEEDS = """
import torch

def set_seed(seed):
    torch.manual_seed(seed)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one entry, whose data are drawn unseeded."""
    for name, text in {"train.py": TRAIN, "data.py": DATA, "seeds.py": SEEDS}.items():
        (tmp_path / name).write_text(text)
    (tmp_path / ".git").mkdir()
    return tmp_path


def test_given_an_entry_expected_each_stream(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain-flow", str(project / "train.py")]) == 0
    told = capsys.readouterr().out
    words = " ".join(told.split())

    assert told.startswith("train.py: training, known by its main guard\n")
    assert max(map(len, told.splitlines())) <= 80
    assert (
        "numpy exposed drawn from: `main` (train.py:14) → `load` (train.py:8) →"
        " `np.random.permutation` (data.py:5)"
    ) in words
    assert "`np.random.seed(seed)` belongs before train.py:14" in words
    assert (
        "torch proved seeded by: `main` (train.py:14) → `set_seed` (train.py:9) →"
        " `torch.manual_seed` (seeds.py:5)"
    ) in words


def test_given_a_folder_expected_its_entries_as_data(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain-flow", str(project), "--output-format", "json"]) == 0
    (entry,) = json.loads(capsys.readouterr().out)

    assert (entry["entry"], entry["kind"]) == ("train.py", "training")
    assert {row["stream"]: row["verdict"] for row in entry["streams"]} == {
        "numpy": "exposed",
        "torch": "proved",
    }
    assert entry["streams"][-1]["seed"][-1] == {
        "path": "seeds.py",
        "line": 5,
        "call": "torch.manual_seed",
    }


@pytest.mark.parametrize(
    ("line", "word"),
    [("data.py:5", "unseeded"), ("data.py:8", "not reached"), ("train.py:10", "seeded")],
)
def test_given_a_line_expected_its_draw_in_each_entry(
    project: Path, capsys: pytest.CaptureFixture[str], line: str, word: str
) -> None:
    assert main(["explain-flow", f"{project}/{line}"]) == 0

    told = capsys.readouterr().out.splitlines()
    assert told[0] == line
    assert told[1].startswith("  train.py: `")
    assert told[1].endswith(f": {word}")


@pytest.mark.parametrize(
    ("path", "problem", "hint"),
    [
        ("tran.py", "no such file or folder", "did you mean"),
        ("data.py", "`data.py` is no file that people run", "`train.py` imports it"),
        ("seeds.py:2", "line 2 of `seeds.py` draws from no shared stream", "name the line"),
    ],
)
def test_given_a_wrong_path_expected_one_line_and_a_hint(
    project: Path, capsys: pytest.CaptureFixture[str], path: str, problem: str, hint: str
) -> None:
    assert main(["explain-flow", f"{project}/{path}"]) == 2

    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith("error: ")
    assert problem in first
    assert second.startswith("hint: ")
    assert hint in second


def test_given_an_unknown_call_before_the_seed_expected_it_named(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "run.py").write_text(
        "import sys\nimport numpy as np\n\nif __name__ == '__main__':\n"
        "    sys.modules['lab']()\n    np.random.seed(0)\n    np.random.shuffle([1, 2])\n"
    )

    assert main(["explain-flow", str(project / "run.py")]) == 0
    words = " ".join(capsys.readouterr().out.split())
    assert "numpy assumed seeded by: `np.random.seed` (run.py:6)" in words
    assert "not known, while it is unseeded: `call` (run.py:5)" in words
