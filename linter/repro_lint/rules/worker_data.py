"""DTL: data sets that give other examples, or the same again, for other numbers of workers."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Severity, Step
from repro_lint.flow.held import held_generators
from repro_lint.flow.loaders import SOME
from repro_lint.flow.machine import machine_call
from repro_lint.flow.releases import before
from repro_lint.rules.base import Rule
from repro_lint.rules.exposure import trace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.findings import Finding
    from repro_lint.flow.held import Held
    from repro_lint.flow.loaders import Loader
    from repro_lint.flow.target import Target
    from repro_lint.rules.base import Context
    from repro_lint.syntax.index import Call

WORKER_INFO = "torch.utils.data.get_worker_info"
# Since this release of PyTorch workers seed NumPy's stream from PyTorch's.
SEEDS_NUMPY = "1.9"


class RepeatedWorkers(Rule):
    """NumPy's stream in workers of a release of PyTorch, or of Keras, that does not seed it."""

    code = "DTL002"
    name = "unseeded-loader-workers"
    severity = Severity.HIGH
    remedy = "seed NumPy in a worker_init_fn"

    def applies(self, context: Context) -> bool:
        """Judge repositories whose data sets are read in workers that do not seed NumPy."""
        return bool(context.loaders.keras or context.loaders.all)

    def check(self, context: Context) -> Iterator[Finding]:
        """One finding for each function that draws in such workers."""
        told = set()
        for path, call, reader, reason in (*self.of_torch(context), *self.of_keras(context)):
            exposures = context.loaders.draws(reader, "numpy")
            if exposures and reader not in told:
                told.add(reader)
                steps = trace(context, min(exposures, key=lambda e: len(e.trace)))
                start = Step(context.facts.place_of(path, call.span), call.name or "call")
                message = f"`{steps[-1].message}` repeats its numbers in each worker: {reason}"
                finding = self.at(steps[-1].location, message)
                yield finding._replace(stream="numpy", trace=(start, *steps))

    def of_torch(self, context: Context) -> Iterator[tuple[str, Call, Target, str]]:
        """What workers of an old release of PyTorch read."""
        if context.repository.single_file or not context.loaders.all:
            return
        for loader in context.loaders.all:
            known = loader.known
            if loader.workers != SOME or loader.has_initializer:
                continue
            if before(context.program.dependencies_of(known.path), "torch", SEEDS_NUMPY):
                for read in loader.reads:
                    reason = f"PyTorch before {SEEDS_NUMPY} does not seed NumPy there"
                    yield known.path, known.call, read, reason

    def of_keras(self, context: Context) -> Iterator[tuple[str, Call, Target, str]]:
        """What processes of Keras read."""
        for path, call, reader in context.loaders.keras:
            yield path, call, reader, "Keras does not seed its processes"


class CopiedGenerator(Rule):
    """A data set keeps a generator, and each worker gets a copy of it."""

    code = "DTL003"
    name = "copied-generator"
    severity = Severity.MEDIUM
    remedy = "make the generator in each worker, from get_worker_info().seed"

    def applies(self, context: Context) -> bool:
        """Judge repositories with loaders of their own data sets."""
        return any(loader.datasets for loader in context.loaders.all)

    def check(self, context: Context) -> Iterator[Finding]:
        """One finding for each generator that several workers copy."""
        told: set[tuple[str, int]] = set()
        for loader in context.loaders.all:
            if not has_several(loader) or loader.has_initializer:
                continue
            for dataset in loader.datasets:
                if WORKER_INFO in context.program.targets[dataset.path]:
                    continue
                for held in held_generators(context.facts, dataset, loader.reads):
                    if (held.made.path, held.made.place) not in told:
                        told.add((held.made.path, held.made.place))
                        yield self.found(context, loader, held)

    def found(self, context: Context, loader: Loader, held: Held) -> Finding:
        """The finding for one generator."""
        made, known = held.made, loader.known
        where = context.facts.place_of(made.path, made.call.span)
        start = context.facts.place_of(known.path, known.call.span)
        message = (
            f"each worker of `{known.call.name}` gets a copy of `{held.attribute}`"
            " and draws the same numbers from it"
        )
        use = context.modules[held.path].calls[held.use]
        drawn = Step(context.facts.place_of(held.path, use.span), use.name or "call")
        finding = self.at(where, message)
        return finding._replace(
            trace=(Step(where, made.call.name), Step(start, known.call.name), drawn)
        )


def has_several(loader: Loader) -> bool:
    """Whether a loader surely has more than one worker."""
    number = loader.number.value if loader.number is not None else None
    return loader.workers == SOME and isinstance(number, int) and number > 1


class WorkersOfMachine(Rule):
    """The machine decides how many workers read a random data set."""

    code = "DTL004"
    name = "workers-from-machine"
    severity = Severity.MEDIUM
    remedy = "fix num_workers in the configuration"

    def applies(self, context: Context) -> bool:
        """Judge repositories with loaders of their own data sets."""
        return any(loader.reads for loader in context.loaders.all)

    def check(self, context: Context) -> Iterator[Finding]:
        """One finding for each loader whose examples depend on the machine."""
        for loader in context.loaders.all:
            known = loader.known
            given = known.call.argument(5, "num_workers")
            if given is None or not context.loaders.is_random(loader):
                continue
            name = machine_call(context.program, known.path, known.call.function, given)
            if name:
                where = context.facts.place_of(known.path, known.call.span)
                message = (
                    f"`{name}` decides how many workers read a random data set,"
                    " so other machines get other examples"
                )
                yield self.at(where, message)


RULES: tuple[type[Rule], ...] = (RepeatedWorkers, CopiedGenerator, WorkersOfMachine)
