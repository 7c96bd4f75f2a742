"""The facts of libraries are well formed, and true of the libraries that are installed."""

from __future__ import annotations

import importlib
import inspect
import platform
import subprocess
import sys
import warnings
from functools import cache
from importlib import metadata
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from repro_lint.knowledge import build, knowledge
from repro_lint.knowledge.load import Knowledge, _number

if TYPE_CHECKING:
    from pathlib import Path

NO_STREAMS = frozenset({"entropy", "fixed", "none"})
EFFECTS = frozenset({"varies", "ties", "draws"})
OMITTED = frozenset({"", "entropy", "fixed", "nothing"})
KINDS = {
    "draw": frozenset(
        (
            *("augmentation", "collator", "configuration", "data", "dropout", "environment"),
            *(
                "estimator",
                "evaluation",
                "fit",
                "identifier",
                "initialiser",
                "key",
                "layer",
                "layout",
            ),
            *("name", "sampler", "search", "shuffle", "space", "splitter", "token"),
        )
    ),
    "generator": frozenset(
        {"derive", "environment", "evaluation", "key", "search", "space", "split"}
    ),
    "seed": frozenset({"constructor"}),
    "restore": frozenset(),
    "listing": frozenset({"iterator", "list", "walk"}),
    "download": frozenset(
        (
            *("alias", "colon", "hash", "prompt", "registry", "revision", "suffix", "tag"),
            *("version", "versions"),
        )
    ),
    "switch": frozenset({"argument", "attribute", "environment", "function", "numerics"}),
    "completion": frozenset({"parts", "results"}),
    "initializer": frozenset(),
    "pool": frozenset({"loader", "loky", "process", "remote", "thread"}),
    "process": frozenset({"command", "fork", "python"}),
    "starting": frozenset({"context", "default", "pool", "worker"}),
    "worker": frozenset(
        (
            *("collate", "delayed", "estimator", "loader", "loky", "part", "pool", "process"),
            *("remote", "spawn", "thread"),
        )
    ),
    "clock": frozenset(),
    "config": frozenset(),
    "converts": frozenset(),
    "drives": frozenset({"evaluate", "fit", "predict"}),
    "exit": frozenset(),
    "option": frozenset({"field", "flags", "name"}),
    "ordered": frozenset(),
    "passes": frozenset({"collection", "first", "numbers", "pairs"}),
    "quiet": frozenset(),
    "runner": frozenset(),
    "sized": frozenset(),
    "threaded": frozenset({"deterministic=True", "workers=1"}),
    "unordered": frozenset({"collection", "number"}),
    "unstable": frozenset(),
    "machine": frozenset(),
    "wraps": frozenset(),
    "hook": frozenset({"data"}),
}
# Attributes that only an instance has.
ON_INSTANCES = ("gymnasium.Env.action_space.", "gymnasium.Env.observation_space.")
# So far back no call gives an argument by position.
NEVER_BY_POSITION = 40
# The decorators that brought `rng` take the old names without showing them.
HIDDEN_OLD_NAMES = frozenset({"seed", "random_seed", "random_state"})
WITH_OLD_NAMES = frozenset({"scipy", "scikit-image"})


class Group(NamedTuple):
    """A group of rows of a TOML file."""

    file: str
    fact: dict[str, Any]
    names: list[str]


@cache
def all_groups() -> tuple[Group, ...]:
    return tuple(
        Group(path.stem, fact, names)
        for path in sorted(build.LIBRARIES.glob("*.toml"))
        for fact, names in build.groups(build.read_library(path), path.name)
    )


@cache
def installed(library: str) -> str:
    """The version of an installed distribution, "" if it is not there."""
    if library == "python":
        return platform.python_version()
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return ""


def holds_here(fact: dict[str, Any]) -> bool:
    """Tell whether the library is installed in a version that the fact speaks of."""
    version = installed(fact["library"])
    if not version or fact.get("kind") == "environment":
        return False
    since, until = fact.get("since", ""), fact.get("until", "")
    return (not since or _number(version) >= _number(since)) and (
        not until or _number(version) < _number(until)
    )


def identity(group: Group) -> str:
    return f"{group.file}-{group.fact['role']}-{group.names[0]}"


WELL_FORMED = pytest.mark.parametrize("group", all_groups(), ids=identity)
INSTALLED = pytest.mark.parametrize(
    "group", [group for group in all_groups() if holds_here(group.fact)], ids=identity
)


@cache
def resolve(name: str) -> Any:
    """The object of a dotted name: its module imported, then attributes."""
    parts = name.split(".")
    for end in range(len(parts) - 1, 0, -1):
        try:
            found = import_quietly(".".join(parts[:end]))
        except ModuleNotFoundError as reason:
            if reason.name is None or not name.startswith(reason.name):
                pytest.skip(f"{name} needs {reason.name}")
            continue
        for part in parts[end:]:
            found = getattr(found, part)
        return found
    raise ModuleNotFoundError(name)


@cache
def import_quietly(module: str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if module.startswith("sklearn."):
            importlib.import_module("sklearn.experimental.enable_halving_search_cv")
            importlib.import_module("sklearn.experimental.enable_iterative_imputer")
        return importlib.import_module(module)


def members(group: Group) -> list[str]:
    return [name for name in group.names if "*" not in name and not name.startswith(ON_INSTANCES)]


def parameters(name: str, *, method: bool) -> list[inspect.Parameter] | None:
    """The parameters that a caller fills, None where the callable does not tell."""
    try:
        found = list(inspect.signature(resolve(name)).parameters.values())
    except ValueError:
        return None
    return found[1:] if method and found and found[0].name == "self" else found


def parameter_of(name: str, parameter: str, *, method: bool) -> tuple[int, Any] | None:
    """Position (-1: by name only) and default; None where the callable does not tell."""
    found = parameters(name, method=method)
    if found is None:
        return None
    starred = False
    for position, item in enumerate(found):
        starred = starred or item.kind is inspect.Parameter.VAR_POSITIONAL
        if item.name == parameter and item.kind is not inspect.Parameter.VAR_KEYWORD:
            by_name = starred or item.kind is inspect.Parameter.KEYWORD_ONLY
            by_name = by_name or position >= NEVER_BY_POSITION
            return (-1 if by_name else position), item.default
    if any(item.kind is inspect.Parameter.VAR_KEYWORD for item in found):
        return None
    pytest.fail(f"{name} has no parameter {parameter}")


def same_default(stated: object, actual: object) -> bool:
    """Compare defaults; objects, and the mark of deprecation, say nothing of a value."""
    if actual is inspect.Parameter.empty:
        return False
    literal = actual is None or isinstance(actual, (bool, int, float, str))
    return (
        not literal
        or actual == "deprecated"
        or (stated == actual and isinstance(stated, bool) == isinstance(actual, bool))
    )


# --- form


def test_given_the_toml_files_expected_the_compiled_file_says_the_same() -> None:
    assert build.stale() == []


def test_given_a_key_with_a_typing_mistake_expected_refusal(tmp_path: Path) -> None:
    head = 'library = "x"\nversion = "1"\nsource = "s"\n'
    (tmp_path / "x.toml").write_text(head + '[[draw]]\nnames = ["x.y"]\nparametr = "seed"\n')
    with pytest.raises(ValueError, match="unknown key parametr"):
        build.compile_files(tmp_path)


def test_given_a_condition_with_two_senses_expected_refusal(tmp_path: Path) -> None:
    row = 'names = ["x.y"]\nconditions = [{ parameter = "p", is = [1], given = true }]\n'
    head = 'library = "x"\nversion = "1"\nsource = "s"\n'
    (tmp_path / "x.toml").write_text(head + "[[draw]]\n" + row)
    with pytest.raises(ValueError, match="one of is, is_not and given"):
        build.compile_files(tmp_path)


@WELL_FORMED
def test_given_a_group_expected_sorted_names_and_known_words(group: Group) -> None:
    fact = group.fact
    assert group.names == sorted(set(group.names))
    assert fact["source"]
    assert fact["version"]
    assert set(fact.get("streams", ())) <= NO_STREAMS | set(knowledge().streams)
    assert fact.get("effect", "varies") in EFFECTS
    assert fact.get("omitted", "") in OMITTED
    assert not fact.get("kind") or fact["kind"] in KINDS[fact["role"]]
    assert fact["role"] not in ("draw", "generator", "seed", "restore") or fact["streams"]
    assert "position" not in fact or fact["parameter"]


def test_given_all_rows_expected_no_fact_twice() -> None:
    seen: set[tuple[str, str]] = set()
    for group in all_groups():
        shown = {k: v for k, v in group.fact.items() if k not in ("position", "source", "effect")}
        for name in group.names:
            assert (name, repr(sorted(shown.items()))) not in seen
            seen.add((name, repr(sorted(shown.items()))))


def test_given_any_alias_expected_it_leads_to_facts() -> None:
    facts = knowledge()
    parts = [part for stem, part in build.compile_files(build.LIBRARIES).items() if stem != "index"]
    tables = [part[table] for part in parts for table in ("names", "returns", "traits")]
    known = [name for table in tables for name in table]
    for alias, target in (pair for part in parts for pair in part["aliases"].items()):
        final = facts.canonical(alias)
        assert any(name == final or name.startswith(final + ".") for name in known), alias
        assert alias not in known
        assert target != alias


# --- what the loader answers


def test_given_an_old_module_expected_the_same_facts_under_the_new_name() -> None:
    facts = knowledge()
    (row,) = facts.lookup("sklearn.cross_validation.train_test_split")
    assert row.name == "sklearn.model_selection.train_test_split"
    assert row.streams == ("numpy",)
    (seeder,) = facts.lookup("pytorch_lightning.utilities.seed.seed_everything")
    assert seeder.name == "lightning.seed_everything"
    assert facts.lookup("tensorflow.keras.layers.Dense") == facts.lookup("keras.layers.Dense")


def test_given_an_unknown_name_expected_nothing() -> None:
    facts = knowledge()
    assert facts.lookup("sklearn.model_selection.check_cv") == ()
    assert facts.lookup("") == ()
    assert facts.returns("numpy.nothing") == ""
    assert facts.method("no_such_method") == ()


@pytest.mark.parametrize(
    ("versions", "default"),
    [({}, "pca"), ({"scikit-learn": "1.7.2"}, "pca"), ({"scikit-learn": "1.1.3"}, "random")],
)
def test_given_a_version_expected_its_facts(versions: dict[str, str], default: str) -> None:
    (row,) = knowledge().lookup("sklearn.manifold.TSNE", versions)
    assert row.conditions[0].default == default


def test_given_a_name_of_old_releases_only_expected_its_facts_without_a_version() -> None:
    (row,) = knowledge().lookup("torch.set_deterministic")
    assert row.until


def test_given_any_class_of_a_hub_library_expected_the_download() -> None:
    (row,) = knowledge().lookup("transformers.models.bert.BertModel.from_pretrained")
    assert (row.role, row.parameter) == ("download", "revision")
    assert row.name == "transformers.models.bert.BertModel.from_pretrained"


def test_given_who_seeds_python_expected_that_keras_is_seeded_too() -> None:
    for name in ("random.seed", "transformers.set_seed", "lightning.seed_everything"):
        (row,) = knowledge().lookup(name)
        assert {"python", "keras"} <= set(row.streams)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("pandas.read_csv", "pandas.DataFrame"),
        ("pandas.core.frame.DataFrame", "pandas.DataFrame"),
        ("pandas.DataFrame.reset_index", "pandas.DataFrame"),
        ("pandas.DataFrame.groupby", "pandas.api.typing.DataFrameGroupBy"),
        ("datasets.load_dataset", "datasets.Dataset"),
        ("numpy.random.default_rng", "numpy.random.Generator"),
        ("numpy.random.RandomState", "numpy.random.RandomState"),
        ("torch.Generator", "torch.Generator"),
        ("random.Random", "random.Random"),
        ("builtins.set", "builtins.set"),
        ("pathlib.PosixPath", "pathlib.Path"),
        ("gym.make", "gymnasium.Env"),
    ],
)
def test_given_a_callable_expected_the_type_it_returns(name: str, kind: str) -> None:
    assert knowledge().returns(name) == kind


def test_given_a_bare_method_name_expected_methods_of_all_classes() -> None:
    names = {row.name for row in knowledge().method("sample")}
    assert {"pandas.DataFrame.sample", "torch.distributions.Normal.sample"} <= names
    assert "random.sample" not in names


def test_given_no_data_expected_an_empty_loader() -> None:
    nothing: dict[str, Any] = {}
    tables = (
        "packages",
        "methods",
        "seeding",
        "switches",
        "telling",
        "telltales",
        "trait_methods",
        "streams",
    )
    empty = Knowledge(lambda _stem: dict.fromkeys(tables, nothing))
    assert empty.lookup("a.b") == ()
    assert empty.method("sample") == ()
    assert empty.returns("a.b") == ""


def test_given_a_start_expected_no_toml_parser_and_no_library_loaded() -> None:
    code = (
        "import sys; from repro_lint.knowledge import knowledge; knowledge().lookup('numpy.a')\n"
        "print(sorted({'tomllib', 'tomli', 'numpy', 'inspect', 'dataclasses'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"


# --- truth, for the libraries that are installed


@INSTALLED
def test_given_an_installed_library_expected_each_name_in_it(group: Group) -> None:
    for name in members(group):
        found = resolve(name)
        assert callable(found) or group.fact["role"] == "switch", name


@INSTALLED
def test_given_an_installed_library_expected_the_seed_parameter_as_stated(group: Group) -> None:
    fact = group.fact
    if not fact.get("parameter"):
        return
    for name in members(group):
        found = parameter_of(name, fact["parameter"], method=fact.get("method", False))
        if found is None:
            continue
        assert found[0] == fact.get("position", -1), name
        if fact.get("required") or fact["role"] in ("listing", "switch"):
            continue
        if fact["role"] == "download" and fact["kind"] != "hash":
            continue
        assert same_default(fact.get("default"), found[1]), name


@INSTALLED
def test_given_an_installed_library_expected_other_seed_parameters_in_it(group: Group) -> None:
    for parameter in group.fact.get("also", ()):
        if group.fact["library"] in WITH_OLD_NAMES and parameter in HIDDEN_OLD_NAMES:
            continue
        for name in members(group):
            parameter_of(name, parameter, method=group.fact.get("method", False))


@INSTALLED
def test_given_an_installed_library_expected_each_condition_as_stated(group: Group) -> None:
    for parameter, position, values, default, negated in group.fact.get("conditions", ()):
        # A default that draws only on large data is no draw: the row asks for an argument.
        wants_more = values == [None] and negated and default is None
        for name in members(group):
            found = parameter_of(name, parameter, method=group.fact.get("method", False))
            if found is None:
                continue
            assert found[0] == position, name
            unclear = wants_more or found[1] is inspect.Parameter.empty
            assert unclear or same_default(default, found[1]), name
        assert values
