"""Run again what was run before, in fresh processes, and compare."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import UserError
from ..runs import Run
from .compare import Comparison, compare
from .manifest import file_digest

PACKAGE = "{{ cookiecutter.__package_name }}"


def start(arguments: list[str], *, folder: Path, hash_seed: str = "0", world: int = 1) -> None:
    """Run this program's command line in a fresh process with a folder's own code; raises UserError if it fails."""
    variables = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(folder / "src")}
    program = [sys.executable, "-m"]
    if world > 1:
        program += ["torch.distributed.run", "--standalone", f"--nproc-per-node={world}", "-m"]
    done = subprocess.run(
        [*program, PACKAGE, *arguments], cwd=folder, env=variables, capture_output=True, text=True, check=False
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise UserError(f"`{' '.join(arguments[:1])}` failed: {last}", f"run it in {folder} to see more")


def verify(config: Path, overrides: list[str]) -> Comparison:
    """Train twice in fresh processes with different hash seeds."""
    with tempfile.TemporaryDirectory() as scratch:
        runs = [Path(scratch) / name for name in ("first", "second")]
        for number, run in enumerate(runs, start=1):
            arguments = ["train", "--config", str(config), "--runs", scratch, "--name", run.name, *overrides]
            start(arguments, folder=Path.cwd(), hash_seed=str(number))
        return compare(Run(runs[0]), Run(runs[1]))


@contextmanager
def checkout(run: Run) -> Iterator[Path]:
    """A folder with the code that a run was made with: its commit, and on top what was not committed."""
    source = run.facts["source"]
    if not source["commit"]:
        raise UserError(f"{run.folder} does not know its commit", "runs made outside git cannot be reproduced")
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch) / "code"
        git("worktree", "add", "--detach", str(place), source["commit"])
        try:
            if source["dirty"]:
                git("-C", str(place), "apply", str((run.folder / "source.diff").resolve()))
            yield place
        finally:
            git("worktree", "remove", "--force", str(place))


def git(*arguments: str) -> None:
    """Run git; raises UserError if it fails."""
    done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise UserError(f"git {arguments[0]} failed: {done.stderr.strip()}", "is the commit still there?")


def check_lock(run: Run, place: Path) -> None:
    """Raise UserError if the code's lock is not the one that the run was made with."""
    lock = place / "requirements.lock"
    now = file_digest(lock) if lock.exists() else ""
    if now != run.facts["environment"]["lock_sha256"]:
        raise UserError("requirements.lock is not the one of the run", "it was changed without a commit")


def check_data(run: Run, place: Path) -> None:
    """Prepare the data in a folder; raises UserError if it is not the run's."""
    start(["prepare"], folder=place)
    for name, digest in run.facts["data"].items():
        if file_digest(place / name) != digest:
            raise UserError(f"{name} is not the data of the run", "restore it, then try again")


def reproduce(run: Run) -> Comparison:
    """Train again with a run's own code, data and settings, and compare."""
    with checkout(run) as place:
        check_lock(run, place)
        check_data(run, place)
        settings = (run.folder / "config.yaml").resolve()
        arguments = ["train", "--config", str(settings), "--name", "again"]
        start(arguments, folder=place, world=run.facts["world"])
        return compare(run, Run(place / "runs" / "again"))
