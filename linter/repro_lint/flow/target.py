"""What a name means."""

from __future__ import annotations

from repro_lint.records import Record


class Target(Record):
    """What a name means: a function, class or module of the repository, or a library's name.

    `place` is the place of the function or class body in its module, `dotted` the
    qualified name of a library's member.
    """

    kind: str
    path: str = ""
    place: int = -1
    dotted: str = ""
