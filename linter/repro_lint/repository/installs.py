"""What an install command of pip, conda or the system takes, and from which files."""

from __future__ import annotations

import re

from repro_lint import TYPE_CHECKING
from repro_lint.patterns import pattern
from repro_lint.records import Record
from repro_lint.repository.shell import without_wrappers

if TYPE_CHECKING:
    from repro_lint.repository.shell import Command


class Install(Record):
    """An install command: `tool` is pip, conda or system; packages as written.

    `files` are requirements and constraints files, `local` tells that it installs the
    project itself or another path.
    """

    tool: str
    packages: tuple[str, ...]
    files: tuple[str, ...]
    local: bool
    command: Command


_FILE_OPTIONS = frozenset(
    {"-r", "--requirement", "--requirements", "-c", "--constraint", "--constraints", "--file"}
)
_PIP_VALUES = frozenset(
    {
        "-i", "--index-url", "--extra-index-url", "-f", "--find-links", "-t", "--target",
        "--prefix", "--root", "--platform", "--python-version", "--progress-bar", "--timeout",
        "--default-timeout", "--retries", "--trusted-host", "--cache-dir", "--upgrade-strategy",
        "--use-feature", "--config-settings", "--global-option", "--torch-backend", "--python",
        "-p", "--no-binary", "--only-binary", "--src", "--log", "--cert", "--proxy",
        "--index-strategy", "--index", "--exclude-newer", "--prerelease", "--resolution", "-C",
    }
)  # fmt: skip
_CONDA_VALUES = frozenset(
    {"-c", "--channel", "-n", "--name", "-p", "--prefix", "--solver", "--override-channels"}
)
_SYSTEM_VALUES = frozenset({"-o", "-t", "--target-release", "--virtual", "-c"})
_CONDA = frozenset({"conda", "mamba", "micromamba"})
_SYSTEM = {
    "apt-get": "install", "apt": "install", "aptitude": "install", "apk": "add",
    "yum": "install", "dnf": "install", "microdnf": "install", "zypper": "install",
}  # fmt: skip
_PIP = pattern(r"^(?:.*/)?pip[\d.]*$|^\$[({]?\w*pip\w*[)}]?$", re.IGNORECASE)
_PYTHON = pattern(r"^(?:.*/)?python[\d.]*$|^\$[({]?\w*python\w*[)}]?$", re.IGNORECASE)


def read_install(command: Command) -> Install | None:
    """Read an install command; None if it is none."""
    words = without_wrappers(command.words)
    tool, rest = _tool(words)
    if tool == "pip":
        return _parsed(tool, rest, _FILE_OPTIONS, _PIP_VALUES, command)
    if tool == "conda":
        return _parsed(tool, rest, frozenset({"--file", "-f"}), _CONDA_VALUES, command)
    if tool == "system":
        return _parsed(tool, rest, frozenset(), _SYSTEM_VALUES, command)
    return None


def _tool(words: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """Which tool installs, and the words after `install`."""
    if words[:1] == ("uv",):
        words = words[1:]
    elif len(words) > 2 and _PYTHON.match(words[0]) and words[1] == "-m":  # noqa: PLR2004
        words = words[2:]
    if not words:
        return "", ()
    first, rest = words[0], words[1:]
    if _PIP.match(first):
        return _after(rest, ("install",), "pip")
    if first.rpartition("/")[2] in _CONDA:
        return _after(rest, ("install", "create"), "conda")
    if first in _SYSTEM:
        return _after(rest, (_SYSTEM[first],), "system")
    return "", ()


def _after(
    words: tuple[str, ...], verbs: tuple[str, ...], tool: str
) -> tuple[str, tuple[str, ...]]:
    for index, word in enumerate(words):
        if word in verbs:
            return tool, words[index + 1 :]
        if not word.startswith("-"):
            break
    return "", ()


def _parsed(
    tool: str,
    words: tuple[str, ...],
    file_options: frozenset[str],
    valued: frozenset[str],
    command: Command,
) -> Install:
    packages: list[str] = []
    files: list[str] = []
    local, rest = False, list(words)
    while rest:
        word = rest.pop(0)
        option, equals, value = word.partition("=")
        if option in file_options:
            files.append(value if equals else (rest.pop(0) if rest else ""))
        elif option in ("-e", "--editable"):
            rest.insert(0, value) if equals else None
        elif word.startswith("-"):
            attached = re.match(r"-r(?=\S)", word) if tool == "pip" else None
            if attached:
                files.append(word[2:])
            elif word in valued and rest:
                rest.pop(0)
        elif _is_path(word):
            local = True
        elif not re.match(r"\d?[<>]", word):
            packages.append(word)
    return Install(tool, tuple(packages), tuple(files), local, command)


def _is_path(word: str) -> bool:
    if re.match(r"\w[\w+.]*://|git\+", word):
        return False
    plain = word.partition("[")[0]
    return plain in (".", "..") or "/" in plain or plain.endswith((".whl", ".tar.gz", ".deb"))
