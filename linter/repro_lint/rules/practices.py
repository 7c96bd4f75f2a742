"""Measures where a repository stands on each ladder of the score."""

from __future__ import annotations

import re
from functools import cache

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Severity
from repro_lint.flow.draws import SEEDER_NAME
from repro_lint.flow.operations import assignments
from repro_lint.flow.switches import only_warns
from repro_lint.knowledge.load import knowledge
from repro_lint.patterns import pattern
from repro_lint.repository.containers import step_script
from repro_lint.repository.dependencies.pins import RUN, is_locked, judged, locks_of, purpose
from repro_lint.rules.agreement import ConflictingVersions, StaleLock
from repro_lint.rules.broken_commands import BrokenCommand
from repro_lint.rules.ci import (
    BUILDS_IMAGE,
    RUNS_NOTEBOOKS,
    in_workflows,
    installs_lock,
    workflow_texts,
)
from repro_lint.rules.dependencies import MissingDependencyFile, lists_packages
from repro_lint.rules.keeping import LADDERS as KEPT_LADDERS
from repro_lint.rules.notebooks import NotebookOutOfOrder, NotebookWithError
from repro_lint.rules.readme import MissingReadmeCommands
from repro_lint.rules.results import reproduces
from repro_lint.rules.structure import MissingTests
from repro_lint.rules.undeclared_imports import UndeclaredImport
from repro_lint.rules.verification import has_repeat_test
from repro_lint.scoring.records import Practice
from repro_lint.syntax.index import Literal, Name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from repro_lint.findings import Finding
    from repro_lint.knowledge.model import Api
    from repro_lint.repository.containers import ContainerFile
    from repro_lint.repository.dependencies.records import Dependencies, DependencyFile
    from repro_lint.repository.notebooks import Notebook
    from repro_lint.rules.base import Context
    from repro_lint.syntax.index import Call, ModuleIndex, Value

_BEST_FIRST = ("hashed", "locked", "exact", "bounded", "declared")
_NAMES_PYTHON = pattern(r"python\s*3\.\d", re.IGNORECASE)
_GPU = pattern(r"cuda|\bgpu|\bmps\b|accelerator|Trainer\(", re.IGNORECASE)
_FRAMEWORKS = frozenset(
    {
        "torch", "tensorflow", "keras", "jax", "flax", "lightning", "pytorch_lightning",
        "accelerate", "transformers", "fastai", "mxnet", "paddle",
    }
)  # fmt: skip
_DETERMINISM = ("deterministic", "full_determinism")


def practices(
    context: Context, found: Mapping[str, Sequence[Finding]] | None = None
) -> tuple[Practice, ...]:
    """Where the repository stands on every ladder; `found` is what rules found, by code."""
    own = (Practice(ladder, tuple(measure(context))) for ladder, measure in _LADDERS)
    kept = (
        Practice(ladder, tuple(measure(context, found or {}))) for ladder, measure in KEPT_LADDERS
    )
    return (*own, *kept)


def _policy(context: Context) -> Iterator[str]:
    """Whether anything makes the libraries choose deterministic algorithms."""
    if not any(_uses_gpu(context, path, index) for path, index in context.modules.items()):
        return
    rungs = {
        rung for path, index in context.modules.items() for rung in _switches(context, path, index)
    }
    if "switched" in rungs:
        yield "switched"
    elif rungs:
        yield "partial"
    else:
        readmes = context.manifests.readmes
        headings = (heading.text.lower() for readme in readmes for heading in readme.headings)
        yield "prose" if any("reproducib" in h or "determinis" in h for h in headings) else "none"


def _uses_gpu(context: Context, path: str, index: ModuleIndex) -> bool:
    """Tell whether a module may compute on a GPU: its framework takes one, or it says so."""
    heads = {entry.module.partition(".")[0] for entry in index.imports} & _FRAMEWORKS
    on_its_own = heads & {"tensorflow", "keras", "jax", "flax"}
    return bool(on_its_own or (heads and _GPU.search(context.repository.code(path))))


def _switches(context: Context, path: str, index: ModuleIndex) -> Iterator[str]:
    """How far each switch of one module goes."""
    text = context.repository.code(path)
    if "determinis" not in text:
        return
    for call in index.calls:
        yield from _switch(call)
    if "cudnn.deterministic" not in text:
        return
    for function in index.functions:
        for assign in assignments(function.body):
            named = isinstance(assign.target, Name) and assign.target.text
            if named and named.endswith("cudnn.deterministic") and assign.value != Literal(False):  # noqa: FBT003
                yield "partial"


def _switch(call: Call) -> Iterator[str]:
    """How far one call goes: of a switch, or of what is named as one that seeds."""
    name = (call.target or call.name).rpartition(".")[2]
    for fact in _known_switches().get(name, ()):
        given = call.argument(fact.position, fact.parameter) if fact.parameter else None
        if fact.kind == "function" or (given is not None and fact.parameter in _DETERMINISM):
            yield from _rung(given, warns=_may_warn(call, fact))
    if SEEDER_NAME.search(name) and name not in _known_switches():
        found = (call.keyword(parameter) for parameter in _DETERMINISM)
        for given in found:
            if given is not None:
                yield from _rung(given, warns=given == Literal("warn"))


@cache
def _known_switches() -> Mapping[str, tuple[Api, ...]]:
    return knowledge().switches()


def _may_warn(call: Call, fact: Api) -> bool:
    """Whether a switch only warns, or another argument, which is no constant, may ask for it."""
    others = [call.keyword(c.parameter) for c in fact.conditions if c.parameter != fact.parameter]
    opens = any(given is not None and not isinstance(given, Literal) for given in others)
    return opens or only_warns(call, fact)


def _rung(given: Value | None, *, warns: bool) -> Iterator[str]:
    """How far a switch goes that is set to a value; nothing where this turns it off."""
    value = given.value if isinstance(given, Literal) else ""
    if value not in (None, False, "default"):
        yield "partial" if warns else "switched"


def _deps(context: Context) -> Iterator[str]:
    """How firmly the file that fixes most fixes the packages; nothing where none are needed."""
    rule = MissingDependencyFile()
    if any(True for _ in rule.check(context)):
        yield "none"
        return
    dependencies = context.manifests.dependencies
    files = [file for file in dependencies.files if _is_for_runs(file)]
    depth = min((file.path.count("/") for file in files), default=0)
    found = {_pins(file, dependencies) for file in files if file.path.count("/") == depth}
    locks = [lock for lock in dependencies.locks if purpose(lock.path) == RUN]
    if not files and locks:
        found = {"hashed" if any(lock.has_hashes for lock in locks) else "locked"}
    if found:
        yield next(rung for rung in _BEST_FIRST if rung in found)
    elif rule.applies(context):
        yield "declared"


def _is_for_runs(file: DependencyFile) -> bool:
    """Tell whether a file asks for packages that a run loads."""
    listed = judged(file) or file.is_dynamic
    return bool(listed) and file.format != "constraints" and purpose(file.path) == RUN


def _pins(file: DependencyFile, dependencies: Dependencies) -> str:
    """How firmly one file, with its locks, fixes what it asks for."""
    if is_locked(file, dependencies):
        locks = [lock for lock in dependencies.locks if lock.path == file.path]
        names = {requirement.name for requirement in judged(file)}
        locks += [
            lock
            for lock in locks_of(file, dependencies)
            if not lock.packages or names <= {package.name for package in lock.packages}
        ]
        return "hashed" if any(lock.has_hashes for lock in locks) else "locked"
    pins = {"exact" if r.hashes else r.pin for r in judged(file)}
    if file.is_dynamic or not pins or "none" in pins:
        return "bounded" if file.constraints and not file.is_dynamic else "declared"
    return "bounded" if "range" in pins else "exact"


def _python(context: Context) -> Iterator[str]:
    """How narrow the Python version is, and whether those who name it agree."""
    stated = [p for p in context.manifests.dependencies.pythons if purpose(p.path) == RUN]
    named = [(p.path, p.text) for p in stated if p.precision in ("minor", "patch")]
    named += _python_images(context)
    if not named:
        told = any(_NAMES_PYTHON.search(readme.text) for readme in context.manifests.readmes)
        yield "range" if stated else "prose" if told else "none"
        return
    named += _python_of_workflows(context)
    versions = {path: re.findall(r"\d+\.\d+(?:\.\d+)?", text) for path, text in named}
    flat = [version for found in versions.values() for version in found]
    minors = {".".join(version.split(".")[:2]) for version in flat}
    chosen = {
        version for path, text in named if "*" not in text for version in versions[path]
    }  # `==3.11.*` allows what the others choose
    if len(minors) != 1 or len(versions) == 1:
        yield "minor"
    else:
        exact = len(chosen) == 1 and min(chosen).count(".") > 1
        yield "patch" if exact else "agreed"


def _python_images(context: Context) -> list[tuple[str, str]]:
    """The Python versions that container files name by their base image."""
    return [
        (file.path, stage.image.tag)
        for file in context.manifests.container_files
        for stage in file.stages
        if stage.image is not None
        and stage.image.name.rpartition("/")[2] == "python"
        and re.match(r"\d+\.\d+", stage.image.tag)
    ]


def _python_of_workflows(context: Context) -> list[tuple[str, str]]:
    """The Python versions of workflows; a matrix of several fixes none."""
    return [
        (workflow.path, workflow.python_versions[0].text)
        for workflow in context.manifests.workflows
        if len({use.text for use in workflow.python_versions}) == 1
        and re.match(r"\d+\.\d+", workflow.python_versions[0].text)
    ]


def _agreement(context: Context) -> Iterator[str]:
    """Whether what files declare is true, and no two of them exclude each other."""
    if not lists_packages(context):
        return
    wrong = [*StaleLock().check(context), *UndeclaredImport().check(context)]
    worst = max((finding.severity for finding in wrong), default=Severity.INFO)
    if worst >= Severity.HIGH:
        yield "untrue"
    elif worst >= Severity.MEDIUM or any(True for _ in ConflictingVersions().check(context)):
        yield "conflicting"
    else:
        yield "agreed"


def _container(context: Context) -> Iterator[str]:
    """How firmly the best container file fixes what it is built from."""
    files = context.manifests.container_files
    order = ("none", "floating", "tag", "digest-unlocked", "tag-locked", "digest", "digest-built")
    found = [_image(file, context) for file in files] or [_other_environment(context)]
    yield max(found, key=order.index)


def _image(file: ContainerFile, context: Context) -> str:
    outside = [stage.image for stage in file.stages if not stage.internal]
    known = [image for image in outside if image is not None]
    if any(not image.digest and image.tag in ("", "latest") for image in known):
        return "floating"
    pinned = bool(known) and len(known) == len(outside) and all(image.digest for image in known)
    locked = any(installs_lock(step_script(step), context) for step in file.of("RUN"))
    if not pinned:
        return "tag-locked" if locked else "tag"
    if not locked:
        return "digest-unlocked"
    return "digest-built" if in_workflows(context, BUILDS_IMAGE) else "digest"


def _other_environment(context: Context) -> str:
    """What captures the system where there is no container file."""
    names = {path.rpartition("/")[2] for path in context.manifests.environment_files}
    if "flake.nix" in names and context.repository.exists("flake.lock"):
        return "digest"
    if names & {"conda-lock.yml", "conda-lock.yaml", "pixi.lock"}:
        return "tag-locked"
    images = [service.image for service in context.manifests.services]
    images += [project.image for project in context.manifests.projects]
    return "floating" if names or any(images) else "none"


def _commands(context: Context) -> Iterator[str]:
    """Whether the README tells how to install and run, and what it runs exists."""
    rule = MissingReadmeCommands()
    if not rule.applies(context):
        return
    found = list(rule.check(context))
    if any(f.location.path == "." or "neither" in f.message for f in found):
        yield "none"
    elif found:
        yield "install or run"
    else:
        yield "unresolved" if _runs_absent(context) else "resolved"


def _runs_absent(context: Context) -> bool:
    """Tell whether a README names what is not there."""
    readmes = {readme.path for readme in context.manifests.readmes}
    return any(found.location.path in readmes for found in BrokenCommand().check(context))


def _single(context: Context) -> Iterator[str]:
    """Whether one command makes the main result; a library has none."""
    manifests = context.manifests
    if manifests.dependencies.library.is_library or context.config.kind == "library":
        return
    if reproduces(context):
        yield "reproduce"
    else:
        scripted = any(command.origin == "script" for _, command in manifests.run_targets)
        yield "tasks" if manifests.targets or manifests.runners or scripted else "none"


def _notebooks(context: Context) -> Iterator[str]:
    """What each notebook that stores a run shows of it."""
    failed = {f.location.path: f.severity for f in NotebookWithError().check(context)}
    mixed = {f.location.path: f.severity for f in NotebookOutOfOrder().check(context)}
    executed = in_workflows(context, RUNS_NOTEBOOKS)
    for path in context.repository.notebook_paths:
        notebook = context.repository.notebook(path)
        if notebook is None or not any(cell.execution_count for cell in notebook.cells):
            continue
        if failed.get(path, Severity.INFO) >= Severity.MEDIUM:
            yield "errors"
        elif mixed.get(path, Severity.INFO) >= Severity.MEDIUM:
            yield "out of order"
        elif path in failed or path in mixed:
            yield "partly run"
        else:
            yield _in_order(notebook, executed=executed)


def _in_order(notebook: Notebook, *, executed: bool) -> str:
    if not executed:
        return "in order"
    tagged = any("parameters" in cell.tags for cell in notebook.cells)
    return "parameterised" if tagged else "executed in CI"


def _tests(context: Context) -> Iterator[str]:
    """Whether there are tests, and continuous integration runs them."""
    rule = MissingTests()
    if not rule.applies(context):
        return
    if not any(True for _ in rule.check(context)):
        yield "in CI"
    else:
        yield "present" if context.manifests.test_files else "none"


def _ci(context: Context) -> Iterator[str]:
    """Whether continuous integration installs what the lock fixes."""
    if not context.manifests.workflows:
        yield "none"
    else:
        texts = workflow_texts(context)
        yield "locked" if any(installs_lock(text, context) for text in texts) else "present"


def _repeat(context: Context) -> Iterator[str]:
    """Whether a test trains twice with one seed, and continuous integration runs it."""
    if any(entry.kind == "training" for entry in context.program.entries):
        if not has_repeat_test(context):
            yield "none"
        else:
            yield "in CI" if "in CI" in _tests(context) else "present"


_LADDERS: tuple[tuple[str, Callable[[Context], Iterator[str]]], ...] = (
    ("policy", _policy),
    ("deps", _deps),
    ("python", _python),
    ("agreement", _agreement),
    ("container", _container),
    ("commands", _commands),
    ("single", _single),
    ("notebooks", _notebooks),
    ("tests", _tests),
    ("ci", _ci),
    ("repeat", _repeat),
)
