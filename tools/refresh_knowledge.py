"""Compares the facts about libraries with the libraries that are installed here.

    python tools/refresh_knowledge.py --write         compile the TOML files
    python tools/refresh_knowledge.py --check         fail if the compiled file is old
    python tools/refresh_knowledge.py sklearn         what is missing, stale or untrue

A report lists public callables with a seed parameter that have no row, rows whose
name or parameter is gone, and rows whose stream is not what a run in fresh processes
shows. Only callables that run without data of their own are run; the report says
which were not. Nothing is written into the TOML files: a person judges.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import inspect
import json
import pkgutil
import platform
import subprocess
import sys
import warnings
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "linter"))

from repro_lint.knowledge import build
from repro_lint.knowledge.load import Knowledge

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.knowledge.model import Api

SEED_PARAMETERS = ("random_state", "seed", "rng", "generator", "random_seed")
NOT_PUBLIC = frozenset({"contrib", "experimental", "externals", "internal", "testing", "tests"})
HIDDEN_UNTIL_IMPORTED = {
    "sklearn": (
        "sklearn.experimental.enable_halving_search_cv",
        "sklearn.experimental.enable_iterative_imputer",
    ),
}
# Modes of a fresh process: which global stream is seeded before the call.
MODES = ("nothing", "numpy", "python", "torch")
RUN = """
import importlib, json, pickle, sys, warnings
warnings.simplefilter("ignore")
name, mode, text = sys.argv[1:]
import random
random.seed(0) if mode == "python" else None
if mode == "numpy":
    import numpy
    numpy.random.seed(0)
if mode == "torch":
    import torch
    torch.manual_seed(0)
module, _, rest = name.rpartition(".")
found = getattr(importlib.import_module(module), rest)
result = found(**eval(text))
if hasattr(result, "fit_predict"):
    import numpy
    points = numpy.random.RandomState(7).rand(60, 3)
    result = result.fit_predict(points)
result = getattr(result, "weight", result)
result = result.tolist() if hasattr(result, "tolist") else result
print(hash(pickle.dumps(result, protocol=4)))
"""
# Arguments with which a callable runs alone; all others are not run.
ARGUMENTS = {
    "scipy.sparse.random": "dict(m=9, n=9, density=0.4)",
    "sklearn.cluster.BisectingKMeans": "dict(n_clusters=5)",
    "sklearn.cluster.KMeans": "dict(n_clusters=5, n_init=1)",
    "sklearn.cluster.MiniBatchKMeans": "dict(n_clusters=5, n_init=1)",
    "sklearn.mixture.GaussianMixture": "dict(n_components=4)",
    "torch.nn.Embedding": "dict(num_embeddings=4, embedding_dim=2)",
    "torch.nn.Linear": "dict(in_features=4, out_features=2)",
    "torch.rand": "dict(size=(4,))",
    "torch.randn": "dict(size=(4,))",
    "torch.randperm": "dict(n=20)",
}


def main() -> int:
    """Do what the arguments ask."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--write", action="store_true", help="compile the TOML files")
    parser.add_argument("--check", action="store_true", help="fail if they are not compiled")
    parser.add_argument("packages", nargs="*", help="installed packages to compare")
    chosen = parser.parse_args()
    if chosen.write:
        build.write()
    old = build.stale() if chosen.check else []
    if old:
        print(f"old: {', '.join(old)}; run tools/refresh_knowledge.py --write")
        return 1
    parts = build.compile_files(build.LIBRARIES)
    facts = Knowledge(lambda stem: json.loads(json.dumps(parts[stem])))
    names = {name: 1 for stem, part in parts.items() if stem != build.INDEX for name in part["names"]}
    return max([report(package, facts, names) for package in chosen.packages], default=0)


def report(package: str, facts: Knowledge, names: dict[str, Any]) -> int:
    """Print what differs between the facts and one package; 1 if a row is stale or untrue."""
    rows = [name for name in names if name.partition(".")[0] == package and "*" not in name]
    missing = sorted(found for found in seed_takers(package) if not facts.all_rows(found))
    stale = sorted(name for name in rows if stale_because(name, rows_here(name, facts)))
    untrue, run = untrue_rows(rows, facts)
    print(f"{package}: {len(rows)} names, {len(run)} run in fresh processes")
    for title, found in (("no row", missing), ("stale", stale), ("untrue", untrue)):
        print(f"  {title}: {len(found)}", *(f"    {name}" for name in found), sep="\n")
    print(f"  not run: {len(rows) - len(run)}")
    return 1 if stale or untrue else 0


def seed_takers(package: str) -> Iterator[str]:
    """Public callables of a package that take a seed, by the name users import."""
    for module in public_modules(package):
        shown = getattr(module, "__all__", None) or [n for n in vars(module) if n[0] != "_"]
        for name in sorted(shown):
            found = vars(module).get(name)
            home = getattr(found, "__module__", None) or ""
            if callable(found) and home.startswith(package) and takes_seed(found):
                yield f"{module.__name__}.{name}"


def public_modules(package: str) -> Iterator[Any]:
    """A package and its public subpackages; modules that do not import are passed over."""
    root = quiet_import(package)
    for switch in HIDDEN_UNTIL_IMPORTED.get(package, ()):
        quiet_import(switch)
    yield root
    for info in pkgutil.walk_packages(getattr(root, "__path__", ()), f"{package}.", onerror=print):
        parts = info.name.split(".")
        if info.ispkg and not any(part[0] == "_" or part in NOT_PUBLIC for part in parts):
            try:
                yield quiet_import(info.name)
            except Exception as reason:  # noqa: BLE001  any module may refuse to load
                print(f"  passed over {info.name}: {reason}", file=sys.stderr)


def quiet_import(module: str) -> Any:
    """Import a module without its warnings."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return importlib.import_module(module)


def takes_seed(found: Any) -> bool:
    """Tell whether a callable has a seed parameter that may be left out."""
    try:
        parameters = inspect.signature(found).parameters
    except (TypeError, ValueError):
        return False
    seeds = [parameters[name] for name in SEED_PARAMETERS if name in parameters]
    return any(seed.default is not inspect.Parameter.empty for seed in seeds)


def rows_here(name: str, facts: Knowledge) -> tuple[Api, ...]:
    """The facts that speak of the installed release."""
    versions = {"python": platform.python_version()}
    for library in {row.library for row in facts.all_rows(name)} - {"python"}:
        with contextlib.suppress(metadata.PackageNotFoundError):
            versions[library] = metadata.version(library)
    return facts.lookup(name, versions)


def stale_because(name: str, rows: tuple[Api, ...]) -> str:
    """Why a row does not fit the installed library; "" if it does or cannot be told."""
    if any(row.until or row.kind == "environment" for row in rows):
        return ""
    if not rows:
        return ""
    found = resolve(name)
    if found is None:
        return "gone"
    try:
        parameters = inspect.signature(found).parameters
    except (TypeError, ValueError):
        return ""
    open_ended = any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters.values())
    wanted = {row.parameter for row in rows if row.parameter}
    return "" if open_ended or wanted <= set(parameters) else "parameter"


def resolve(name: str) -> Any:
    """The object of a dotted name, None if there is none."""
    parts = name.split(".")
    for end in range(len(parts) - 1, 0, -1):
        try:
            found = quiet_import(".".join(parts[:end]))
        except ImportError:
            continue
        for part in parts[end:]:
            found = getattr(found, part, None)
        return found
    return None


def untrue_rows(names: list[str], facts: Knowledge) -> tuple[list[str], list[str]]:
    """Rows whose stream is not the one that fresh processes show, and the names that ran."""
    wrong, run = [], []
    for name in sorted(names):
        rows = [row for row in facts.lookup(name) if row.role == "draw" and not row.conditions]
        arguments = ARGUMENTS.get(name) or ("{}" if runs_bare(name) else "")
        if not rows or not arguments or rows[0].effect != "varies":
            continue
        shown = governing(name, arguments)
        if shown is not None:
            run.append(name)
            if shown not in (rows[0].streams[0], "nothing"):
                wrong.append(f"{name}: says {rows[0].streams[0]}, shows {shown}")
    return wrong, run


def runs_bare(name: str) -> bool:
    """Tell whether a function can be called without arguments to the effect of a draw."""
    found = resolve(name)
    if found is None or inspect.isclass(found):
        return False
    try:
        parameters = inspect.signature(found).parameters.values()
    except (TypeError, ValueError):
        return False
    given = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return all(
        p.default is not inspect.Parameter.empty for p in parameters if p.kind not in given
    ) and not any(p.kind in given for p in parameters)


def governing(name: str, arguments: str) -> str | None:
    """The stream whose seed makes two fresh processes agree; None where the call fails.

    "nothing" if they agree without any seed, "entropy" if no seed makes them agree.
    """
    for mode in MODES:
        first = fresh(name, mode, arguments)
        if first is None:
            return None
        if first == fresh(name, mode, arguments):
            return mode
    return "entropy"


def fresh(name: str, mode: str, arguments: str) -> str | None:
    """The fingerprint of a call in a process of its own, None if it failed."""
    done = subprocess.run(
        [sys.executable, "-c", RUN, name, mode, arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env={"PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1", "PATH": ""},
    )
    return done.stdout.strip() or None


if __name__ == "__main__":
    raise SystemExit(main())
