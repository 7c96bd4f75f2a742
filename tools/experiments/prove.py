"""Shows by experiment which stream a call draws from when it gets no seed.

All cases of a package run in a fresh process for each of nine ways of seeding; what
agrees between processes with the same seed of one stream, and differs between seeds,
comes from that stream. Each run is a process of its own, with one thread.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from repro_lint.toml import parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from repro_lint.knowledge.model import Api, Condition

HERE = Path(__file__).parent
STREAMS = ("numpy", "python", "torch")
RUNS = (
    *(("nothing", 0, 0), ("nothing", 0, 1)),
    *((mode, seed, 0) for mode in STREAMS for seed in (0, 1, 2)),
    *((mode, 0, 1) for mode in STREAMS),
)
LIMIT = 900


class Case(NamedTuple):
    """One row of the facts, and the call that tries it."""

    name: str
    row: Api
    call: str
    data: str


class Verdict(NamedTuple):
    """What the runs of one case show: a stream, `entropy`, `draws`, `none` or `failed`."""

    case: Case
    shown: str
    detail: str = ""

    @property
    def agrees(self) -> bool:
        """Whether the row says what the runs show."""
        row = self.case.row
        if row.effect == "ties":
            return self.shown in ("draws", row.streams[0])
        if row.effect == "draws" and row.streams == ("entropy",):
            return self.shown == "none"
        return self.shown == stated(self.case.row)


def stated(row: Api) -> str:
    """What a row says, in the words of a verdict."""
    if row.effect == "draws":
        return "draws"
    return "none" if row.streams == ("fixed",) else row.streams[0]


def cases_of(rows: Sequence[Api]) -> Iterator[Case]:
    """The rows that a recipe, or no argument at all, lets run."""
    recipes = parse((HERE / "recipes.toml").read_text(encoding="utf-8"))
    for row in rows:
        if row.role not in ("draw", "generator") or row.required or row.until:
            continue
        if row.name.rpartition(".")[2].startswith(("fetch_", "load_")):
            continue
        given = arguments_of(row, recipes)
        if given is not None:
            call = recipes["calls"].get(row.name, f"call({given})")
            yield Case(row.name, row, call, recipes["data"].get(row.name, "X"))


def arguments_of(row: Api, recipes: Mapping[str, Mapping[str, str]]) -> str | None:
    """The arguments that a row asks for; None where no recipe gives them."""
    head, _, method = row.name.rpartition(".")
    general = recipes["patterns"].get(f"{head.rpartition('.')[0]}.*.{method}", "")
    given = recipes["arguments"].get(row.name, general.replace("NAME", head.rpartition(".")[2]))
    parts = [given] if given else []
    for condition in row.conditions:
        if not holds_by_default(condition):
            value = value_for(condition, recipes["values"])
            if value is None:
                return None
            if any(f"{condition.parameter}=" in part for part in parts):
                continue
            parts.append(f"{condition.parameter}={value}")
            beside = recipes["beside"].get(f"{row.name} {condition.parameter}={value}")
            parts += [beside] if beside and not any(beside in part for part in parts) else []
    return ", ".join(part for part in parts if part)


def holds_by_default(condition: Condition) -> bool:
    """Whether a call without the parameter meets a condition."""
    return (condition.default in condition.values) != condition.negated


def value_for(condition: Condition, values: Mapping[str, str]) -> str | None:
    """The text of a value that meets a condition."""
    return values.get(condition.parameter) if condition.negated else repr(condition.values[0])


def prove(cases: Sequence[Case], python: str = sys.executable) -> list[Verdict]:
    """Run all cases in all ways and judge each."""
    seen = [run(cases, mode, seed, python) for mode, seed, _ in RUNS]
    return [judged(case, [results[i] for results in seen]) for i, case in enumerate(cases)]


def run(cases: Sequence[Case], mode: str, seed: int, python: str) -> list[dict[str, Any]]:
    """The results of all cases in one fresh process."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    done = subprocess.run(
        [python, str(HERE / "run.py"), mode, str(seed)],
        input=json.dumps([{"name": c.name, "call": c.call, "data": c.data} for c in cases]),
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT,
        env={**os.environ, **threads, "PYTHONHASHSEED": "0"},
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def judged(case: Case, results: Sequence[Mapping[str, Any]]) -> Verdict:
    """What the results of one case show."""
    failed = next((result["failed"] for result in results if "failed" in result), "")
    if failed:
        return Verdict(case, "failed", failed)
    shown = {way: result["shown"] for way, result in zip(RUNS, results, strict=True)}
    moved = sorted({stream for result in results for stream in result["moved"]})
    if len(set(shown.values())) == 1:
        return Verdict(case, "draws" if moved else "none", ", ".join(moved))
    for mode in STREAMS:
        seeds = [shown[(mode, seed, 0)] for seed in (0, 1, 2)]
        if seeds[0] == shown[(mode, 0, 1)] and len(set(seeds)) > 1 and mode in moved:
            return Verdict(case, mode)
    if moved and all(shown[(mode, 0, 0)] == shown[(mode, 0, 1)] for mode in moved):
        return Verdict(case, moved[0], "varies with few seeds")
    return Verdict(case, "entropy")
