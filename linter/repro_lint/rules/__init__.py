"""All rules, and which of them a file that is looked at alone needs."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from repro_lint import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from repro_lint.repository.files import Repository
    from repro_lint.rules.base import Rule

# The families that judge Python code, and words without which they find nothing; () for none.
PYTHON_FAMILIES: Mapping[str, tuple[str, ...]] = {
    "checkpoints": ("save", "load_state_dict"),
    "completion": ("as_completed", "unordered", "uimap", "wait"),
    "data": (),
    "dead_seeds": ("seed", "rand", "Random", "SEED"),
    "determinism": (),
    "downloads": ("http", "retrieve", "get_file", "download", "requests"),
    "entropy": ("uuid", "secrets", "urandom", "SystemRandom", "entropy", "id(", "=id", "getpid"),
    "environments": ("gym", "env", "Env", "suite"),
    "estimators": (),
    "generators": ("rng", "Random", "Generator", "random", "study", "optuna", "earch", "pt"),
    "hashing": ("hash", "HASHSEED"),
    "machine_settings": ("/", ":\\", "environ", "install", "cuda:"),
    "inputs": ("time", "stat", "to_"),
    "keys": ("jax", "key", "Key", "rng"),
    "library_calls": (),
    "loading": ("Loader",),
    "loading_order": ("Sampler", "shuffle", "interleave", "determinis", "parallel"),
    "options": ("seed", "SEED"),
    "ordering": (),
    "parsing": (),
    "processes": (
        *("Process", "Pool", "Executor", "Parallel", "Thread", "spawn", "fork", "ray", "dask"),
        *("map", "submit", "remote", "delayed", "Client", "apply"),
    ),
    "providers": ("gpt-", "gemini-", "-latest", "o1", "o3", "o4", "ompletion"),
    "reseeding": ("seed", "Generator", "Random", "rng", "SEED", "random_state"),
    "scaling": ("world", "gpu", "device_count", "determinis", "replicas"),
    "searches": ("n_jobs",),
    "seeding": (),
    "splits": ("split",),
    "streams": ("seed", "SEED"),
    "uncontrolled": (),
    "versions": (),
    "worker_data": ("Loader", "Sequence", "PyDataset", "workers"),
    "workspace": ("use_deterministic_algorithms",),
}
# Every rule, sorted by code; made when first asked for, like all that `__getattr__` gives.
ALL: tuple[type[Rule], ...]


def __getattr__(name: str) -> tuple[type[Rule], ...]:
    if name == "ALL":
        return all_rules()
    raise AttributeError(f"module `{__name__}` has no attribute `{name}`")


@cache
def all_rules() -> tuple[type[Rule], ...]:
    """Every rule, sorted by code."""
    from repro_lint.rules import (  # noqa: PLC0415  most of start-up is the import of families
        agreement,
        broken_commands,
        containers,
        dependencies,
        notebook_state,
        notebooks,
        results,
        structure,
        undeclared_imports,
        verification,
    )

    families = (
        agreement,
        broken_commands,
        containers,
        dependencies,
        notebook_state,
        notebooks,
        results,
        structure,
        undeclared_imports,
        verification,
    )
    others = (family.RULES for family in families)
    return _sorted((*python_rules(), *(rule for family in others for rule in family)))


@cache
def python_rules() -> tuple[type[Rule], ...]:
    """The rules that judge Python code itself, sorted by code."""
    return _sorted(tuple(rule for name in PYTHON_FAMILIES for rule in family(name)))


def family(name: str) -> tuple[type[Rule], ...]:
    """The rules of a family; its import is what start-up spends its time on."""
    found: tuple[type[Rule], ...] = import_module(f"repro_lint.rules.{name}").RULES
    return found


def rules_for(repository: Repository) -> tuple[type[Rule], ...]:
    """The rules that may find something; one Python file spares the import of most families."""
    if not repository.single_file:
        return all_rules()
    if not all(_is_plain_python(repository, path) for path in repository.paths):
        return all_rules()
    text = "".join(repository.text(path) or "" for path in repository.paths)
    named = [n for n, words in PYTHON_FAMILIES.items() if any(w in text for w in words or ("",))]
    return _sorted(tuple(rule for name in named for rule in family(name)))


def _is_plain_python(repository: Repository, path: str) -> bool:
    """Tell whether a file is Python code that declares no dependencies."""
    if not path.endswith(".py") or path.rpartition("/")[2] == "setup.py":
        return False
    return "# /// script" not in (repository.text(path) or "")


def _sorted(rules: tuple[type[Rule], ...]) -> tuple[type[Rule], ...]:
    return tuple(sorted(rules, key=lambda rule: rule.code))
