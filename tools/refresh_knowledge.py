"""Compares the facts about libraries with the libraries that are installed here.

    python tools/refresh_knowledge.py --write           compile the TOML files
    python tools/refresh_knowledge.py --check           fail where facts and libraries differ
    python tools/refresh_knowledge.py sklearn           what is missing, gone or changed
    python tools/refresh_knowledge.py --prove sklearn   which stream each call draws from
    python tools/refresh_knowledge.py --names rows.json the names that a survey found

A report lists public callables with a seed parameter that have neither a row nor a
reason in `left_out.toml`, and rows whose name, parameter or default is gone. A proof
runs calls in fresh processes under different seeds. Nothing is written into the TOML
files of facts: a person judges.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import importlib.util
import inspect
import json
import pkgutil
import platform
import sys
import warnings
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "linter"))

from experiments.prove import cases_of, prove
from repro_lint.knowledge import build
from repro_lint.knowledge.load import Knowledge
from repro_lint.toml import parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.knowledge.model import Api

ROOT = Path(__file__).resolve().parent.parent
SEED_PARAMETERS = ("random_state", "seed", "rng", "generator", "random_seed")
KEYS = {"jax": ("key",), "flax": ("rngs", "rng"), "optax": ("key",)}
NOT_PUBLIC = frozenset({"contrib", "experimental", "externals", "internal", "testing", "tests"})
CHECKED = ("numpy", "scipy", "sklearn", "pandas", "torch")
SEED_TAKERS = ROOT / "tests" / "seed_takers.txt"
HIDDEN_UNTIL_IMPORTED = {
    "sklearn": (
        "sklearn.experimental.enable_halving_search_cv",
        "sklearn.experimental.enable_iterative_imputer",
    ),
}


def main() -> int:
    """Do what the arguments ask."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--write", action="store_true", help="compile the TOML files")
    parser.add_argument("--check", action="store_true", help="fail where facts differ")
    parser.add_argument("--prove", action="store_true", help="run the calls of the packages")
    parser.add_argument("--names", metavar="FILE", help="take over the names of a survey")
    parser.add_argument("packages", nargs="*", help="installed packages to compare")
    chosen = parser.parse_args()
    if chosen.write:
        build.write()
    if chosen.names:
        take_over(Path(chosen.names))
    old = build.stale() if chosen.check else []
    if old:
        print(f"old: {', '.join(old)}; run tools/refresh_knowledge.py --write")
    packages = chosen.packages or [name for name in CHECKED if chosen.check or chosen.prove]
    here = [package for package in packages if importlib.util.find_spec(package)]
    results = [proof(package) if chosen.prove else report(package) for package in here]
    return max([bool(old), *results])


@cache
def facts() -> Knowledge:
    """What the TOML files say, compiled or not."""
    parts = build.compile_files(build.LIBRARIES)
    return Knowledge(parts.__getitem__)


@cache
def names() -> tuple[str, ...]:
    """The names that have rows, patterns left out."""
    parts = build.compile_files(build.LIBRARIES)
    found = {name for stem in sorted(parts) for name in parts[stem].get("names", ())}
    return tuple(sorted(name for name in found if "*" not in name))


@cache
def left_out() -> frozenset[str]:
    """The names that have a reason why they have no row."""
    groups = parse(build.LEFT_OUT.read_text(encoding="utf-8"))["left_out"]
    return frozenset(name for group in groups for name in group["names"])


def take_over(survey: Path) -> None:
    """Write down the names that a survey found, and print those without row or reason."""
    rows = json.loads(survey.read_text(encoding="utf-8"))
    rows = rows.get("apis", rows) if isinstance(rows, dict) else rows
    found = {row["qualified_name"] if isinstance(row, dict) else row for row in rows}
    SEED_TAKERS.write_text("\n".join(sorted(found)) + "\n", encoding="utf-8")
    open_names = sorted(name for name in found if not is_known(name))
    print(f"{len(found)} names, {len(open_names)} without row or reason", *open_names, sep="\n  ")


def is_known(name: str) -> bool:
    """Whether a callable has a row, a trait, a type or a reason to have none."""
    known = facts()
    return bool(
        name in left_out()
        or known.all_rows(name)
        or known.returns(name)
        or any(known.trait(name, role) for role in build.TRAITS)
    )


def proof(package: str) -> int:
    """Run the calls of a package and print where rows and results differ; 1 if any does."""
    rows = [row for name in names() if name.partition(".")[0] == package for row in rows_here(name)]
    verdicts = prove(list(cases_of(rows)))
    run = [verdict for verdict in verdicts if verdict.shown != "failed"]
    wrong = [verdict for verdict in run if not verdict.agrees]
    print(f"{package}: {len(rows)} rows, {len(run)} run, {len(run) - len(wrong)} proved")
    for case, shown, detail in wrong:
        said = ", ".join(case.row.streams)
        print(f"  {case.name}: says {said} ({case.row.effect}), shows {shown} {detail}")
    return int(bool(wrong))


def report(package: str) -> int:
    """Print what differs between the facts and one package; 1 if a row is gone or changed."""
    rows = [name for name in names() if name.partition(".")[0] == package]
    missing = sorted(found for found in seed_takers(package) if not is_known(found))
    stale = [f"{name}: {why}" for name in rows for why in stale_because(name)]
    print(f"{package}: {len(rows)} names")
    for title, found in (("no row and no reason", missing), ("gone or changed", stale)):
        print(f"  {title}: {len(found)}", *(f"    {name}" for name in found), sep="\n")
    return int(bool(stale))


def seed_takers(package: str) -> Iterator[str]:
    """Public callables of a package that take a seed, by the name users import."""
    told = set()
    for module in public_modules(package):
        shown = getattr(module, "__all__", None) or [n for n in vars(module) if n[0] != "_"]
        for name in sorted(shown):
            found = vars(module).get(name)
            home = getattr(found, "__module__", None) or ""
            if callable(found) and home.startswith(package) and takes_seed(found, package):
                full = f"{module.__name__}.{name}"
                if is_known(full) or id(found) not in told:
                    yield full
                told.add(id(found))


def public_modules(package: str) -> Iterator[Any]:
    """A package and its public subpackages; modules that do not import are passed over."""
    root = quiet_import(package)
    for switch in HIDDEN_UNTIL_IMPORTED.get(package, ()):
        quiet_import(switch)
    yield root
    places = getattr(root, "__path__", ())
    for info in pkgutil.walk_packages(places, f"{package}.", onerror=lambda _: None):
        parts = info.name.split(".")
        if info.ispkg and not any(part[0] == "_" or part in NOT_PUBLIC for part in parts):
            try:
                yield quiet_import(info.name)
            except Exception as reason:  # noqa: BLE001  any module may refuse to load
                print(f"  passed over {info.name}: {reason}", file=sys.stderr)


def quiet_import(module: str) -> Any:
    """Import a module without its warnings and without what it prints."""
    with warnings.catch_warnings(), contextlib.redirect_stdout(sys.stderr):
        warnings.simplefilter("ignore")
        return importlib.import_module(module)


def takes_seed(found: Any, package: str) -> bool:
    """Tell whether a callable has a seed parameter that may be left out."""
    try:
        parameters = inspect.signature(found).parameters
    except (TypeError, ValueError):
        return False
    wanted = (*SEED_PARAMETERS, *KEYS.get(package, ()))
    seeds = [parameters[name] for name in wanted if name in parameters]
    return any(seed.default is not inspect.Parameter.empty for seed in seeds)


def rows_here(name: str) -> tuple[Api, ...]:
    """The facts that speak of the installed release."""
    versions = {"python": platform.python_version()}
    for library in {row.library for row in facts().all_rows(name)} - {"python"}:
        with contextlib.suppress(metadata.PackageNotFoundError):
            versions[library] = metadata.version(library)
    return facts().lookup(name, versions)


def stale_because(name: str) -> Iterator[str]:
    """Why rows do not fit the installed library."""
    rows = [row for row in rows_here(name) if row.kind != "environment"]
    if not rows:
        return
    found = resolve(name)
    if found is None:
        yield "gone"
        return
    try:
        parameters = dict(inspect.signature(found).parameters)
    except (TypeError, ValueError):
        return
    if any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters.values()):
        return
    for row in rows:
        yield from changes(row, parameters)


def changes(row: Api, parameters: dict[str, inspect.Parameter]) -> Iterator[str]:
    """How the parameters that a row names differ from those of the callable."""
    if row.parameter and row.parameter not in parameters:
        yield f"no parameter {row.parameter}"
    for condition in row.conditions:
        actual = parameters.get(condition.parameter)
        if actual is None:
            yield f"no parameter {condition.parameter}"
        elif condition.values == (None,):
            continue  # A default that draws on large data only is no draw in these rows.
        elif is_value(actual.default) and actual.default != condition.default:
            yield f"{condition.parameter} is {actual.default!r} by default"


def is_value(default: object) -> bool:
    """Whether a default is a plain value, no mark of deprecation or of absence."""
    plain = default is None or isinstance(default, (bool, int, float, str))
    return plain and default != "deprecated"


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


if __name__ == "__main__":
    raise SystemExit(main())
