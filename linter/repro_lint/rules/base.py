"""What a rule is, and what it may look at."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Confidence, Finding, Location, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import ClassVar

    from repro_lint.config import Config
    from repro_lint.flow.checkpoints import Checkpoints
    from repro_lint.flow.facts import Facts
    from repro_lint.flow.loaders import Loaders
    from repro_lint.flow.processes import Starts
    from repro_lint.flow.program import Program
    from repro_lint.flow.searches import Searches
    from repro_lint.flow.seeds import SeedFlow
    from repro_lint.flow.status import Draws
    from repro_lint.flow.switches import Switches
    from repro_lint.flow.symbols import Symbols
    from repro_lint.repository.files import Repository
    from repro_lint.repository.manifests import Manifests
    from repro_lint.syntax.index import ModuleIndex


class Context:
    """A repository and all facts of it, each made once, when asked."""

    def __init__(self, repository: Repository, config: Config) -> None:
        """Hold the repository; read nothing yet."""
        self.repository = repository
        self.config = config

    @cached_property
    def modules(self) -> Mapping[str, ModuleIndex]:
        """The index of each Python file and notebook that parses, by path, sorted."""
        from repro_lint.syntax.read import read_modules  # noqa: PLC0415

        return read_modules(self.repository, self.config.parser, self.config.workers)

    @cached_property
    def manifests(self) -> Manifests:
        """Dependency files, containers, workflows and documents, as records."""
        from repro_lint.repository.manifests import Manifests  # noqa: PLC0415

        return Manifests(self.repository)

    @cached_property
    def program(self) -> Program:
        """All modules together: names across files, classes, entry points."""
        from repro_lint.flow.program import Program  # noqa: PLC0415

        # What surrounds a file is not looked at where the file is looked at alone.
        manifests = None if self.repository.single_file else self.manifests
        return Program(self.modules, self.repository, manifests)

    @cached_property
    def facts(self) -> Facts:
        """The calls that knowledge says something about, and where values are used."""
        return self.program.facts

    @cached_property
    def switches(self) -> Switches:
        """What each module says of determinism, and whether it computes on CUDA."""
        from repro_lint.flow.switches import Switches  # noqa: PLC0415

        return Switches(self.program)

    @cached_property
    def seed_flow(self) -> SeedFlow:
        """Which draws are seeded on every path from each entry point."""
        from repro_lint.flow.seeds import SeedFlow  # noqa: PLC0415

        return SeedFlow(self.program)

    @cached_property
    def symbols(self) -> Symbols:
        """What seeds are before the program runs: constants, options, entropy."""
        return self.seed_flow.symbols

    @cached_property
    def draws(self) -> Draws:
        """How sure it is that each draw is unseeded."""
        from repro_lint.flow.status import Draws  # noqa: PLC0415

        return Draws(self.seed_flow)

    @cached_property
    def starts(self) -> Starts:
        """Where processes and threads start, and what runs in them."""
        from repro_lint.flow.processes import Starts  # noqa: PLC0415

        return Starts(self.facts, self.seed_flow, self.symbols)

    @cached_property
    def checkpoints(self) -> Checkpoints:
        """What programs save to go on from, and what they restore."""
        from repro_lint.flow.checkpoints import Checkpoints  # noqa: PLC0415

        return Checkpoints(self.facts)

    @cached_property
    def searches(self) -> Searches:
        """Estimators that are trained in other processes."""
        from repro_lint.flow.searches import Searches  # noqa: PLC0415

        return Searches(self.facts, self.symbols)

    @cached_property
    def loaders(self) -> Loaders:
        """The data loaders, what they read and in how many workers."""
        from repro_lint.flow.loaders import Loaders  # noqa: PLC0415

        return Loaders(self.facts, self.seed_flow, self.symbols)


class Rule(ABC):
    """One reason why a run may differ from the next.

    Stateless; `check` asks the context and yields findings. A rule whose
    `whole_repository` is true judges what is absent or how files agree; it stays
    silent when only single files are looked at.
    """

    code: ClassVar[str]
    name: ClassVar[str]
    severity: ClassVar[Severity]
    confidence: ClassVar[Confidence] = Confidence.HIGH
    remedy: ClassVar[str]
    preview: ClassVar[bool] = False
    whole_repository: ClassVar[bool] = False

    def applies(self, context: Context) -> bool:  # noqa: ARG002  the default looks at nothing
        """Tell whether there is anything to judge; False means not applicable."""
        return True

    @abstractmethod
    def check(self, context: Context) -> Iterator[Finding]:
        """Yield each finding."""

    def at(
        self,
        location: Location,
        message: str,
        *,
        severity: Severity | None = None,
        confidence: Confidence | None = None,
        group: str = "",
    ) -> Finding:
        """Make a finding of this rule; severity and confidence default to the rule's."""
        return Finding(
            location,
            self.code,
            message,
            self.severity if severity is None else severity,
            self.confidence if confidence is None else confidence,
            group=group or location.path,
        )


def has_python(context: Context) -> bool:
    """Tell whether there is Python to judge, in files or in notebooks."""
    return bool(context.repository.python_paths or context.repository.notebook_paths)
