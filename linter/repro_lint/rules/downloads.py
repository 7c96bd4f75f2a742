"""DAT: files that are fetched, and addresses whose contents change."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Confidence, Finding, Severity
from repro_lint.flow.constants import text_of, texts_inside
from repro_lint.flow.operations import assignments
from repro_lint.patterns import pattern
from repro_lint.rules.base import Rule
from repro_lint.syntax.index import Literal, Name, Span
from repro_lint.syntax.values import is_none, unpacks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.flow.facts import Known
    from repro_lint.rules.base import Context
    from repro_lint.syntax.index import Call, ModuleIndex, Value

CHECKS = pattern(r"(?i)sha_?(1|224|256|384|512)|md5|checksum|hashlib|crc32|digest")
# A name that holds a hash or a commit is given to no other contents.
FIXED_ADDRESS = pattern(r"[/_.=@-][0-9a-f]{7,64}([/_.?-]|$)|^file:|localhost|127\.0\.0\.1")
READERS = ("requests.get", "urllib.request.urlopen", "httpx.get")
FETCHED = Confidence.MEDIUM


class UnverifiedDownload(Rule):
    """A file that is fetched, and whose contents nothing compares."""

    code = "DAT002"
    name = "unverified-download"
    severity = Severity.HIGH
    remedy = "compare the SHA-256 of the file with the one you expect"

    def applies(self, context: Context) -> bool:
        """Judge repositories that fetch files."""
        return any(is_fetch(known) for known in context.facts.role("download")) or any(
            target in READERS for target, _ in context.program.callees
        )

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield the first fetch of each function without a checksum."""
        told: set[tuple[str, int]] = set()
        for path, call, confidence in sorted(fetches(context), key=place_of_fetch):
            where = (path, call.function)
            if where in told or CHECKS.search(context.repository.code(path)):
                continue
            if is_fixed_address(context.modules[path], call):
                continue
            told.add(where)
            message = f"nothing checks the contents of what `{call.name}` fetches"
            yield self.at(context.facts.place_of(path, call.span), message, confidence=confidence)


def is_fetch(known: Known) -> bool:
    """Whether a call fetches a file whose checksum could be given."""
    return known.fact.kind == "hash"


def place_of_fetch(fetch: tuple[str, Call, Confidence]) -> tuple[str, Span]:
    """Where a file is fetched."""
    return fetch[0], fetch[1].span


def fetches(context: Context) -> Iterator[tuple[str, Call, Confidence]]:
    """The calls that fetch a file and give no checksum, and how sure that is."""
    for known in context.facts.role("download"):
        if is_fetch(known) and not gives_hash(known):
            yield known.path, known.call, Confidence.HIGH
    for (target, _), calls in context.program.callees.items():
        if target in READERS:
            for path, place in calls:
                if path in context.facts.modules and writes_bytes(context, path, place):
                    yield path, context.modules[path].calls[place], FETCHED


def gives_hash(known: Known) -> bool:
    """Whether a call compares the contents, or may do so unseen."""
    call, fact = known.call, known.fact
    if unpacks(call):
        return True
    names = (fact.parameter, *fact.also)
    given = [call.argument(fact.position if n == fact.parameter else -1, n) for n in names if n]
    return any(not is_none(value) and value != Literal(fact.default) for value in given)


def writes_bytes(context: Context, path: str, place: int) -> bool:
    """Whether the function of a call writes bytes to a file."""
    index = context.modules[path]
    function = index.calls[place].function
    beside = [index.calls[other] for other in context.facts.uses(path).calls.get(function, ())]
    return any(
        call.name.endswith(".write_bytes")
        or (call.name.rpartition(".")[2] == "open" and call.argument(1, "mode") == Literal("wb"))
        for call in beside
    )


def is_fixed_address(index: ModuleIndex, call: Call) -> bool:
    """Whether the address surely names one state, or a file of this machine."""
    given = next((v for v in (call.argument(0, "url"), call.keyword("origin")) if v), None)
    text = text_of(index, call.function, given)
    return text is not None and bool(FIXED_ADDRESS.search(text))


class MutableAddress(Rule):
    """An address that names a branch, the newest release or a shared folder."""

    code = "DAT003"
    name = "mutable-address"
    severity = Severity.HIGH
    remedy = "use an address that names a commit, a version or a DOI"

    def applies(self, context: Context) -> bool:
        """Judge repositories that name such an address."""
        return any(MUTABLE.search(context.repository.code(path)) for path in candidates(context))

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield each branch, release or host of a file whose contents may be others tomorrow."""
        for path in candidates(context):
            text = context.repository.code(path)
            found = list(MUTABLE.finditer(text))
            kept = used_texts(context.modules[path]) if found else []
            places: dict[str, list[Span]] = {}
            for match in found:
                span = span_of(text, match.start(), match.end())
                if is_kept(kept, span.line, match.group()):
                    places.setdefault(match.group(), []).append(span)
            for address, spans in places.items():
                yield self.told(context, path, address, spans)

    def told(self, context: Context, path: str, address: str, spans: list[Span]) -> Finding:
        """The finding on one address with all places of its file."""
        match = MUTABLE.match(address + "/")
        branch = match is not None and match["branch"] is not None
        sites = tuple(context.facts.place_of(path, span) for span in spans)
        finding = self.at(
            sites[0],
            f"`{address}` gives {BRANCHED if branch else SHARED}"
            + (f" ({len(sites)} places)" if len(sites) > 1 else ""),
            severity=Severity.HIGH if branch else Severity.MEDIUM,
        )
        return finding._replace(sites=sites if len(sites) > 1 else ())


BRANCHED = "whatever is newest there on the day of the run"
SHARED = "what its owner keeps there, and replaces without a trace"
# All that is looked for has one of these.
WORDS = (".com/", ".co/")
MUTABLE = pattern(
    r"(?P<branch>raw\.github(?:usercontent)?\.com/[^/\s\"']+/[^/\s\"']+/(?:refs/heads/)?"
    r"(?:master|main|HEAD|develop|dev|trunk)(?=/)"
    r"|github\.com/[^/\s\"']+/[^/\s\"']+/(?:raw|archive)/(?:refs/heads/)?"
    r"(?:master|main|HEAD|develop|dev|trunk)(?=[/.])"
    r"|github\.com/[^/\s\"']+/[^/\s\"']+/releases/latest/download"
    r"|(?:huggingface|hf)\.co/[^\s\"']+?/resolve/(?:main|master)(?=/))"
    r"|drive\.google\.com/(?:uc|file|open)\b|docs\.google\.com/uc\b|dropbox\.com/(?:s|sh|scl)/"
)
TALK = pattern(
    r"(^|\.)(print|log|info|warn(ing)?|error|debug|add_argument|\w*(Error|Exception|Warning)"
    r"|display|HTML|Markdown|Image|write)$"
)
TALK_NAME = pattern(
    r"(?i)(home_?page|citation|licen[cs]e|read_?me|doc(s|_url|string)?$|link_to|badge|usage|help|descr"
    r"|schema|__\w+__)"
)


def candidates(context: Context) -> Iterator[str]:
    """The modules whose text has a host that keeps what changes."""
    for path in context.facts.modules:
        text = context.repository.code(path)
        if any(word in text for word in WORDS):
            yield path


def used_texts(index: ModuleIndex) -> list[tuple[Span, str]]:
    """The texts that calls and names take, with the span of what takes them."""
    found: list[tuple[Span, str]] = []
    for call in index.calls:
        if not TALK.search(call.name):
            values = [*call.arguments]
            values += [value for key, value in call.keywords if not TALK_NAME.search(key)]
            found.extend((call.span, text) for value in values for text in addresses(value))
    for function in index.functions:
        for made in assignments(function.body):
            if not (isinstance(made.target, Name) and TALK_NAME.search(made.target.text)):
                found.extend((made.span, text) for text in addresses(made.value))
    return found


def addresses(value: Value) -> Iterator[str]:
    """The addresses among the texts of a value; prose that holds one is none."""
    for text in texts_inside(value):
        if "/" in text and " " not in text.strip() and "\n" not in text.strip():
            yield text


def is_kept(kept: list[tuple[Span, str]], line: int, address: str) -> bool:
    """Whether something takes an address that stands on a line."""
    return any(s.line <= line <= s.end_line and address in text for s, text in kept)


def span_of(text: str, start: int, end: int) -> Span:
    """A range of one line of a text as a span."""
    line = text.count("\n", 0, start) + 1
    column = start - text.rfind("\n", 0, start)
    return Span(line, column, line, column + end - start)


RULES: tuple[type[Rule], ...] = (UnverifiedDownload, MutableAddress)
