"""Values of which only the shape counts: stand-ins that are sent through a model to learn sizes."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.syntax.index import Assign, Compound, Name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from repro_lint.flow.uses import Use, Uses

SHAPES = frozenset(("shape", "ndim", "dtype", "device"))
SIZES = frozenset(("size", "dim", "numel", "get_shape"))
STEPS = 8


class Shapes:
    """Follows values of one module to whatever takes their shape; used once."""

    def __init__(self, uses: Uses) -> None:
        """Keep where the values of the module are used."""
        self.uses = uses
        self.seen: set[tuple[int, str]] = set()

    def only(self, uses: Sequence[Use], steps: int = STEPS) -> bool:
        """Whether there are uses and all of them only ask for the shape."""
        return bool(uses) and steps > 0 and all(self.is_asked(use, steps - 1) for use in uses)

    def is_asked(self, use: Use, steps: int) -> bool:
        """Whether one use, or what comes of it, only asks for the shape."""
        for container in use.containers:
            if isinstance(container, Compound) and container.kind == "Attribute":
                return container.detail in SHAPES
        if use.kind == "receiver" and use.detail in SIZES:
            return True
        if use.kind in ("receiver", "argument"):
            return self.only(self.uses.of_result(use.call), steps)
        target = use.operation.target if isinstance(use.operation, Assign) else None
        if use.kind != "assigned" or not isinstance(target, Name) or "." in target.text:
            return False
        return self.is_named(use.function, target.text, steps)

    def is_named(self, function: int, text: str, steps: int) -> bool:
        """Whether only the shape of what a local name stands for is asked for."""
        if not function:
            return False
        if (function, text) in self.seen:
            return True
        self.seen.add((function, text))
        found, asked = [], False
        for name, uses in self.uses.names_in(function).items():
            if name == text:
                found.extend(uses)
            elif name.startswith(text + "."):
                if name.split(".")[1] not in SHAPES:
                    return False
                asked = True
        return self.only(found, steps) if found else asked
