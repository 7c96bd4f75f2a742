"""The data: 1,797 handwritten digits that ship with scikit-learn, written out once and checked before each run.

Each row of a file holds 64 pixels, 0 to 16, and the digit. Your own data goes the same way: write it in
`raw_rows`, describe it in DATA_CARD.md, and run `make prepare` to record its digests.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits

from .errors import UserError
from .repro.manifest import file_digest, write_atomically
from .repro.seeding import rng_for

SIDE = 8
BRIGHTEST = 16
TEST_SHARE = 5
SPLIT_SEED = 0
MANIFEST = Path("data/manifest.json")
RAW = Path("data/raw/digits.csv")
SPLITS = {"train": Path("data/processed/train.csv"), "test": Path("data/processed/test.csv")}


@dataclass(frozen=True)
class Images:
    """Pixels of shape (n, 8, 8) from 0 to 1, and labels of shape (n,)."""

    pixels: NDArray[np.float32]
    labels: NDArray[np.int64]


def raw_rows() -> NDArray[np.int64]:
    """All rows of the data set, in its own order."""
    digits = load_digits()
    return np.column_stack([digits.data.astype(np.int64), digits.target.astype(np.int64)])


def as_csv(rows: NDArray[np.int64]) -> str:
    """Rows as text that is the same bytes on every system."""
    return "".join(",".join(str(value) for value in row) + "\n" for row in rows.tolist())


def prepare() -> dict[str, Any]:
    """Write the raw data and its two parts, and record their digests; refuses data that changed silently."""
    rows = raw_rows()
    order = rng_for(SPLIT_SEED, "split").permutation(len(rows))
    tests = len(rows) // TEST_SHARE
    parts = {"train": rows[np.sort(order[tests:])], "test": rows[np.sort(order[:tests])]}
    write_atomically(RAW, as_csv(rows))
    for name, path in SPLITS.items():
        write_atomically(path, as_csv(parts[name]))
    manifest = {
        "source": "sklearn.datasets.load_digits, a copy of the test set of UCI's optical recognition of digits",
        "files": {path.as_posix(): describe(path) for path in (RAW, *SPLITS.values())},
    }
    if MANIFEST.exists():
        verify()
    else:
        write_atomically(MANIFEST, json.dumps(manifest, indent=2) + "\n")
    return manifest


def describe(path: Path) -> dict[str, Any]:
    """Digest, size and number of rows of one file."""
    text = path.read_bytes()
    return {"sha256": file_digest(path), "bytes": len(text), "rows": text.count(b"\n")}


def verify() -> dict[str, str]:
    """The digest of each data file; raises UserError if one is missing or not the recorded one."""
    if not MANIFEST.exists():
        raise UserError(f"{MANIFEST} does not exist", "run `make prepare` at the root of the project")
    recorded = json.loads(MANIFEST.read_text(encoding="utf-8"))["files"]
    for name, facts in sorted(recorded.items()):
        if not Path(name).exists():
            raise UserError(f"{name} does not exist", "run `make prepare`")
        if file_digest(Path(name)) != facts["sha256"]:
            hint = f"restore the file, or remove {MANIFEST} and run `make prepare` if the change is meant"
            raise UserError(f"{name} is not the file that {MANIFEST} records", hint)
    return {name: facts["sha256"] for name, facts in sorted(recorded.items())}


def load(part: str) -> Images:
    """One part of the data, `train` or `test`."""
    text = SPLITS[part].read_text(encoding="utf-8")
    rows = np.loadtxt(io.StringIO(text), delimiter=",", dtype=np.int64)
    pixels = rows[:, :-1].reshape(-1, SIDE, SIDE) / BRIGHTEST
    return Images(pixels.astype(np.float32), rows[:, -1])


def augmented(pixels: NDArray[np.float32], shift: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """One image of shape (8, 8), moved by at most `shift` pixels; what enters at the edge is empty."""
    if shift == 0:
        return pixels
    down, right = rng.integers(-shift, shift + 1, size=2)
    padded = np.pad(pixels, shift)
    return padded[shift + down : shift + down + SIDE, shift + right : shift + right + SIDE]
