"""DET002: training on CUDA that nothing makes repeat."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Confidence, Finding, Severity
from repro_lint.flow.draws import SEEDER_NAME
from repro_lint.flow.operations import assignments
from repro_lint.flow.switches import asks, is_measuring
from repro_lint.patterns import pattern
from repro_lint.rules.base import Rule
from repro_lint.syntax.index import Literal, Name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import TypeAlias

    from repro_lint.findings import Location
    from repro_lint.flow.entries import Entry
    from repro_lint.flow.facts import Known
    from repro_lint.flow.switches import Switch, Switches
    from repro_lint.rules.base import Context

CONFIGURED = (".yaml", ".yml", ".sh", ".toml", ".gin", "Dockerfile", "Makefile")
TRAINING_NAME = pattern(r"(^|[_-])(train\w*|main|finetun\w*|pretrain\w*|fit)([_.-])")
CONFIGURED_BYTES = 20_000
Seeders: TypeAlias = "Mapping[tuple[str, int], list[Known]]"


class MissingPolicy(Rule):
    """Nothing says whether training on CUDA is to repeat."""

    code = "DET002"
    name = "missing-determinism-policy"
    severity = Severity.MEDIUM
    confidence = Confidence.MEDIUM
    remedy = "set cudnn.deterministic and cudnn.benchmark where seeds are set"

    def applies(self, context: Context) -> bool:
        """Judge repositories that use CUDA through torch."""
        switches = context.switches
        return any(map(switches.speaks_of_cuda, context.facts.modules)) or any(
            map(switches.cudnn, context.facts.modules)
        )

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield half-set and inverted switches, then runs and seeding functions without any."""
        switches, seeders = context.switches, torch_seeders(context)
        for path in context.facts.modules:
            for switch in switches.cudnn(path):
                yield from self.half_set(context, switches, seeders, switch)
                yield from self.inverted(context, switch)
        if not context.repository.single_file:
            for found in self.missing(context, switches, seeders):
                if not is_configured(context, found.location.path):
                    yield found

    def half_set(
        self, context: Context, switches: Switches, seeders: Seeders, switch: Switch
    ) -> Iterator[Finding]:
        """One of cuDNN's two switches, set where seeds are set, without the other."""
        given = switch.value.value if isinstance(switch.value, Literal) else None
        wanted = HALVES.get((switch.name, given))
        if wanted is None or not sets_seeds(context, seeders, switch):
            return
        beside = (other for other in switches.cudnn(switch.path) if other.name == wanted)
        # A value that is wrong is DET001's to tell.
        if wanted == "benchmark" and any(o.function == switch.function for o in beside):
            return
        if any(
            sets(context, switches, path, wanted) for path in judged_beside(context, switch.path)
        ):
            return
        where = context.facts.place_of(switch.path, switch.span)
        if wanted == "benchmark":
            message = "`cudnn.deterministic` is set but `cudnn.benchmark` is left as it is found"
            yield self.at(where, message, severity=Severity.LOW)
        else:
            message = "`cudnn.benchmark` is off but `cudnn.deterministic` is left off as well"
            yield self.at(where, message)

    def inverted(self, context: Context, switch: Switch) -> Iterator[Finding]:
        """A switch that is on exactly where no seed is given."""
        value, span = switch.value, switch.span
        if switch.name != "deterministic":
            return
        if isinstance(value, Name):
            body = context.facts.function(switch.path, switch.function).body
            given = [operation for operation in assignments(body) if operation.target == value]
            if len(given) != 1 or isinstance(given[0].value, Name):
                return
            value, span = given[0].value, given[0].span
        if asks(value) is not False:
            return
        where = context.facts.place_of(switch.path, span)
        message = "`cudnn.deterministic` is on exactly where no seed is asked for"
        yield self.at(where, message, severity=Severity.HIGH)

    def missing(self, context: Context, switches: Switches, seeders: Seeders) -> Iterator[Finding]:
        """Runs that train on CUDA without a switch, told where they set their seeds."""
        told: set[Location] = set()
        reached: set[str] = set()
        for entry in training_entries(context):
            reach = sorted(context.program.reached[entry.path] & context.facts.modules.keys())
            reached.update(reach)
            if any(switches.has_policy(path, benchmark=True) for path in reach):
                continue
            if not any(trains(context, path) for path in reach):
                continue
            found = self.of_run(context, switches, seeders, entry, reach)
            if found is not None and found.location not in told:
                told.add(found.location)
                yield found
        yield from self.of_library(context, switches, seeders, reached)

    def of_run(
        self,
        context: Context,
        switches: Switches,
        seeders: Seeders,
        entry: Entry,
        reach: list[str],
    ) -> Finding | None:
        """The finding of one run: where it seeds torch, else where it first uses CUDA."""
        mentioned = dict.fromkeys((entry.path, *reach))
        used = next(((path, span) for path in mentioned if (span := switches.cuda(path))), None)
        if used is None:
            return None
        named = [key for key in seeders if key[0] in reach and is_seeding(context, key)]
        named += [key for key in seeders if key[0] == entry.path]
        if named:
            return self.seeding(context, seeders[named[0]], entry)
        where = context.facts.place_of(*used)
        message = f"`{entry.path}` trains on CUDA, and nothing in its run makes that deterministic"
        return self.at(where, message, group="no switch")._replace(entry=entry.path)

    def of_library(
        self, context: Context, switches: Switches, seeders: Seeders, reached: set[str]
    ) -> Iterator[Finding]:
        """Seeding functions of a library that uses CUDA and has no switch at all."""
        for key, calls in seeders.items():
            if key[0] in reached or not is_seeding(context, key):
                continue
            beside = judged_beside(context, key[0])
            if any(map(switches.has_policy, beside)) or not any(map(switches.cuda, beside)):
                continue
            yield self.seeding(context, calls, None)

    def seeding(self, context: Context, calls: list[Known], entry: Entry | None) -> Finding:
        """The finding for code that seeds torch and says nothing of its algorithms."""
        sites = tuple(context.facts.place_of(known.path, known.call.span) for known in calls)
        message = f"`{calls[0].call.name}` seeds torch, but nothing makes CUDA's algorithms repeat"
        found = self.at(sites[0], message, group="no switch")
        found = found._replace(sites=sites if len(sites) > 1 else ())
        return found if entry is None else found._replace(entry=entry.path)


# What else must be set where one switch of cuDNN has this value.
HALVES: Mapping[tuple[str, object], str] = {
    ("deterministic", True): "benchmark",
    ("benchmark", False): "deterministic",
}


def torch_seeders(context: Context) -> Seeders:
    """The calls that give torch a seed, by the function that holds them.

    Where a fresh seed is drawn as well, no run is meant to repeat.
    """
    found: dict[tuple[str, int], list[Known]] = {}
    fresh = set()
    for known in context.facts.role("seed"):
        if known.fact.library == "torch" and "torch" in known.fact.streams:
            key = (known.path, known.call.function)
            found.setdefault(key, []).append(known)
            if known.fact.omitted == "entropy" and not known.fact.parameter:
                fresh.add(key)
    return {key: calls for key, calls in found.items() if key not in fresh}


def is_seeding(context: Context, key: tuple[str, int]) -> bool:
    """Whether a function is there to set seeds."""
    function = context.facts.function(*key)
    return bool(SEEDER_NAME.search(function.name.rpartition(".")[2]))


def sets_seeds(context: Context, seeders: Seeders, switch: Switch) -> bool:
    """Whether a switch stands where seeds are set."""
    key = (switch.path, switch.function)
    return key in seeders or (switch.function > 0 and is_seeding(context, key))


def sets(context: Context, switches: Switches, path: str, name: str) -> bool:
    """Whether a module sets a switch of cuDNN, or torch's own, which includes it."""
    if any(switch.name == name for switch in switches.cudnn(path)):
        return name == "deterministic" or any(
            switch.name == name and switch.value != Literal(True)  # noqa: FBT003
            for switch in switches.cudnn(path)
        )
    text = context.repository.code(path)
    return "use_deterministic_algorithms" in text or "set_deterministic" in text


def training_entries(context: Context) -> Iterator[Entry]:
    """The entries that train, notebooks that compute gradients included."""
    for entry in context.program.entries:
        notebook = entry.kind == "notebook" and trains(context, entry.path)
        named = entry.kind == "training" and TRAINING_NAME.search(entry.path.rpartition("/")[2])
        itself = entry.kind == "training" and trains(context, entry.path)
        if (notebook or named or itself) and not is_measuring(entry.path):
            yield entry


def trains(context: Context, path: str) -> bool:
    """Whether a module computes gradients through torch."""
    return path in context.switches.with_gradients


def judged_beside(context: Context, path: str) -> list[str]:
    """The modules of the project of a module that are judged, sorted."""
    return sorted(context.program.companions(path) & context.facts.modules.keys())


def is_configured(context: Context, module: str) -> bool:
    """Whether a configuration or command file of a module's project speaks of determinism."""
    for path in context.program.files_beside(module):
        if path.endswith(CONFIGURED):
            text = context.repository.text(path) or ""
            if len(text) <= CONFIGURED_BYTES and "determinis" in text.lower():
                return True
    return False
