"""Where runs begin: scripts, notebooks, console scripts, and what documents tell people to run."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.flow.console import console_scripts, snake_scripts
from repro_lint.flow.modules import folder_of, joined
from repro_lint.flow.operations import every
from repro_lint.knowledge.load import knowledge
from repro_lint.patterns import pattern
from repro_lint.records import Record
from repro_lint.syntax.build import MAIN_TEST
from repro_lint.syntax.index import Branch, Compound, Evaluate, Loop, Try, With

if TYPE_CHECKING:
    from repro_lint.flow.program import Program
    from repro_lint.flow.target import Target
    from repro_lint.syntax.index import ModuleIndex, Operation

WEIGHTS = {
    "training": 3.0,
    "evaluation": 2.0,
    "data": 2.0,
    "notebook": 1.0,
    "library": 1.0,
    "smoke": 0.25,
    "tests": 0.25,
}
EFFECTIVE_STATEMENTS = 3
# What a call is named that reads data or keeps results.
LASTING = pattern(r"save|dump|write|open|read|load|fit|to_csv|Dataset|main|export|train$")
SMOKE_STATEMENTS = 12
# `plot_t_test.py` shows a test of statistics in a gallery.
TEST_PATH = pattern(
    r"(^|/)(tests?|testing)/|(^|/)(test_[^/]*|(?!plot_)[^/]*_test|conftest)\.py$", kept=True
)
NO_SCRIPT = frozenset(
    ("setup.py", "conftest.py", "noxfile.py", "fabfile.py", "tasks.py", "hubconf.py", "conf.py")
)
EVALUATION = pattern(
    r"(^|[_/-])(eval\w*|test|predict\w*|infer\w*|enjoy|play|rollout|\w*submi\w*|generate|sample|benchmark\w*|visuali\w*|plot\w*|inspect\w*|demo)([_./-]|$)"
)
PREPARATION = pattern(
    r"(^|[_/-])(prepare|preprocess\w*|prepro|download\w*|convert\w*|split\w*|make_data\w*|build_data\w*|create_data\w*|dataset\w*|data|tokeni[sz]e\w*)([_./-]|$)"
)
TRAINING_CALLS = frozenset(
    (
        "backward",
        "fit",
        "fit_generator",
        "partial_fit",
        "fit_transform",
        "train_on_batch",
        "minimize",
        "apply_gradients",
        "learn",
    )
)
TRAINING_NAME = pattern(
    r"(^|[_/-])(train\w*|main|run\w*|finetun\w*|pretrain\w*|fit|search|tune)([_./-]|$)"
)

PLAINLY_TRAINING = pattern(r"(^|[_/-])(train\w*|finetun\w*|pretrain\w*)([_./-]|$)")


class Entry(Record):
    """A file that people run; `origin` says how that is known.

    A console script runs the module and then its `function`, given by place; other
    entries have no function (0): they run the module with its main part.
    """

    path: str
    line: int
    kind: str
    name: str
    origin: str
    weight: float
    function: int = 0


def find_entries(program: Program) -> tuple[Entry, ...]:
    """All entries of a repository, sorted by path; test code is none."""
    commanded = commanded_paths(program)
    found = []
    for path, index in program.modules.items():
        if TEST_PATH.search(path) or path.rpartition("/")[2] in NO_SCRIPT:
            continue
        origin = origin_of(program, index, path in commanded)
        if origin:
            kind = kind_of(program, index)
            line = index.main_guard.line if index.main_guard else 1
            found.append(Entry(path, line, kind, path, origin, WEIGHTS[kind]))
    known = {entry.path for entry in found}
    declared = dict.fromkeys(console_scripts(program)) if program.manifests else ()
    new = [t for t in declared if t.path not in known and not TEST_PATH.search(t.path)]
    found.extend(console_entry(program, target) for target in new)
    return tuple(sorted(found))


def console_entry(program: Program, target: Target) -> Entry:
    """The entry of a console script."""
    kind = kind_of(program, program.modules[target.path])
    line = program.function(target).span.line
    name = target.path
    return Entry(target.path, line, kind, name, "console script", WEIGHTS[kind], target.place)


def find_test_entries(program: Program) -> tuple[Entry, ...]:
    """The modules that pytest runs, a group of their own: what they draw harms no result."""
    return tuple(
        Entry(path, 1, "tests", path, "pytest", WEIGHTS["tests"])
        for path, index in sorted(program.modules.items())
        if TEST_PATH.search(path) and any(is_test(function.name) for function in index.functions)
    )


def is_test(name: str) -> bool:
    """Whether pytest takes a function for a test."""
    return name.rpartition(".")[2].startswith("test")


def commanded_paths(program: Program) -> frozenset[str]:
    """The modules that README, Makefile, workflows and the like run."""
    if not program.manifests:
        return frozenset()
    found: set[str] = set()
    for target, command in program.manifests.run_targets:
        near = joined(command.folder, "x") if command.folder else command.path
        found.update(modules_named(program, target, near))
    for target, path in snake_scripts(program):
        found.update(modules_named(program, target, path))
    return frozenset(found - {""})


def modules_named(program: Program, target: str, near: str) -> tuple[str, ...]:
    """The modules that a command names, seen from a file beside which it runs."""
    if target in program.modules:
        return (target,)
    module = target.removesuffix(".py").replace("/", ".").strip(".")
    if not module:
        return ()
    return (
        program.table.find(near, module),
        program.table.find(near, module + ".__main__"),
    )


def origin_of(program: Program, index: ModuleIndex, commanded: bool) -> str:  # noqa: FBT001
    """How a module is known to be run, "" if it is not."""
    if index.path.endswith(".ipynb"):
        return "notebook"
    if index.main_guard is not None:
        return "main guard"
    if commanded:
        return "command"
    if index.path.endswith("__main__.py"):
        return "module"
    return "script" if is_bare_script(program, index) else ""


def is_bare_script(program: Program, index: ModuleIndex) -> bool:
    """Whether a module outside packages does things at its top level and none imports it."""
    folder = folder_of(index.path)
    if joined(folder, "__init__.py") in program.table.paths:
        return False
    effects = sum(1 for operation in index.functions[0].body if has_effect(operation))
    if effects < EFFECTIVE_STATEMENTS and not ends_in_own_call(program, index):
        return False
    return index.path not in program.imported_somewhere


def ends_in_own_call(program: Program, index: ModuleIndex) -> bool:
    """Whether the last thing that a module does is to call a function of its own."""
    body = index.functions[0].body
    last = body[-1] if body else None
    return isinstance(last, Evaluate) and (
        index.calls[last.call].name in program.definitions[index.path]
    )


def has_effect(operation: Operation) -> bool:
    """Whether a statement of a module does more than define."""
    return isinstance(operation, (Evaluate, Loop, With, Try, Branch))


def kind_of(program: Program, index: ModuleIndex) -> str:
    """What a run from this module does, by what it reaches and how it is called."""
    path = index.path
    if path.endswith(".ipynb"):
        return "notebook"
    name = path.rpartition("/")[2].lower()
    if is_smoke(program, index):
        return "smoke"
    trains = path in program.training_modules
    if EVALUATION.search(name) and not TRAINING_NAME.search(name) and not learns(program, path):
        return "evaluation"
    if PREPARATION.search(name) and not trains:
        return "data"
    named = TRAINING_NAME if program.computes else PLAINLY_TRAINING
    if trains or named.search(name) or reaches_training(program, path):
        return "training"
    return "data" if PREPARATION.search(path.lower()) else "evaluation"


def learns(program: Program, path: str) -> bool:
    """Whether a module itself follows gradients, which no evaluation does."""
    return any(place[0] == path for place in program.calls_named.get("backward", ()))


def reaches_training(program: Program, path: str) -> bool:
    """Whether a module that the run imports trains."""
    return not program.training_modules.isdisjoint(program.closure(path))


def training_modules(program: Program) -> frozenset[str]:
    """The modules with a call that trains."""
    calls = TRAINING_CALLS if program.computes else frozenset(("backward",))
    return frozenset(path for name in calls for path, _ in program.calls_named.get(name, ()))


def computes(program: Program) -> bool:
    """Whether any module imports a library of numbers: else `main.py` and `fit` train nothing."""
    heads = knowledge().libraries() - program.table.components
    imported = (entry.module for index in program.modules.values() for entry in index.imports)
    return any(module.partition(".")[0] in heads for module in imported)


def is_smoke(program: Program, index: ModuleIndex) -> bool:
    """Whether the main part only tries out a module that others import."""
    if index.main_guard is None:
        return False
    if any("rgument" in call.name or "parse_args" in call.name for call in index.calls):
        return False
    guarded = main_body(index)
    if tries_out(program, index, guarded):
        return True
    # A script of a package may be imported too, but calls its main function and no more.
    if len(guarded) > 1 and is_exported(program, index):
        return index.path not in program.training_modules
    if sum(1 for _ in every(guarded)) > SMOKE_STATEMENTS * 3:
        return False
    lines = index.main_guard.end_line - index.main_guard.line
    if lines > SMOKE_STATEMENTS:
        return False
    if index.path in program.imported_by_code:
        return True
    name = index.path.rpartition("/")[2].lower()
    named = TRAINING_NAME.search(name) or EVALUATION.search(name)
    return index.path in program.imported_somewhere and not named


def tries_out(program: Program, index: ModuleIndex, guarded: tuple[Operation, ...]) -> bool:
    """Whether the main part of a package's module makes its classes, reads nothing, keeps nothing.

    Steps of training in a loop are more than a try.
    """
    guard = index.main_guard
    if guard is None or joined(folder_of(index.path), "__init__.py") not in program.table.paths:
        return False
    if index.path in program.training_modules and any(isinstance(o, Loop) for o in guarded):
        return False
    calls = [
        call
        for call in index.calls
        if not call.function and guard.line <= call.span.line <= guard.end_line
    ]
    if any(LASTING.search(call.name.rpartition(".")[2]) for call in calls):
        return False
    known = program.definitions[index.path]
    made = [known[call.name] for call in calls if call.name in known]
    return any(index.functions[place].kind == "class" for place in made)


def is_exported(program: Program, index: ModuleIndex) -> bool:
    """Whether the package of a module hands on what it defines."""
    package = joined(folder_of(index.path), "__init__.py")
    if package not in program.modules or package == index.path:
        return False
    return any(
        entry.function == 0 and program.table.find(package, entry.module) == index.path
        for entry in program.modules[package].imports
    )


def main_body(index: ModuleIndex) -> tuple[Operation, ...]:
    """The operations below `if __name__ == "__main__"`."""
    for operation in index.functions[0].body:
        if isinstance(operation, Branch) and is_main_test(operation):
            return operation.body
    return ()


def is_main_test(operation: Branch) -> bool:
    """Whether a branch is the main guard."""
    return isinstance(operation.test, Compound) and operation.test == MAIN_TEST
