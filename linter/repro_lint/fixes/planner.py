"""Plans the fix of a finding from what is known of the repository; it edits nothing."""

from __future__ import annotations

from importlib import import_module

from repro_lint import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from repro_lint.findings import Finding, Location
    from repro_lint.fixes.plan import Plan
    from repro_lint.fixes.trees import Tree
    from repro_lint.rules.base import Context
    from repro_lint.syntax.index import Call

    Fixer = Callable[["Planner", Finding, int], "Plan | None"]


class Planner:
    """Plans the fixes of one repository."""

    def __init__(self, context: Context) -> None:
        """Keep what is known of the repository."""
        self.context = context
        self._trees: dict[str, Tree | None] = {}
        self._places: dict[str, dict[Location, int]] = {}

    def plan(self, finding: Finding, attempt: int = 0) -> Plan | None:
        """The fix of a finding; a higher attempt asks for another way, None where none is left."""
        if finding.rule not in FIXERS:
            return None
        module, _, name = FIXERS[finding.rule].partition(".")
        fixer: Fixer = getattr(import_module(f"repro_lint.fixes.{module}"), name)
        return fixer(self, finding, attempt)

    def text(self, path: str) -> str:
        """The code of a file."""
        return self.context.repository.code(path)

    def tree(self, path: str) -> Tree | None:
        """The tree of a file, None where this interpreter cannot read it."""
        from repro_lint.fixes.trees import Tree  # noqa: PLC0415  `ast` takes 8 ms to import

        if path not in self._trees:
            try:
                self._trees[path] = Tree(self.text(path))
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                self._trees[path] = None
        return self._trees[path]

    def place_at(self, location: Location) -> int | None:
        """The place of the call that stands at a location, the outermost one of them."""
        path = location.path
        if path not in self._places and path in self.context.modules:
            found: dict[Location, int] = {}
            for place, call in enumerate(self.context.modules[path].calls):
                found[self.context.facts.place_of(path, call.span)] = place
            self._places[path] = found
        return self._places.get(path, {}).get(location)

    def call_at(self, location: Location) -> Call | None:
        """The call that stands at a location."""
        place = self.place_at(location)
        return None if place is None else self.context.modules[location.path].calls[place]


def planner_of(context: Context) -> Planner:
    """The planner of a repository, made once."""
    found = vars(context).get("_planner")
    if not isinstance(found, Planner):
        found = Planner(context)
        vars(context)["_planner"] = found
    return found


# What plans a fix is imported when there is one to plan.
FIXERS: Mapping[str, str] = {
    "ORD001": "orders.sorted_listing",
    "ORD002": "orders.sorted_set",
    "DET001": "switches.benchmark_off",
    "DET002": "switches.deterministic",
    "DET005": "switches.no_warnings",
    "DET006": "switches.called",
    "SKL001": "calls.seeded_call",
    "SKL004": "calls.without_state",
    "SKL006": "calls.seeded_call",
    "DTL007": "calls.seeded_call",
    "RNG006": "calls.seeded_call",
    "RNG017": "calls.seeded_call",
    "RNG014": "calls.checksum",
    "RNG001": "seeding.seeded_run",
    "RNG002": "seeding.seeded_run",
    "RNG003": "seeding.seeded_run",
}
