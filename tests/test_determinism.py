"""The same repository gives the same bytes of report, whatever runs the command."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SAMPLE = Path(__file__).resolve().parent.parent / "examples" / "digits-classifier"
JSON = ("--output-format", "json")

# Lists every folder backwards, then runs the command; says on stderr how many it listed.
BACKWARDS = """
import os, sys
listed = []
scandir, listdir = os.scandir, os.listdir
class Backwards(list):
    def __enter__(self): return self
    def __exit__(self, *_): pass
    def close(self): pass
def backwards(path="."):
    listed.append(path)
    with scandir(path) as entries: return Backwards(sorted(entries, key=lambda e: e.name)[::-1])
os.scandir = backwards
os.listdir = lambda path=".": [entry.name for entry in backwards(path)]
from repro_lint.cli import main
code = main(sys.argv[1:])
print(len(listed), file=sys.stderr)
sys.exit(code)
"""


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample, and more modules, folders, streams and manifests than one set holds in order."""
    folder = tmp_path_factory.mktemp("checkout") / "repository"
    shutil.copytree(SAMPLE, folder)
    for number in range(12):
        part = folder / f"part_{number * 7 % 12}"
        part.mkdir()
        (part / "Dockerfile").write_text("FROM python:latest\n", encoding="utf-8")
        (part / "requirements.txt").write_text("numpy\nscipy>=1\n", encoding="utf-8")
        (part / "broken.py").write_text("def broken(:\n", encoding="utf-8")
        (part / "draws.py").write_text(
            "import os\nimport random\n\nimport numpy as np\nimport torch\n\n\n"
            "def shuffled(folder):\n    names = os.listdir(folder)\n    random.shuffle(names)\n"
            f"    return names, np.random.rand({number}), torch.randn({number})\n\n\n"
            "if __name__ == '__main__':\n    shuffled('.')\n",
            encoding="utf-8",
        )
    return folder


def run(
    folder: Path,
    *options: str,
    hash_seed: str = "0",
    code: tuple[str, ...] = ("-m", "repro_lint"),
) -> subprocess.CompletedProcess[bytes]:
    done = subprocess.run(
        [sys.executable, *code, str(folder), "--exit-zero", *options],
        env={**os.environ, "PYTHONHASHSEED": hash_seed, "COLUMNS": "80"},
        capture_output=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr.decode()
    return done


@pytest.fixture(scope="module")
def expected(repository: Path) -> bytes:
    return run(repository, *JSON).stdout


def test_the_report_has_findings_in_many_files_and_files_not_analysed(expected: bytes) -> None:
    report = json.loads(expected)

    assert len({finding["path"] for finding in report["findings"]}) > 24
    assert len(report["not_analysed"]) == 12


def test_second_run_gives_the_same_bytes(repository: Path, expected: bytes) -> None:
    assert run(repository, *JSON).stdout == expected


@pytest.mark.parametrize("output_format", ["json", "sarif", "text", "concise", "github"])
def test_five_hash_seeds_give_the_same_bytes(repository: Path, output_format: str) -> None:
    given = {
        run(repository, "--output-format", output_format, hash_seed=seed).stdout
        for seed in ("0", "1", "2", "3", "4")
    }

    assert len(given) == 1


def test_folders_listed_backwards_give_the_same_bytes(repository: Path, expected: bytes) -> None:
    done = run(repository, *JSON, code=("-c", BACKWARDS))

    assert int(done.stderr.decode().split()[-1]) > 12
    assert done.stdout == expected


def test_another_checkout_gives_the_same_bytes(
    repository: Path, expected: bytes, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "a folder" / "of another name"
    shutil.copytree(repository, elsewhere)

    assert run(elsewhere, *JSON).stdout == expected


def test_a_relative_path_gives_the_same_bytes(
    repository: Path, expected: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository)

    assert run(Path(), *JSON).stdout == expected


def test_two_workers_give_the_same_bytes(repository: Path, expected: bytes) -> None:
    assert run(repository, *JSON, "--workers", "1").stdout == expected
    assert run(repository, *JSON, "--workers", "2").stdout == expected
