"""Tell for each stream of random numbers what seeds it in a run, or the way to an unseeded draw."""

from __future__ import annotations

import os

from repro_lint import TYPE_CHECKING
from repro_lint import config as configuration
from repro_lint.commands import output
from repro_lint.commands.arguments import choice
from repro_lint.errors import ExitCode, UserError

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator, Sequence

    from repro_lint.flow.entries import Entry
    from repro_lint.flow.explanation import Account, Draw
    from repro_lint.flow.transfer import Site
    from repro_lint.rules.base import Context

FORMATS = ("text", "json")
WIDTH = 80
INDENT = 20
WORDS = {
    "definite": "unseeded",
    "partly": "seeded on some paths only",
    "maybe": "unseeded, if it is reached at all",
    "optional": "seeded only if that is configured",
    "configured": "seeded only if that is configured",
    "entropy": "seeded from entropy",
}


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "path", metavar="PATH[:LINE]", help="a file that people run, or a line that draws"
    )
    parser.add_argument(
        "--output-format",
        metavar="|".join(FORMATS),
        type=choice("--output-format", FORMATS),
        default="text",
    )


def run(arguments: Namespace) -> ExitCode:
    """Analyse the repository around a path and tell what is known."""
    path, line = _split(arguments.path)
    context, inner = _context(path)
    if line:
        draws = _draws(context, inner, line)
        told = [_draw_data(context, draw) for draw in draws]
        lines = _draw_lines(context, inner, line, draws)
    else:
        entries = _entries(context, inner)
        told = [_entry_data(context, entry) for entry in entries]
        lines = [text for entry in entries for text in (*_entry_lines(context, entry), "")][:-1]
    if arguments.output_format == "json":
        import json  # noqa: PLC0415

        output.write(json.dumps(told, indent=2, ensure_ascii=False) + "\n")
    else:
        output.write("\n".join(lines) + "\n")
    return ExitCode.CLEAN


def _split(text: str) -> tuple[str, int]:
    """The path and the line of `path:12`."""
    path, colon, line = text.rpartition(":")
    if colon and line.isascii() and line.isdigit() and not os.path.exists(text):  # noqa: PTH110
        return path, int(line)
    return text, 0


def _context(path: str) -> tuple[Context, str]:
    """All of the repository around a path, and the path in it."""
    from pathlib import Path  # noqa: PLC0415

    from repro_lint.commands.check import root_of  # noqa: PLC0415
    from repro_lint.repository.files import Repository  # noqa: PLC0415
    from repro_lint.rules.base import Context  # noqa: PLC0415

    root = root_of(path)
    config = configuration.load(Path(root), {})
    repository = Repository.from_folder(Path(root), exclude=config.exclude)
    inner = os.path.relpath(os.path.realpath(path), os.path.realpath(root))
    return Context(repository, config), "" if inner == "." else inner.replace(os.sep, "/")


def _entries(context: Context, path: str) -> list[Entry]:
    """The entries that a path means: itself, or all in a folder."""
    entries = context.program.entries
    found = [entry for entry in entries if entry.path == path]
    if path not in context.modules:
        found = [entry for entry in entries if not path or entry.path.startswith(path + "/")]
    if found:
        return found
    if path not in context.modules:
        raise UserError(f"no file that people run in `{path or '.'}`", "name a script or a line")
    runs = [entry.path for entry in context.program.entries_reaching(path)]
    hint = f"`{runs[0]}` imports it" if runs else "no file that people run imports it"
    raise UserError(f"`{path}` is no file that people run", hint)


def _draws(context: Context, path: str, line: int) -> tuple[Draw, ...]:
    """What is known of the draws of a line."""
    from repro_lint.flow.explanation import draw_sites, draws_at  # noqa: PLC0415

    if path not in context.modules:
        raise UserError(f"`{path or '.'}` is no Python file", "name a script or a line of a module")
    if not draw_sites(context.seed_flow, path, line):
        where = f"line {line} of `{path}`"
        raise UserError(f"{where} draws from no shared stream", "name the line of the call")
    return draws_at(context.seed_flow, path, line)


def _entry_lines(context: Context, entry: Entry) -> Iterator[str]:
    """One entry, stream by stream."""
    from repro_lint.flow.explanation import accounts  # noqa: PLC0415

    yield f"{entry.path}: {entry.kind}, known by its {entry.origin}"
    found = accounts(context.seed_flow, entry)
    if not found:
        yield "  draws from no shared stream"
    for account in found:
        head = f"  {account.stream:11}{account.word}"
        sentences = list(_sentences(context, account))
        if not sentences:
            yield head
            continue
        yield from _wrapped(f"{head:{INDENT + 5}}", sentences[0])
        for sentence in sentences[1:]:
            yield from _wrapped(" " * (INDENT + 5), sentence)


def _sentences(context: Context, account: Account) -> Iterator[str]:
    """What is to be said of one stream."""
    from repro_lint.knowledge.load import knowledge  # noqa: PLC0415

    if account.witness:
        yield "drawn from: " + _way(context, account.witness)
    if account.word == "exposed":
        start = _place(context, account.witness[0])
        yield f"`{knowledge().streams[account.stream].seed}` belongs before {start}"
    if account.seed:
        yield "seeded by: " + _way(context, account.seed)
    if account.doubt:
        yield "not known, while it is unseeded: " + _way(context, account.doubt)


def _draw_lines(context: Context, path: str, line: int, draws: Sequence[Draw]) -> list[str]:
    """The draws of a line, entry by entry."""
    found = [f"{path}:{line}"]
    if not draws:
        return [*found, "  no file that people run gets here"]
    for draw in draws:
        name = context.modules[draw.site.path].calls[draw.site.call].name
        word = WORDS.get(draw.word, draw.word)
        found.extend(_wrapped(f"  {draw.entry}: ", f"`{name}`, {draw.stream}: {word}"))
        if draw.witness:
            found.extend(_wrapped("    ", _way(context, draw.witness)))
    return found


def _wrapped(head: str, text: str) -> list[str]:
    """A text behind a head, its further lines below its first."""
    import textwrap  # noqa: PLC0415

    lines = textwrap.wrap(
        text,
        max(WIDTH - len(head), 30),
        break_long_words=False,
        break_on_hyphens=False,
    )
    rest = " " * len(head)
    return [(head if place == 0 else rest) + line for place, line in enumerate(lines)]


def _way(context: Context, sites: Sequence[Site]) -> str:
    """Calls, the outermost first, each where it stands."""
    steps = []
    for site in sites:
        call = context.modules[site.path].calls[site.call]
        steps.append(f"`{call.name or 'call'}` ({_place(context, site)})")
    return " → ".join(steps)


def _place(context: Context, site: Site) -> str:
    """Where a call stands."""
    call = context.modules[site.path].calls[site.call]
    place = context.facts.place_of(site.path, call.span)
    return f"{place.path}:{place.line}"


def _entry_data(context: Context, entry: Entry) -> dict[str, object]:
    """One entry as data."""
    from repro_lint.flow.explanation import accounts  # noqa: PLC0415

    return {
        "entry": entry.path,
        "kind": entry.kind,
        "origin": entry.origin,
        "streams": [
            {
                "stream": account.stream,
                "verdict": account.word,
                "seed": _steps(context, account.seed),
                "witness": _steps(context, account.witness),
                "unresolved": _steps(context, account.doubt),
            }
            for account in accounts(context.seed_flow, entry)
        ],
    }


def _draw_data(context: Context, draw: Draw) -> dict[str, object]:
    """One draw in one entry as data."""
    return {
        "entry": draw.entry,
        "stream": draw.stream,
        "state": draw.word,
        "witness": _steps(context, draw.witness),
    }


def _steps(context: Context, sites: Sequence[Site]) -> list[dict[str, object]]:
    """Calls as data."""
    found: list[dict[str, object]] = []
    for site in sites:
        call = context.modules[site.path].calls[site.call]
        place = context.facts.place_of(site.path, call.span)
        found.append({"path": place.path, "line": place.line, "call": call.name})
    return found
