"""Rules about what would notice that a result has changed: CI, and tests."""

from __future__ import annotations

import re

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Confidence, Location, Severity
from repro_lint.flow.entries import TEST_PATH
from repro_lint.patterns import pattern
from repro_lint.repository.dependencies.pins import RUN, purpose
from repro_lint.repository.installs import read_install
from repro_lint.repository.places import place_of
from repro_lint.rules.base import Rule
from repro_lint.rules.ci import installs_lock, workflow_texts
from repro_lint.syntax.index import Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.findings import Finding
    from repro_lint.repository.workflows import Workflow
    from repro_lint.rules.base import Context
    from repro_lint.syntax.index import Call

_LONGEST = 40
_SHOWN = 3


class UnlockedCi(Rule):
    """CI tests other versions than those of the lock."""

    code = "TST002"
    name = "unlocked-ci"
    severity = Severity.MEDIUM
    remedy = "install from the lock in CI"
    whole_repository = True

    def applies(self, context: Context) -> bool:
        """Only where there are a lock and a workflow that runs tests."""
        return bool(_locks(context)) and bool(context.manifests.test_commands)

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield one finding where no job installs what the lock fixes."""
        manifests = context.manifests
        if any(workflow.opaque for workflow in manifests.workflows):
            return
        if any(installs_lock(text, context) for text in workflow_texts(context)):
            return
        tested = {command.path for command in manifests.test_commands}
        for workflow in manifests.workflows:
            for command in workflow.commands:
                install = read_install(command) if workflow.path in tested else None
                if install is not None and install.tool != "system":
                    word = install.packages[0] if install.packages else ""
                    last = command.line + _LONGEST
                    where = place_of(context.repository, command.path, command.line, word, last)
                    lock = _locks(context)[0]
                    yield self.at(where, f"CI does not install from the lock `{lock}`")
                    return


def _locks(context: Context) -> list[str]:
    """The locks of the whole project, for what it runs."""
    locks = context.manifests.dependencies.locks
    folder = re.compile(r"(?:(?:requirements|locks?|envs?|conda)/)?[^/]+")
    return [k.path for k in locks if purpose(k.path) == RUN and folder.fullmatch(k.path)]


class MissingRepeatTest(Rule):
    """No test runs something twice with one seed and compares."""

    code = "TST003"
    name = "missing-repeat-test"
    severity = Severity.LOW
    confidence = Confidence.LOW
    remedy = "add a test that trains twice with one seed and compares the results"
    whole_repository = True

    def applies(self, context: Context) -> bool:
        """Only where something trains and there are tests."""
        trains = any(entry.kind == "training" for entry in context.program.entries)
        return trains and bool(context.manifests.test_files)

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield one finding for the repository."""
        if not has_repeat_test(context):
            yield self.at(
                Location("."), "no test trains twice with the same seed and compares the results"
            )


_REPEATS = pattern(
    r"determinis|reproducib|reproduces|same_seed|fixed_seed|two_runs|twice|bit_?(?:wise_)?identical|"
    r"repeatab|seeded_?(?:runs?|twice)|seed_(?:gives|makes|is|leads)|is_stable|repro_lint",
    re.IGNORECASE,
)
# Each of the alternatives has one of these: plain words are found ten times as fast.
_STEMS = ("determin", "repro", "seed", "two_runs", "twice", "identical", "repeat", "stable")


def has_repeat_test(context: Context) -> bool:
    """Tell whether a test speaks of repeating a run."""
    texts = (context.repository.text(path) or "" for path in context.manifests.test_files)
    return any(_may_repeat(text.lower()) and _REPEATS.search(text) for text in texts)


def _may_repeat(text: str) -> bool:
    return any(stem in text for stem in _STEMS)


class NetworkInTest(Rule):
    """A test passes or fails with what a server says."""

    code = "TST005"
    name = "network-in-test"
    severity = Severity.LOW
    confidence = Confidence.MEDIUM
    remedy = "keep a small file in the repository, or mark the test as one that needs the network"

    def applies(self, context: Context) -> bool:
        """Only where there are tests."""
        return bool(context.manifests.test_files)

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield the places of each test file that fetch something, in one finding."""
        for path in context.manifests.test_files:
            index = context.modules.get(path)
            text = context.repository.code(path)
            if index is None or _MARKED.search(text) or not TEST_PATH.search(path):
                continue
            source = context.repository.source(path)
            calls = [call for call in index.calls if _fetches(call)]
            if calls and source is not None:
                spans = ((c.span.line, c.span.column, c.span.end_line, c.span.end_column)
                         for c in calls)  # fmt: skip
                places = tuple(sorted(map(source.place, spans)))
                finding = self.at(
                    places[0], f"`{calls[0].name}` fetches from the network in a test"
                )
                yield finding._replace(sites=places if len(places) > 1 else ())


_MARKED = pattern(
    r"network|internet|online|mark\.slow|mark\.integration|\bvcr\b|responses|requests_mock|respx|"
    r"httpserver|monkeypatch|mock|MagicMock|patch\(|skipif|skipIf|localhost|127\.0\.0\.1|@slow",
)
_FETCHES = frozenset(
    {
        "urllib.request.urlopen", "urllib.request.urlretrieve", "requests.get", "requests.post",
        "httpx.get", "wget.download", "gdown.download", "huggingface_hub.hf_hub_download",
        "huggingface_hub.snapshot_download", "torch.hub.load", "torch.hub.load_state_dict_from_url",
        "torch.hub.download_url_to_file", "sklearn.datasets.fetch_openml",
        "sklearn.datasets.fetch_20newsgroups", "sklearn.datasets.fetch_california_housing",
        "tensorflow_datasets.load", "nltk.download", "spacy.cli.download",
    }
)  # fmt: skip


def _fetches(call: Call) -> bool:
    """Tell whether a call fetches from a server, whatever is on the disk."""
    if call.target in _FETCHES:
        return True
    first = call.argument(0, "path")
    address = isinstance(first, Literal) and re.match(r"https?://", str(first.value)) is not None
    return address and call.target in ("pandas.read_csv", "pandas.read_json", "pandas.read_parquet")


class MovingCiInput(Rule):
    """CI takes actions, machines and interpreters that change by themselves."""

    code = "TST006"
    name = "moving-ci-input"
    severity = Severity.LOW
    remedy = "name actions by commit, and machines and Python by version"
    whole_repository = True

    def applies(self, context: Context) -> bool:
        """Only where a workflow of GitHub runs tests."""
        return any(True for _ in _testing(context))

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield one finding for the repository, with all of its places."""
        found: dict[str, Location] = {}
        for workflow in _testing(context):
            for text, line in _moving(context, workflow):
                place = place_of(context.repository, workflow.path, line, text, line)
                found.setdefault(text, place)
        if found:
            places = tuple(sorted(found.values()))
            shown = ", ".join(f"`{text}`" for text in list(found)[:_SHOWN])
            more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
            finding = self.at(places[0], f"CI takes what can change by itself: {shown}{more}")
            yield finding._replace(sites=places if len(places) > 1 else ())


def _testing(context: Context) -> Iterator[Workflow]:
    """The workflows of GitHub that run tests."""
    tested = {command.path for command in context.manifests.test_commands}
    for workflow in context.manifests.workflows:
        if workflow.provider == "github" and workflow.path in tested:
            yield workflow


def _moving(context: Context, workflow: Workflow) -> Iterator[tuple[str, int]]:
    """What a workflow takes that has no fixed version, with its line."""
    for use in workflow.uses:
        _, at, revision = use.text.partition("@")
        if at and not use.text.startswith((".", "docker:")) and not _is_commit(revision):
            yield use.text, use.line
    for number, line in enumerate((context.repository.text(workflow.path) or "").split("\n"), 1):
        machine = re.match(r"\s*(?:runs-on|os):.*?\b((?:ubuntu|macos|windows)-latest)\b", line)
        if machine:
            yield machine[1], number
    for use in workflow.python_versions:
        if re.fullmatch(r"3|3\.[xX*]|2", use.text):
            yield use.text, use.line


def _is_commit(revision: str) -> bool:
    return re.fullmatch(r"[0-9a-f]{40}|sha256:[0-9a-f]{64}", revision) is not None


RULES: tuple[type[Rule], ...] = (UnlockedCi, MissingRepeatTest, NetworkInTest, MovingCiInput)
