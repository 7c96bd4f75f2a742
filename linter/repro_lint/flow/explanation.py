"""All that is known of the streams in the run of an entry, and of the draws of a line."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.flow.covering import covering_seed
from repro_lint.flow.transfer import Site, mask, streams
from repro_lint.flow.verdicts import ASSUMED, CONDITIONAL, ENTROPY, EXPOSED, PARTLY, verdict
from repro_lint.flow.witness import ORDER, Witnesses
from repro_lint.records import Record

if TYPE_CHECKING:
    from repro_lint.flow.entries import Entry
    from repro_lint.flow.seeds import SeedFlow
    from repro_lint.flow.transfer import Exposure

NOT_REACHED, SEEDED = "not reached", "seeded"
LEVELS = {
    EXPOSED: ("definite",),
    PARTLY: ("partly", "definite"),
    CONDITIONAL: ("optional", "configured"),
    ENTROPY: ("entropy",),
}


class Account(Record):
    """What is known of one stream in the run of one entry.

    `seed` are the calls that lead to the seeding call that covers the stream, `witness`
    those that lead to a draw that it does not cover, `doubt` those to the first call of
    which nothing is known while the stream is unseeded.
    """

    stream: str
    word: str
    seed: tuple[Site, ...]
    witness: tuple[Site, ...]
    doubt: tuple[Site, ...]


class Draw(Record):
    """What is known of one draw when the run of one entry gets there."""

    entry: str
    stream: str
    site: Site
    word: str
    witness: tuple[Site, ...]


def accounts(flow: SeedFlow, entry: Entry) -> tuple[Account, ...]:
    """What is known of each stream from which the run of an entry draws."""
    found = []
    for stream in streams():
        word = verdict(flow, entry, stream)
        if word:
            found.append(account(flow, entry, stream, word))
    return tuple(found)


def account(flow: SeedFlow, entry: Entry, stream: str, word: str) -> Account:
    """What is known of one stream."""
    outline = flow.outlines(entry)[0]
    witness = first(list(outline.of_stream(stream).values()), LEVELS.get(word, ()))
    seed = covering_seed(flow, outline.key, stream)
    doubt = doubtful(flow, entry, stream) if word == ASSUMED else ()
    return Account(stream, word, seed, witness, doubt)


def first(exposures: list[Exposure], levels: tuple[str, ...]) -> tuple[Site, ...]:
    """The way to the nearest draw of some levels, in their order."""
    for level in levels:
        for exposure in exposures:
            if exposure.level == level:
                return exposure.trace
    return ()


def doubtful(flow: SeedFlow, entry: Entry, stream: str) -> tuple[Site, ...]:
    """The way to the nearest call that keeps a stream from being proved seeded."""
    strict = flow.strictly
    key = strict.summary(entry.path, 0, main=True).key
    for doubts in (True, False):
        found = list(Witnesses(strict, stream, doubts=doubts).search(key).values())
        way = first(found, ORDER[:-1])
        if way:
            return way
    return ()


def draws_at(flow: SeedFlow, path: str, line: int) -> tuple[Draw, ...]:
    """What is known of the draws of a line in the run of each entry."""
    found = []
    for site, which in draw_sites(flow, path, line):
        drawn = [stream for stream in streams() if which & mask((stream,))]
        for entry in flow.program.entries:
            found += [draw_in(flow, entry, stream, site) for stream in drawn]
    return tuple(sorted(found))


def draw_sites(flow: SeedFlow, path: str, line: int) -> list[tuple[Site, int]]:
    """The calls that draw from shared streams on a line, and from which."""
    source = flow.program.repository.source(path)
    found = []
    for place, call in enumerate(flow.program.modules[path].calls):
        if source is None or source.place(call.span).line != line:
            continue
        which = 0
        for event in flow.events(path, place):
            which |= mask(event.streams) if event.kind == "draw" else 0
        if which:
            found.append((Site(path, place), which))
    return found


def draw_in(flow: SeedFlow, entry: Entry, stream: str, site: Site) -> Draw:
    """What is known of one draw in the run of one entry."""
    outline = flow.outlines(entry)[0]
    exposures = outline.of_stream(stream)
    for level in ORDER[:-1]:
        exposure = exposures.get((stream, level, site))
        if exposure is not None:
            return Draw(entry.path, stream, site, level, exposure.trace)
    owner = flow.program.modules[site.path].calls[site.call].function
    functions = flow.program.modules[site.path].functions
    while functions[owner].kind == "class":
        owner = functions[owner].parent
    reached = any(key[:2] == (site.path, owner) for key in flow.below(outline.key, set()))
    return Draw(entry.path, stream, site, SEEDED if reached else NOT_REACHED, ())
