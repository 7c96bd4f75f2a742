"""Writes changed files: each is the old one or the new one, whenever the process ends."""

from __future__ import annotations

import os
import tempfile

from repro_lint import TYPE_CHECKING

if TYPE_CHECKING:
    from repro_lint.repository.files import Repository


def write_over(repository: Repository, path: str, old: bytes, new: bytes) -> str:
    """Put new bytes into a file of a repository; why not, where that must not or cannot be."""
    target = repository.disk_path(path)
    root = os.path.realpath(repository.root or ".")
    # A link, or a folder that is one, may lead out of the repository.
    if os.path.islink(target) or os.path.realpath(target) != os.path.join(  # noqa: PTH114, PTH118
        root, os.path.relpath(target, repository.root or ".")
    ):
        return "it is reached through a link"
    try:
        with open(target, "rb") as file:  # noqa: PTH123
            if file.read() != old:
                return "it changed meanwhile"
        replace(target, new)
    except OSError as problem:
        return (problem.strerror or "unknown reason").lower()
    return ""


def replace(target: str, data: bytes) -> None:
    """Replace a file in one step, with the permissions that it has."""
    draft = ""
    try:
        with tempfile.NamedTemporaryFile(
            dir=os.path.dirname(target) or ".",  # noqa: PTH120
            prefix=".repro-lint-",
            suffix=".tmp",
            delete=False,
        ) as file:
            draft = file.name
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(draft, os.stat(target).st_mode & 0o7777)  # noqa: PTH101, PTH116
        os.replace(draft, target)  # noqa: PTH105
        draft = ""
    finally:
        if draft:
            os.unlink(draft)  # noqa: PTH108
