"""Applies fixes in rounds until nothing changes, and keeps none that does not hold."""

from __future__ import annotations

from collections import Counter

from repro_lint import TYPE_CHECKING
from repro_lint.fixes.cells import rewritten_cells
from repro_lint.fixes.plan import SAFE
from repro_lint.fixes.planner import planner_of
from repro_lint.fixes.sources import changes_of, rewritten
from repro_lint.patterns import pattern
from repro_lint.records import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from repro_lint.findings import Finding, Reported
    from repro_lint.fixes.plan import Edit, Plan
    from repro_lint.report import Report
    from repro_lint.repository.files import Repository
    from repro_lint.rules.base import Context

    Judge = Callable[[Repository], tuple[Context, Report]]

MOST_ROUNDS = 16
# These three tell of one draw, each in another state of its seed.
STREAM_RULES = frozenset(("RNG001", "RNG002", "RNG003"))
COUNT = pattern(r" \(\d+ draws\)")


class Chosen(Record):
    """A finding with the plan of its fix."""

    reported: Reported
    plan: Plan


class Undone(Record):
    """A fix that was taken back, and why."""

    path: str
    line: int
    rule: str
    reason: str


class Mended(Record):
    """What became of a repository: its files that change, and the report after that."""

    report: Report
    changes: dict[str, bytes]
    originals: dict[str, bytes]
    fixed: int
    undone: tuple[Undone, ...]


class State(Record):
    """The files that differ so far, how many findings were fixed, and what is known now."""

    changes: dict[str, bytes]
    fixed: int
    context: Context
    report: Report


class Rounds:
    """The rounds of one run."""

    def __init__(self, judge: Judge, *, unsafe: bool) -> None:
        """Keep how a repository is judged, and whether numbers may change."""
        self._judge = judge
        self._unsafe = unsafe
        self._attempts: Counter[str] = Counter()
        self._undone: dict[tuple[str, int, str], Undone] = {}
        self._patient = True

    def mend(self, repository: Repository) -> Mended:
        """Fix what can be fixed; what one round brings anew the next ones must end."""
        originals: dict[str, bytes] = {}
        state = clean = State({}, 0, *self._judge(repository))
        for _ in range(MOST_ROUNDS):
            chosen = self._choose(state.context, state.report)
            held = self._apply(state, chosen) if chosen else None
            if held is not None:
                for path in held.changes:
                    originals.setdefault(path, repository.data(path) or b"")
                state = held
                if is_no_worse(clean.report, state.report):
                    clean = state
            elif not chosen and state is not clean:
                # Once more without what did not come to an end.
                self._patient, state = False, clean
            elif not chosen:
                break
        changes = {p: data for p, data in clean.changes.items() if data != originals[p]}
        undone = tuple(self._undone[key] for key in sorted(self._undone))
        return Mended(clean.report, changes, originals, clean.fixed, undone)

    def _choose(self, context: Context, report: Report) -> list[Chosen]:
        """The fixes of a round: those that do not meet, the first of those that do."""
        planner = planner_of(context)
        chosen: list[Chosen] = []
        taken: dict[str, list[Edit]] = {}
        for reported in report.shown:
            if reported.finding.fix is None:
                continue
            plan = planner.plan(reported.finding, self._attempts[reported.fingerprint])
            if plan is None or not (self._unsafe or plan.safety == SAFE):
                continue
            others = (other for edit in plan.edits for other in taken.get(edit.path, ()))
            if any(meet(edit, other) for other in others for edit in plan.edits):
                continue
            chosen.append(Chosen(reported, plan))
            for edit in plan.edits:
                taken.setdefault(edit.path, []).append(edit)
        return chosen

    def _apply(self, state: State, chosen: Sequence[Chosen]) -> State | None:
        """The state after the fixes that hold, None where none does."""
        repository = state.context.repository
        while chosen:
            made, failed = contents(repository, chosen)
            if not failed:
                context, report = self._judge(repository.changed(made))
                awaited = self._fixable(report) if self._patient else frozenset()
                failed = guilty(state.report, report, chosen, awaited)
                if not failed:
                    for fix in chosen:
                        self._undone.pop(key_of(fix), None)
                    return State(state.changes | made, state.fixed + len(chosen), context, report)
            for fix, reason in failed.values():
                self._take_back(fix, reason)
            chosen = [fix for fix in chosen if fix.reported.fingerprint not in failed]
        return None

    def _fixable(self, report: Report) -> frozenset[tuple[str, ...]]:
        """The findings of a report that later rounds may end."""
        return frozenset(
            identity(reported.finding)
            for reported in report.shown
            if reported.finding.fix and (self._unsafe or reported.finding.fix.safety == SAFE)
        )

    def _take_back(self, fix: Chosen, reason: str) -> None:
        self._attempts[fix.reported.fingerprint] += 1
        path, line, rule = key_of(fix)
        self._undone[path, line, rule] = Undone(path, line, rule, reason)


def key_of(fix: Chosen) -> tuple[str, int, str]:
    """What names a fix in the report."""
    finding = fix.reported.finding
    return finding.location.path, finding.location.line, finding.rule


def meet(one: Edit, other: Edit) -> bool:
    """Whether two edits cannot be made in one round."""
    if one.path != other.path:
        return False
    if one.once or other.once:
        return one.once == other.once and one.span != other.span
    (a, b), (c, d) = (edges(one), edges(other))
    return a <= d and c <= b


def edges(edit: Edit) -> tuple[tuple[int, int], tuple[int, int]]:
    """The places where the span of an edit begins and ends."""
    span = edit.span
    return (span.line, span.column), (span.end_line, span.end_column)


def contents(
    repository: Repository, chosen: Sequence[Chosen]
) -> tuple[dict[str, bytes], dict[str, tuple[Chosen, str]]]:
    """The files with all fixes, and the fixes that could not be made."""
    by_path: dict[str, list[Edit]] = {}
    for fix in chosen:
        for edit in fix.plan.edits:
            by_path.setdefault(edit.path, []).append(edit)
    made: dict[str, bytes] = {}
    failed: dict[str, tuple[Chosen, str]] = {}
    for path, edits in sorted(by_path.items()):
        data = rewrite(repository, path, edits)
        if data is not None:
            made[path] = data
            continue
        # Told apart one by one: what stands in the way of one need not of the others.
        concerned = [fix for fix in chosen if any(e.path == path for e in fix.plan.edits)]
        alone = [f for f in concerned if rewrite(repository, path, of_path(f, path)) is None]
        for fix in alone or concerned:
            failed[fix.reported.fingerprint] = fix, "cannot be written there"
    return made, failed


def of_path(fix: Chosen, path: str) -> list[Edit]:
    """The edits of a fix in one file."""
    return [edit for edit in fix.plan.edits if edit.path == path]


def rewrite(repository: Repository, path: str, edits: Iterable[Edit]) -> bytes | None:
    """The bytes of a file with edits, None where one cannot be made."""
    data = repository.data(path)
    changes = changes_of(repository.code(path), edits)
    if data is None or changes is None:
        return None
    if path.endswith(".ipynb"):
        return rewritten_cells(repository, path, data, changes)
    return rewritten(data, changes, python=path.endswith(".py"))


def guilty(
    before: Report,
    after: Report,
    chosen: Sequence[Chosen],
    awaited: frozenset[tuple[str, ...]],
) -> dict[str, tuple[Chosen, str]]:
    """The fixes that did not end their finding, or that brought another one that stays."""
    old, new = census(before.shown), census(after.shown)
    gone = Counter(identity(fix.reported.finding) for fix in chosen)
    failed: dict[str, tuple[Chosen, str]] = {}
    for fix in chosen:
        what = identity(fix.reported.finding)
        if new[what] > old[what] - gone[what]:
            failed[fix.reported.fingerprint] = fix, "the finding would remain"
    if failed:
        return failed
    worse = sorted(what for what in new if new[what] > old[what] and what not in awaited)
    broken = {note.path for note in after.not_analysed} - {n.path for n in before.not_analysed}
    broken |= {what[1] for what in worse}
    for fix in chosen if broken or after.crashes else ():
        touched = {edit.path for edit in fix.plan.edits} | {fix.reported.finding.location.path}
        if broken & touched:
            failed[fix.reported.fingerprint] = fix, why(worse)
    everything = {f.reported.fingerprint: (f, why(worse)) for f in chosen}
    return failed or (everything if broken or len(after.crashes) > len(before.crashes) else {})


def is_no_worse(before: Report, after: Report) -> bool:
    """Whether a report has no finding that an earlier one had not."""
    old, new = census(before.shown), census(after.shown)
    return all(new[what] <= old[what] for what in new)


def why(worse: Sequence[tuple[str, ...]]) -> str:
    """Why fixes are taken back."""
    return f"{worse[0][0]} would be found anew" if worse else "the file would no longer be read"


def census(found: Iterable[Reported]) -> Counter[tuple[str, ...]]:
    """How often each finding stands in a report, wherever its line is."""
    return Counter(identity(reported.finding) for reported in found)


def identity(finding: Finding) -> tuple[str, ...]:
    """What names a finding while other lines change."""
    if finding.entry:
        rule = "RNG001" if finding.rule in STREAM_RULES else finding.rule
        return rule, finding.entry, finding.stream
    return finding.rule, finding.location.path, COUNT.sub("", finding.message)
