"""Follows the object that holds parsed options, to tell whether all who get it are known."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.flow.calls_of import callers_of, is_method
from repro_lint.patterns import pattern
from repro_lint.syntax.index import Compound, Name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from repro_lint.flow.facts import Facts
    from repro_lint.flow.uses import Use

PARSERS = ("parse_args", "parse_known_args", "parse_intermixed_args")
# Calls that only show what they get.
SHOWING = frozenset(
    ("print", "pprint", "info", "debug", "warning", "log", "str", "repr", "format", "type", "id")
)
WHOLESALE = pattern(
    r"\bvars\s*\(|__dict__|\bnamespace\b|Namespace\b|_get_kwargs|save_hyperparameters|\blocals\s*\("
    r"|\bglobals\s*\(|parse_args_into|\bcopy\.|asdict|fromfile_prefix|\bexec\s*\(|\beval\s*\("
)
MOST_STEPS = 300


class Namespaces:
    """Where the objects go that `parse_args` makes."""

    def __init__(self, facts: Facts) -> None:
        """Keep the facts."""
        self.facts = facts
        self.program = facts.program

    def are_followed(self, paths: Iterable[str]) -> bool:
        """Whether these modules parse options, and hand them to nothing that cannot be read."""
        waiting: list[tuple[str, int, str]] = []
        seen: set[tuple[str, int, str]] = set()
        results: list[tuple[str, int]] = []
        wanted = frozenset(paths)
        for name in PARSERS:
            for path, place in self.program.calls_named.get(name, ()):
                if path in wanted:
                    results.append((path, place))
        if not results or any(WHOLESALE.search(self.program.repository.code(p)) for p in wanted):
            return False
        known_results = set(results)
        for _ in range(MOST_STEPS):
            if results:
                path, place = results.pop()
                uses = self.facts.uses(path).of_result(place)
            elif waiting:
                path, function, name = waiting.pop()
                uses = self.uses_of(path, function, name)
            else:
                return True
            for use in uses:
                found = self.next_places(path, use)
                if found is None:
                    return False
                holders, calls = found
                waiting.extend(h for h in holders if h not in seen)
                seen.update(holders)
                results.extend(c for c in calls if c not in known_results)
                known_results.update(calls)
        return False

    def uses_of(self, path: str, function: int, name: str) -> list[Use]:
        """The uses of a variable in its function and those inside it, of an attribute anywhere."""
        functions = self.program.modules[path].functions
        if "." in name:
            return list(self.facts.uses(path).everywhere(name))
        inside = {function}
        for place, record in enumerate(functions):
            if record.parent in inside:
                inside.add(place)
        return list(self.facts.uses(path).everywhere(name, inside))

    def next_places(
        self, path: str, use: Use
    ) -> tuple[list[tuple[str, int, str]], list[tuple[str, int]]] | None:
        """Where a use hands the object on: variables and calls; None where that is not known."""
        if use.containers:
            shown = all(isinstance(c, Compound) and c.kind == "JoinedStr" for c in use.containers)
            return ([], []) if shown else None
        if use.kind in ("discarded", "tested"):
            return [], []
        if use.kind == "assigned":
            return self.assigned(path, use)
        if use.kind == "returned":
            calls = callers_of(self.program, path, use.function)
            return ([], calls) if calls else None
        if use.kind == "argument":
            return self.passed(path, use)
        return None

    def assigned(
        self, path: str, use: Use
    ) -> tuple[list[tuple[str, int, str]], list[tuple[str, int]]] | None:
        """The variable that takes the object, in `args, rest = ...` the first one."""
        target = getattr(use.operation, "target", None)
        if isinstance(target, Compound) and target.kind == "Tuple" and target.parts:
            target = target.parts[0]
        if not isinstance(target, Name):
            return None
        functions = self.program.modules[path].functions
        scope = use.function
        if "." not in target.text and target.text not in functions[scope].bound:
            scope = 0
        is_shared = scope == 0 and path in self.program.imported_somewhere
        return None if is_shared else ([(path, scope, target.text)], [])

    def passed(
        self, path: str, use: Use
    ) -> tuple[list[tuple[str, int, str]], list[tuple[str, int]]] | None:
        """The parameter that takes the object."""
        call = self.program.modules[path].calls[use.call]
        if call.name.rpartition(".")[2] in SHOWING:
            return [], []
        target = self.program.callee(path, use.call)
        if target is not None and target.kind == "class":
            target = self.program.method(target, "__init__")
        if target is None or target.kind != "function":
            return None
        record = self.program.function(target)
        names = [p.name for p in record.parameters if p.kind in ("positional", "keyword")]
        if use.detail.isdecimal():
            place = int(use.detail) + is_method(self.program, target.path, record)
            name = names[place] if place < len(names) else ""
        else:
            name = use.detail if use.detail in names else ""
        return ([(target.path, target.place, name)], []) if name else None
