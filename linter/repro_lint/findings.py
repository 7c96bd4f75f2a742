"""The vocabulary of results: locations, findings, outcomes, and what becomes of them.

Records here and in `syntax` are named tuples: frozen, ordered and slotted as
dataclasses would be, at a fifth of the cost to define and to make.
"""

from __future__ import annotations

from enum import Enum, IntEnum

from repro_lint.records import Record


class Severity(IntEnum):
    """How much a finding, when true, changes the numbers of a run."""

    INFO = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    @property
    def label(self) -> str:
        """The word that users read and write."""
        return self.name.lower()


class Confidence(IntEnum):
    """How likely a finding is true here."""

    LOW = 0
    MEDIUM = 1
    HIGH = 2

    @property
    def label(self) -> str:
        """The word that users read and write."""
        return self.name.lower()


class Outcome(Enum):
    """What one rule says of one repository."""

    PASS = "pass"  # noqa: S105  the word "pass", no secret
    FAIL = "fail"
    NOT_APPLICABLE = "not applicable"
    UNKNOWN = "unknown"


class Location(Record):
    """A span of a file; lines and columns from 1, columns in characters.

    Path is POSIX and relative to the repository; "." is the repository itself.
    Line 0 is the whole file. In a notebook `line` counts the lines of the .ipynb
    file, `cell` its cells from 1 and `cell_line` the lines of the cell.
    """

    path: str
    line: int = 0
    column: int = 0
    end_line: int = 0
    end_column: int = 0
    cell: int = 0
    cell_line: int = 0


class Step(Record):
    """One stop on the way from an entry to a draw, or a remark: where a seed is or belongs."""

    location: Location
    message: str
    remark: bool = False


class Fix(Record):
    """A change that ends a finding, and whether it may change numbers."""

    title: str
    safety: str


class Finding(Record):
    """One thing that makes a run differ from the next.

    `entry` is the path of the entry point and `stream` the stream of random
    numbers, for findings of the seed flow. `sites` are all places that the
    finding covers where there is more than one. `group` names the root cause:
    findings with one rule and group vanish together.
    """

    location: Location
    rule: str
    message: str
    severity: Severity
    confidence: Confidence
    entry: str = ""
    stream: str = ""
    sites: tuple[Location, ...] = ()
    trace: tuple[Step, ...] = ()
    fix: Fix | None = None
    group: str = ""


class NotAnalysed(Record):
    """A file, or a part of one, that could not be read, and why."""

    path: str
    line: int
    reason: str


class RuleResult(Record):
    """What one rule found."""

    rule: str
    outcome: Outcome
    findings: tuple[Finding, ...] = ()


class Crash(Record):
    """A rule that broke: our mistake, told without losing the other results."""

    rule: str
    message: str
    traceback: str


class RuleEntry(Record):
    """What a report says of a rule itself."""

    code: str
    name: str
    severity: Severity
    confidence: Confidence
    preview: bool


class Reported(Record):
    """A finding as a report shows it.

    `text` is the line of source that it stands on, and `fingerprint` names it
    from run to run, also when lines above it come and go.
    """

    finding: Finding
    name: str
    fingerprint: str
    text: str = ""
    suppressed: bool = False
    reason: str = ""


class IdleSuppression(Record):
    """A suppression comment that silences nothing, and why not."""

    location: Location
    rules: tuple[str, ...]
    message: str
