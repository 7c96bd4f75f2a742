"""Fixes end their findings, touch nothing else, and leave each file old or new."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from repro_lint import config
from repro_lint.cli import main
from repro_lint.commands.fixing import difference, mend
from repro_lint.findings import Confidence
from repro_lint.fixes import write
from repro_lint.repository.files import Repository

if TYPE_CHECKING:
    from pathlib import Path

SPLIT = """\
from sklearn.model_selection import train_test_split

parts = train_test_split(  # half of it
    [1, 2, 3],
    test_size=0.5,  # of all
)
print(parts)
"""
LISTING = "import os\n\nfiles = os.listdir('data')\nprint(files[:3], files[3:])\n"


OPTIONS = """\
import argparse
parser = argparse.ArgumentParser()
parser.add_argument('--seed', type=int, default=1)
args = parser.parse_args()
"""


def mended(files: dict[str, str | bytes], *select: str, unsafe: bool = True) -> dict[str, bytes]:
    settings = config.DEFAULT._replace(select=select)
    return mend(Repository.from_mapping(files), settings, unsafe=unsafe).changes


def test_comments_and_layout_survive() -> None:
    fixed = mended({"split.py": SPLIT}, "SKL001")["split.py"].decode()

    assert fixed == SPLIT.replace("\n\nparts", "\n\nSEED = 42\n\nparts").replace(
        "  # of all\n", "  # of all\n    random_state=SEED,\n"
    )


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("mark", "coding"), [(b"", "utf-8"), (b"\xef\xbb\xbf", "utf-8"), (b"", "iso-8859-1")]
)
def test_line_ends_and_encodings_survive(ending: str, mark: bytes, coding: str) -> None:
    text = f"# coding: {coding}\n# Größe\n{LISTING}".replace("\n", ending)
    before = mark + text.encode(coding)
    after = mended({"a.py": before}, "ORD001")["a.py"]

    assert after == before.replace(b"os.listdir('data')", b"sorted(os.listdir('data'))")


def test_mixed_line_ends_inside_a_call_survive() -> None:
    before = b"import os\r\nfiles = os.listdir(\r\n  'data'\n)\nprint(files[:3], files[3:])\n"
    after = mended({"a.py": before}, "ORD001")["a.py"]

    assert after == before.replace(b"os.l", b"sorted(os.l").replace(b"\n)\n", b"\n))\n")


def test_only_safe_fixes_are_made_unasked() -> None:
    files: dict[str, str | bytes] = {"a.py": SPLIT, "b.py": LISTING}

    assert set(mended(files, "SKL001", "ORD001", unsafe=False)) == {"b.py"}
    assert set(mended(files, "SKL001", "ORD001")) == {"a.py", "b.py"}


@pytest.mark.parametrize(
    ("head", "call", "seed"),
    [
        ("SEED = 7\n", "train_test_split([1, 2])", "SEED"),
        ("from settings import SEED\n", "train_test_split([1, 2])", "SEED"),
        (
            OPTIONS,
            "train_test_split([1, 2])",
            "args.seed",
        ),
    ],
)
def test_the_seed_in_scope_is_taken(head: str, call: str, seed: str) -> None:
    text = f"from sklearn.model_selection import train_test_split\n{head}print({call})\n"
    files: dict[str, str | bytes] = {"a.py": text, "settings.py": "SEED = 3\n"}
    fixed = mended(files, "SKL001")

    assert fixed == {"a.py": text.replace("2])", f"2], random_state={seed})").encode()}


def test_the_helper_of_the_repository_is_called_after_the_options_are_parsed() -> None:
    helper = "import random\n\nimport numpy as np\n\n\ndef set_seed(seed):\n"
    helper += (
        "    random.seed(seed)\n    np.random.seed(seed)\n\n\ndef log(text):\n    print(text)\n"
    )
    text = (
        "import argparse\nimport numpy as np\nfrom common import log\n\n\ndef main():\n"
        "    parser = argparse.ArgumentParser()\n    parser.add_argument('--seed', default=0)\n"
        "    args = parser.parse_args()\n    log('start')\n    x = np.random.rand(3)\n"
        "    np.save('x.npy', x)\n\n\nif __name__ == '__main__':\n    main()\n"
    )
    fixed = mended({"common.py": helper, "train.py": text}, "RNG001")

    assert fixed["train.py"].decode() == text.replace(
        "from common import log\n", "from common import set_seed\nfrom common import log\n"
    ).replace("parse_args()\n", "parse_args()\n    set_seed(args.seed)\n")


def notebook(*cells: object, indent: int = 1) -> bytes:
    """A notebook whose outputs hold what looks like source."""
    made = [
        {
            "cell_type": "code",
            "execution_count": 3,
            "metadata": {},
            "outputs": [{"name": "stdout", "output_type": "stream", "text": ["x\n"]}],
            "source": cell,
        }
        for cell in cells
    ]
    kernel = {"kernelspec": {"display_name": "P", "language": "python", "name": "python3"}}
    data = {"cells": made, "metadata": kernel, "nbformat": 4, "nbformat_minor": 2}
    return json.dumps(data, indent=indent).encode()


FIRST = ["%matplotlib inline\n", "from sklearn.model_selection import train_test_split\n"]


@pytest.mark.parametrize("indent", [1, 4])
def test_given_lines_in_a_list_expected_the_json_around_them_untouched(indent: int) -> None:
    last = ["name = 'Gr\u00f6\u00dfe \\n'\n", "parts = train_test_split([1])\n", "print(parts)"]
    new = [last[0], "SEED = 42\n", "parts = train_test_split([1], random_state=SEED)\n", last[2]]
    before, after = notebook(FIRST, last, indent=indent), notebook(FIRST, new, indent=indent)

    assert mended({"a.ipynb": before}, "SKL001") == {"a.ipynb": after}


def test_given_a_cell_that_is_one_text_expected_the_same() -> None:
    text = 'q = "a"\nparts = train_test_split([1])\nprint(parts)'
    new = text.replace(
        "parts = train_test_split([1]", "SEED = 42\nparts = train_test_split([1], random_state=SEED"
    )
    before, after = notebook("".join(FIRST), text), notebook("".join(FIRST), new)

    assert mended({"a.ipynb": before}, "SKL001") == {"a.ipynb": after}


def test_given_two_cells_expected_one_constant() -> None:
    before = notebook(FIRST, "a = train_test_split([1])", "b = train_test_split([2])\nprint(a, b)")
    after = mended({"a.ipynb": before}, "SKL001")["a.ipynb"].decode()

    assert after.count("SEED = 42") == 1
    assert after.count("random_state=SEED") == 2


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.py").write_text(LISTING)
    (tmp_path / "a.py").chmod(0o754)
    return tmp_path


ONLY = ("--select", "ORD001", "--isolated")


def test_fix_writes_and_keeps_permissions(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(folder), *ONLY, "--fix"]) == 0
    assert (folder / "a.py").read_text() == LISTING.replace(
        "os.listdir('data')", "sorted(os.listdir('data'))"
    )
    assert (folder / "a.py").stat().st_mode & 0o777 == 0o754
    assert "fixed 1 finding in 1 file" in capsys.readouterr().err
    assert [path.name for path in folder.iterdir()] == ["a.py"]


def test_diff_writes_nothing_and_says_so_by_its_exit_code(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(folder), *ONLY, "--diff"]) == 1
    assert "-files = os.listdir('data')\n+files = sorted(" in capsys.readouterr().out
    assert (folder / "a.py").read_text() == LISTING
    assert main([str(folder), *ONLY, "--fix"]) == 0
    assert main([str(folder), *ONLY, "--diff"]) == 0


def test_a_diff_tells_of_a_missing_last_line_end() -> None:
    settings = config.DEFAULT._replace(select=("ORD001",))
    files = {"a.py": "import os\nprint(os.listdir('data')[:3])"}
    made = mend(Repository.from_mapping(files), settings, unsafe=False)

    assert difference(made).endswith("[:3])\n\\ No newline at end of file\n")


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    outside, inside = tmp_path / "outside.py", tmp_path / "inside"
    outside.write_text(LISTING)
    inside.mkdir()
    (inside / "a.py").symlink_to(outside)
    assert main([str(inside), *ONLY, "--fix", "--exit-zero"]) == 0
    assert main([str(inside / "a.py"), *ONLY, "--fix", "--exit-zero"]) == 0
    assert outside.read_text() == LISTING
    assert (inside / "a.py").is_symlink()


def test_a_file_that_changed_meanwhile_stays(folder: Path) -> None:
    repository = Repository.from_folder(folder)

    assert write.write_over(repository, "a.py", b"other", b"new") == "it changed meanwhile"
    assert (folder / "a.py").read_text() == LISTING


def test_a_write_that_fails_leaves_the_old_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", refuse)
    repository = Repository.from_folder(folder)

    assert write.write_over(repository, "a.py", LISTING.encode(), b"new") == (
        "no space left on device"
    )
    assert (folder / "a.py").read_text() == LISTING
    assert [path.name for path in folder.iterdir()] == ["a.py"]


WRITER = """
import sys
from repro_lint.fixes.write import replace
one, other = b"1" * 300_000, b"2" * 300_000
print("ready", flush=True)
while True:
    replace(sys.argv[1], one)
    replace(sys.argv[1], other)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal there")
def test_a_process_that_is_killed_leaves_an_old_or_a_new_file(tmp_path: Path) -> None:
    target, chance = tmp_path / "a.py", random.Random(0)  # noqa: S311  no secret
    target.write_bytes(b"1" * 300_000)
    for _ in range(6):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(target)], stdout=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(chance.random() / 20)
            process.send_signal(signal.SIGKILL)
        data = target.read_bytes()
        assert data in {b"1" * 300_000, b"2" * 300_000}


def test_libcst_is_imported_only_to_fix(folder: Path) -> None:
    code = "import sys; from repro_lint.cli import main; main(sys.argv[1:])"
    code += "; print('libcst' in sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", code, str(folder), *ONLY],
        capture_output=True,
        text=True,
        check=True,
    )

    assert ran.stdout.endswith("False\n")
    assert "`--fix` mends 1" in ran.stdout


@pytest.mark.parametrize(("name", "is_fixed"), [("words", True), ("instances", False)])
def test_objects_that_may_have_no_order_are_not_sorted(name: str, *, is_fixed: bool) -> None:
    text = f"def number(items):\n    {name} = set()\n    for item in items:\n"
    text += f"        {name}.add(item.of)\n    return list({name})[:10]\n"
    settings = config.DEFAULT._replace(select=("ORD002",), min_confidence=Confidence.LOW)
    made = mend(Repository.from_mapping({"a.py": text}), settings, unsafe=True)

    assert (len(made.report.shown), bool(made.changes)) == (1 - is_fixed, is_fixed)


HALF = """\
import torch
import torch.backends.cudnn as cudnn

torch.manual_seed(0)
cudnn.benchmark = True
loss = torch.nn.Linear(2, 1)(torch.ones(2)).sum()
loss.backward()
"""


def test_what_a_fix_brings_anew_the_next_round_ends() -> None:
    fixed = mended({"train.py": HALF}, "DET")["train.py"].decode()

    assert fixed == HALF.replace(
        "benchmark = True\n", "benchmark = False\ncudnn.deterministic = True\n"
    )


def test_what_comes_to_no_end_is_taken_back() -> None:
    """An example that is seeded leaves the library that it calls as unseeded as before."""
    files: dict[str, str | bytes] = {
        "lib/__init__.py": "",
        "lib/draw.py": "import random\n\n\ndef few(items):\n    return random.sample(items, 3)\n",
        "examples/show.py": "from lib.draw import few\n\nif __name__ == '__main__':\n"
        "    print(few([1, 2, 3, 4]))\n",
    }
    settings = config.DEFAULT._replace(select=("RNG",))
    made = mend(Repository.from_mapping(files), settings, unsafe=True)
    again = mend(Repository.from_mapping({**files, **made.changes}), settings, unsafe=True)

    assert again.changes == {}
