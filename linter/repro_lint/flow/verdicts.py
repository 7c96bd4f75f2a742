"""One word for each entry and stream: whether what the entry draws is seeded."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.flow.draws import SHARED
from repro_lint.flow.transfer import DEFINITE
from repro_lint.records import Record

if TYPE_CHECKING:
    from repro_lint.flow.seeds import SeedFlow

EXPOSED, PARTLY, PROVED = "exposed", "partly", "proved"


class Row(Record):
    """The verdict for one entry and stream."""

    entry: str
    stream: str
    word: str


def verdicts(flow: SeedFlow) -> tuple[Row, ...]:
    """The verdicts of all entries, sorted; none for a stream from which nothing draws."""
    found = []
    for entry in flow.program.entries:
        exposures = flow.summary(entry.path, 0, main=True).exposures
        for stream in SHARED:
            levels = {e.level for e in exposures.values() if e.stream == stream}
            if levels:
                word = EXPOSED if DEFINITE in levels else PARTLY
                found.append(Row(entry.path, stream, word))
    return tuple(sorted(found))
