"""Digests of files and of weights, and files that are never half written."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

NAME = "manifest.json"


def file_digest(path: Path) -> str:
    """The SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def array_digest(array: NDArray[Any]) -> str:
    """The SHA-256 of an array's type, shape and values, whatever file it comes from."""
    portable = np.ascontiguousarray(array.astype(array.dtype.newbyteorder("<"), copy=False))
    head = f"{portable.dtype.str} {array.shape} "
    return hashlib.sha256(head.encode() + portable.tobytes()).hexdigest()


def content_digests(arrays: Mapping[str, NDArray[Any]]) -> dict[str, str]:
    """The digest of each array, in the order of their names."""
    return {name: array_digest(arrays[name]) for name in sorted(arrays)}


def total_digest(digests: Mapping[str, str]) -> str:
    """One digest for all: equal if and only if each name and array is."""
    return hashlib.sha256(json.dumps(dict(sorted(digests.items()))).encode()).hexdigest()


def write_atomically(path: Path, text: str) -> None:
    """Write a text file so that a reader sees the old one or the new one, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    Path(temporary).chmod(0o644)
    Path(temporary).replace(path)


def write_manifest(folder: Path, facts: Mapping[str, Any]) -> None:
    """Record the digest of each file of a folder, with further facts."""
    files = {
        path.relative_to(folder).as_posix(): file_digest(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != NAME
    }
    text = json.dumps({**facts, "files": files}, indent=2, sort_keys=True)
    write_atomically(folder / NAME, text + "\n")


def read_manifest(folder: Path) -> dict[str, Any]:
    """What a folder's manifest says."""
    facts: dict[str, Any] = json.loads((folder / NAME).read_text(encoding="utf-8"))
    return facts


def problems(folder: Path) -> list[str]:
    """A line for each file of a folder that is missing, changed, or not recorded."""
    if not (folder / NAME).is_file():
        return [f"{folder}: no {NAME}"]
    recorded = read_manifest(folder)["files"]
    present = {
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file() and path.name != NAME
    }
    missing = [f"{folder}/{name}: missing" for name in sorted(set(recorded) - present)]
    unknown = [f"{folder}/{name}: not recorded" for name in sorted(present - set(recorded))]
    changed = [
        f"{folder}/{name}: changed since it was written"
        for name in sorted(present & set(recorded))
        if file_digest(folder / name) != recorded[name]
    ]
    return missing + changed + unknown
