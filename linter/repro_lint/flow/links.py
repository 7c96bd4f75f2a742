"""Which modules belong together."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def groups_of(links: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """The sets of modules that links connect, by each of their members."""
    near: dict[str, set[str]] = {path: set(others) for path, others in links.items()}
    for path, others in links.items():
        for other in others:
            near[other].add(path)
    found: dict[str, frozenset[str]] = {}
    for path in links:
        if path in found:
            continue
        group, waiting = {path}, [path]
        while waiting:
            new = near[waiting.pop()] - group
            group |= new
            waiting.extend(new)
        found.update(dict.fromkeys(group, frozenset(group)))
    return found
