"""Reads another version of a repository from git, without touching the files on disk."""

from __future__ import annotations

import os
import subprocess

from repro_lint.errors import UserError

# A repository may be anyone's: nothing that its configuration names is run.
GIT = ("git", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")
ENVIRONMENT = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "LC_ALL": "C",
}
REGULAR = ("100644", "100755")
HINT = "name a commit, branch or tag of this repository"


def files_at(root: str, ref: str, most_bytes: int) -> dict[str, bytes]:
    """The regular files of a folder as a commit has them, by path in the folder."""
    tree = run(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    if tree is None:
        raise UserError(f"git knows no commit `{ref}` here", HINT)
    commit = tree.decode("ascii").strip()
    listing = run(root, "ls-tree", "-r", "-l", "-z", commit) or b""
    names: list[tuple[str, bytes]] = []
    for entry in listing.split(b"\0"):
        head, _, name = entry.partition(b"\t")
        mode, _, blob, size = (*head.decode("ascii").split(), "", "", "", "")[:4]
        if mode in REGULAR and size.isdigit() and int(size) <= most_bytes:
            names.append((os.fsdecode(name), blob.encode()))
    return dict(zip((name for name, _ in names), blobs(root, [b for _, b in names]), strict=True))


def blobs(root: str, wanted: list[bytes]) -> list[bytes]:
    """The contents of objects, in order."""
    data = run(root, "cat-file", "--batch", given=b"".join(blob + b"\n" for blob in wanted))
    if data is None:
        raise UserError("git cannot read its objects here", "run `git fsck`")
    found, place = [], 0
    for _ in wanted:
        end = data.index(b"\n", place)
        head = data[place:end].split()
        size = int(head[2]) if len(head) > 2 else 0  # noqa: PLR2004  name, kind, size
        found.append(data[end + 1 : end + 1 + size])
        place = end + size + 2 if len(head) > 2 else end + 1  # noqa: PLR2004
    return found


def renamed_since(root: str, ref: str) -> dict[str, str]:
    """The new name of each file that was renamed after a commit."""
    asked = ("diff", "--name-status", "-z", "-M", "--diff-filter=R", "--relative", "--no-ext-diff")
    parts = (run(root, *asked, "--end-of-options", ref) or b"").split(b"\0")
    rows = zip(parts[::3], parts[1::3], parts[2::3], strict=False)
    return {os.fsdecode(old): os.fsdecode(new) for _, old, new in rows}


def changed_files(root: str) -> frozenset[str]:
    """The files that differ from the last commit; none where there is no git."""
    names = run(root, "diff", "--name-only", "-z", "--relative", "--no-ext-diff", "HEAD")
    return frozenset(os.fsdecode(name) for name in (names or b"").split(b"\0") if name)


def run(root: str, *arguments: str, given: bytes = b"") -> bytes | None:
    """What git says; None where it fails or is not installed."""
    try:
        done = subprocess.run(  # noqa: S603  our own words and a name of a commit
            [*GIT, *arguments],
            cwd=root,
            input=given,
            capture_output=True,
            check=False,
            env={**os.environ, **ENVIRONMENT},
        )
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None
