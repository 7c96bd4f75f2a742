"""Judges whether the address of a package can bring other code tomorrow."""

from __future__ import annotations

import posixpath
import re

from repro_lint import TYPE_CHECKING

if TYPE_CHECKING:
    from repro_lint.repository.dependencies.records import Requirement

FIXED, TAG, FLOATING, UNHASHED, OUTSIDE = "fixed", "tag", "floating", "unhashed", "outside"

_COMMIT = r"(?i)[0-9a-f]{7,64}"
_TAG = r"(?i)(?:[\w.-]+[-_/])?v?\d+(?:\.\d+)+[\w.+-]*|v\d+"
_BRANCH_ARCHIVE = (
    r"/(?:archive|zipball|tarball|zip|tar\.gz)/(?:refs/heads/)?(?:main|master|dev|develop|HEAD)\b"
    r"|/refs/heads/"
)


def stability(requirement: Requirement) -> str:
    """Tell how firmly the source of a package is fixed; "fixed" also if it has none."""
    if requirement.pin == "vcs":
        return _of_revision(requirement.revision)
    if requirement.pin == "url":
        return _of_archive(requirement)
    if requirement.pin == "path":
        return _of_path(requirement)
    return FIXED


def shown_address(requirement: Requirement) -> str:
    """The address without a user or a password in it."""
    return re.sub(r"//[^/@\s]+@", "//", requirement.url or requirement.text)


def _of_revision(revision: str) -> str:
    if "$" in revision or "{" in revision:
        return FIXED
    if re.fullmatch(_COMMIT, revision):
        return FIXED
    return TAG if re.fullmatch(_TAG, revision) else FLOATING


def _of_archive(requirement: Requirement) -> str:
    address = requirement.url
    if requirement.hashes or "$" in address or re.search(r"[0-9a-f]{40}", address):
        return FIXED
    return FLOATING if re.search(_BRANCH_ARCHIVE, address) else UNHASHED


def _of_path(requirement: Requirement) -> str:
    """A path is fixed by the repository as long as it stays in it."""
    address = requirement.url.removeprefix("file:").removeprefix("//")
    if "$" in address or "{" in address:
        return FIXED
    if address.startswith(("/", "~")) or re.match(r"[A-Za-z]:[\\/]", address):
        return OUTSIDE
    folder = posixpath.dirname(requirement.path)
    inside = posixpath.normpath(posixpath.join(folder, address))
    return OUTSIDE if inside.startswith("..") else FIXED
