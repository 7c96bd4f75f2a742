"""All rules, and which of them a file that is looked at alone needs."""

from __future__ import annotations

from functools import cache

from repro_lint import TYPE_CHECKING

if TYPE_CHECKING:
    from repro_lint.repository.files import Repository
    from repro_lint.rules.base import Rule

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
        containers,
        dependencies,
        notebooks,
        structure,
    )

    others = (containers.RULES, dependencies.RULES, notebooks.RULES, structure.RULES)
    return _sorted((*python_rules(), *(rule for family in others for rule in family)))


@cache
def python_rules() -> tuple[type[Rule], ...]:
    """The rules that judge Python code itself, sorted by code."""
    from repro_lint.rules import (  # noqa: PLC0415
        completion,
        data,
        dead_seeds,
        determinism,
        entropy,
        environments,
        estimators,
        generators,
        hashing,
        keys,
        library_calls,
        loading,
        loading_order,
        options,
        ordering,
        parsing,
        processes,
        reseeding,
        scaling,
        searches,
        seeding,
        splits,
        streams,
        uncontrolled,
        worker_data,
    )

    families = (
        completion,
        data,
        dead_seeds,
        determinism,
        entropy,
        environments,
        estimators,
        generators,
        hashing,
        keys,
        library_calls,
        loading,
        loading_order,
        options,
        ordering,
        parsing,
        processes,
        reseeding,
        scaling,
        searches,
        seeding,
        splits,
        streams,
        uncontrolled,
        worker_data,
    )
    return _sorted(tuple(rule for family in families for rule in family.RULES))


def rules_for(repository: Repository) -> tuple[type[Rule], ...]:
    """The rules that may find something; one Python file spares the import of most families."""
    if repository.single_file and all(_is_plain_python(repository, p) for p in repository.paths):
        return python_rules()
    return all_rules()


def _is_plain_python(repository: Repository, path: str) -> bool:
    """Tell whether a file is Python code that declares no dependencies."""
    if not path.endswith(".py") or path.rpartition("/")[2] == "setup.py":
        return False
    return "# /// script" not in (repository.text(path) or "")


def _sorted(rules: tuple[type[Rule], ...]) -> tuple[type[Rule], ...]:
    return tuple(sorted(rules, key=lambda rule: rule.code))
