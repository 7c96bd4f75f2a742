"""PAR1xx: results that change with the number of threads or of devices."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Confidence, Severity
from repro_lint.flow.machine import machine_call
from repro_lint.flow.operations import assignments
from repro_lint.patterns import pattern
from repro_lint.rules.base import Rule
from repro_lint.rules.loading_order import NO_TRAINING
from repro_lint.syntax.index import Compound, Literal, Name, Result

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.findings import Finding
    from repro_lint.rules.base import Context
    from repro_lint.syntax.index import Assign, Value

STRICT = "torch.use_deterministic_algorithms"
THREADS = pattern(
    r"(OMP|MKL|OPENBLAS|BLIS|NUMEXPR|VECLIB_MAXIMUM)_NUM_THREADS|set_num_threads|threadpool_limits"
    r"|MKL_CBWR"
)
CONTROLLING = (".py", ".sh", ".yml", ".yaml", ".toml", ".cfg", ".env", "Makefile", ".ipynb")
RATE = pattern(r"(^|_|\.)(lr|learning_rate|batch_size|bs|batch|global_batch_size)$")
WORLD = pattern(r"(^|_|\.)(world_size|n_gpus?|num_gpus?|ngpus|ngpus_per_node|num_replicas)$")


class OpenThreadCount(Rule):
    """Code that asks for the same bits, and leaves the number of threads to the machine."""

    code = "PAR101"
    name = "open-thread-count"
    severity = Severity.LOW
    confidence = Confidence.MEDIUM
    remedy = "set torch.set_num_threads, or OMP_NUM_THREADS where the run starts"
    preview = True
    whole_repository = True

    def applies(self, context: Context) -> bool:
        """Judge repositories that switch deterministic algorithms on."""
        return any(self.switches(context))

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield the first switch of a project without a GPU, if nothing fixes the threads."""
        told: set[str] = set()
        for path, place in sorted(self.switches(context)):
            beside = context.program.companions(path)
            if path in told or any(
                map(context.switches.cuda, beside & context.facts.modules.keys())
            ):
                continue
            told.update(beside)
            if any(fixes_threads(context, file) for file in context.program.files_beside(path)):
                continue
            call = context.modules[path].calls[place]
            where = context.facts.place_of(path, call.span)
            message = (
                f"`{call.name}` asks for the same bits in each run, but nothing fixes the number"
                " of threads, with which sums differ"
            )
            yield self.at(where, message)

    def switches(self, context: Context) -> Iterator[tuple[str, int]]:
        """The calls that ask for deterministic algorithms without a way out."""
        for (target, _), calls in context.program.callees.items():
            if target == STRICT:
                for path, place in calls:
                    call = context.modules[path].calls[place]
                    strict = call.keyword("warn_only") in (None, FALSE)
                    asked = strict and call.argument(0, "mode") == TRUE
                    if asked and path in context.facts.modules:
                        yield path, place


TRUE, FALSE = Literal(True), Literal(False)  # noqa: FBT003  the values in the text


def fixes_threads(context: Context, path: str) -> bool:
    """Whether a file fixes how many threads compute."""
    name = path.rpartition("/")[2]
    if not name.endswith(CONTROLLING) and not name.startswith("Dockerfile"):
        return False
    return bool(THREADS.search(context.repository.text(path) or ""))


class ScaledByWorld(Rule):
    """A batch size or learning rate that the number of devices multiplies."""

    code = "PAR102"
    name = "scaled-by-world-size"
    severity = Severity.LOW
    confidence = Confidence.LOW
    remedy = "fix the global batch size, and derive the share of each device from it"
    preview = True

    def applies(self, context: Context) -> bool:
        """Judge repositories with code."""
        return bool(context.facts.modules)

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield products of a batch size or rate and a number of devices."""
        for path, index in context.facts.modules.items():
            text = context.repository.text(path) or ""
            # A batch on which nothing is trained may have any size.
            if NO_TRAINING.search(path.rpartition("/")[2].lower()):
                continue
            if not (WORD.search(text) and RATES.search(text)):
                continue
            for function, record in enumerate(index.functions):
                for made in assignments(record.body):
                    name = made.target.text if isinstance(made.target, Name) else ""
                    if RATE.search(name.lower()) and grows(context, path, function, made):
                        where = context.facts.place_of(path, made.span)
                        message = (
                            f"`{name}` grows with the number of devices,"
                            " so other machines train with other values"
                        )
                        yield self.at(where, message)


WORD = pattern(r"world_size|gpus?\b|device_count|num_replicas")
RATES = pattern(r"\blr\b|learning_rate|batch")


def grows(context: Context, path: str, function: int, made: Assign) -> bool:
    """Whether a value is a product with a number of devices."""
    value = made.value
    if not isinstance(value, Compound) or value.kind != "BinOp" or value.detail != "Mult":
        return False
    return any(counts_devices(context, path, function, part) for part in value.parts)


def counts_devices(context: Context, path: str, function: int, value: Value) -> bool:
    """Whether a value is the number of devices that a run has."""
    if isinstance(value, Result):
        name = context.modules[path].calls[value.call].name.rpartition(".")[2]
        return name in ("get_world_size", "device_count")
    if isinstance(value, Name) and WORLD.search(value.text.lower()):
        return True
    return bool(machine_call(context.program, path, function, value))


RULES: tuple[type[Rule], ...] = (OpenThreadCount, ScaledByWorld)
