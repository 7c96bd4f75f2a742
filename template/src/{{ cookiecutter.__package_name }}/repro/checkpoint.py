"""Checkpoints that are whole or absent, say what they hold, and are checked before they are used."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from .. import model
from ..errors import UserError
from . import manifest

STATE = "state.bin"


class Checkpoints:
    """The checkpoints of one run, a folder for each step."""

    def __init__(self, folder: Path) -> None:
        """Use a folder; it need not exist."""
        self.folder = folder

    def save(self, step: int, state: dict[str, Any], weights: dict[str, NDArray[Any]], facts: dict[str, Any]) -> Path:
        """Write a checkpoint beside its place, then move it there."""
        place = self.folder / f"step-{step:06d}"
        temporary = self.folder / f".{place.name}.tmp"
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir(parents=True)
        model.save(state, temporary / STATE)
        digests = manifest.content_digests(weights)
        manifest.write_manifest(
            temporary, {"step": step, "weights": digests, "digest": manifest.total_digest(digests), **facts}
        )
        shutil.rmtree(place, ignore_errors=True)
        temporary.rename(place)
        return place

    def all(self) -> list[Path]:
        """Every checkpoint, oldest first."""
        return sorted(self.folder.glob("step-*"))

    def latest(self) -> Path:
        """The newest checkpoint; raises UserError where there is none."""
        found = self.all()
        if not found:
            raise UserError(f"{self.folder} holds no checkpoint", "train with checkpoint_every above 0")
        return found[-1]


def load(checkpoint: Path) -> dict[str, Any]:
    """The state of a checkpoint, after its digests were checked; raises UserError if one differs."""
    wrong = manifest.problems(checkpoint)
    if wrong:
        raise UserError(wrong[0], "use an older checkpoint; this one is not as it was written")
    return model.load(checkpoint / STATE)


def find(folder: Path) -> list[Path]:
    """Every checkpoint below a folder."""
    return sorted(path.parent for path in folder.rglob(manifest.NAME) if path.parent.name.startswith("step-"))


def report(folder: Path) -> tuple[str, bool]:
    """A Markdown table of all checkpoints below a folder, and whether each is as it was written."""
    lines = ["| checkpoint | step | weights | files |", "|---|---:|---|---|"]
    sound = True
    for checkpoint in find(folder):
        wrong = manifest.problems(checkpoint)
        sound = sound and not wrong
        facts = manifest.read_manifest(checkpoint)
        state = "as written" if not wrong else "; ".join(wrong)
        lines.append(f"| {checkpoint} | {facts['step']} | {facts['digest'][:12]} | {state} |")
    return "\n".join(lines), sound


def first_difference(one: dict[str, str], other: dict[str, str]) -> str:
    """The name of the first array whose digest differs, or an empty text."""
    names = sorted(set(one) | set(other))
    return next((name for name in names if one.get(name) != other.get(name)), "")
