"""Do the commands that a repository tells or runs name what is there."""

from __future__ import annotations

import posixpath
import re
from itertools import pairwise

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Confidence, Location, Severity
from repro_lint.patterns import pattern
from repro_lint.records import Record
from repro_lint.repository.makefiles import is_makefile
from repro_lint.repository.mentions import is_pretended, mentions
from repro_lint.repository.places import place_of
from repro_lint.repository.shell import resolve_target
from repro_lint.repository.submodules import submodules
from repro_lint.rules.base import Rule
from repro_lint.rules.declared_options import Declarations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.findings import Finding
    from repro_lint.repository.mentions import Mention
    from repro_lint.repository.shell import Command
    from repro_lint.rules.base import Context

_LONGEST = 40
_CLOSE = 0.85
_TEACHES = pattern(r"(^|/)(?:tutorials?|blog|news|releases?|changelog\w*)[/.]", re.IGNORECASE)
# The programs that a document shows; one that says its name is for the reader to save.
_SHOWN = pattern(r"^``` *py(?:thon)?\b[^\n]*\n((?:(?!```)[^\n]*\n)*?)```", re.MULTILINE)
_WRITES = frozenset({"wget", "curl", "cp", "mv", "tee", "touch", "ln", "unzip", "tar", "cat"})


class _Broken(Record):
    """What a command names in vain, how sure that is, and what was probably meant."""

    mention: Mention
    message: str
    confidence: Confidence


class BrokenCommand(Rule):
    """A command that people are told to run cannot work."""

    code = "STR002"
    name = "broken-command"
    severity = Severity.HIGH
    remedy = "mend the commands that name a file, target or option that is not there"
    whole_repository = True

    def applies(self, context: Context) -> bool:
        """Only where commands are told or run."""
        return bool(context.manifests.commands)

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield each thing that the commands of a file name in vain, once."""
        found: dict[tuple[str, str, str], list[_Broken]] = {}
        for broken in _Search(context).all():
            mention = broken.mention
            key = (mention.command.path, mention.text, mention.script)
            found.setdefault(key, []).append(broken)
        for same in found.values():
            yield self._of(context, same)

    def _of(self, context: Context, same: list[_Broken]) -> Finding:
        first = same[0]
        sites = tuple(sorted({_place(context, broken.mention) for broken in same}))
        aside = first.mention.command.origin == "document" or "/" in first.mention.command.path
        finding = self.at(
            sites[0],
            first.message,
            severity=Severity.MEDIUM if aside else None,
            confidence=first.confidence,
            group=f"{first.mention.command.path}:{first.mention.text}",
        )
        return finding._replace(sites=sites if len(sites) > 1 else ())


def _place(context: Context, mention: Mention) -> Location:
    command = mention.command
    last = command.line + _LONGEST
    return place_of(context.repository, command.path, command.line, mention.text, last)


class _Search:
    """Looks for what commands name; what is made, fetched or cloned by others is left out."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._repository = context.repository
        self._by_name: dict[str, list[str]] = {}
        for path in context.repository.paths:
            self._by_name.setdefault(path.rpartition("/")[2], []).append(path)
        self._written = set(self._made())
        self._submodules = tuple(f"{folder}/" for folder in submodules(context.repository))
        self._options = Declarations(context)
        self._is_library = context.manifests.dependencies.library.is_library

    def all(self) -> Iterator[_Broken]:
        """Yield all that is named in vain."""
        away = ""
        for command in self._context.manifests.commands:
            if _leaves(command):
                away = command.path
            if _TEACHES.search(command.path) or command.origin == "script":
                continue
            for mention in mentions(command):
                found = self._judge(mention)
                sure = found is not None and found.confidence is Confidence.HIGH
                if found is not None and (sure or away != command.path):
                    yield found

    def _judge(self, mention: Mention) -> _Broken | None:
        if mention.kind == "option":
            return self._option(mention)
        if mention.kind == "target":
            return self._target(mention)
        if mention.kind == "module":
            return self._module(mention)
        return self._file(mention)

    def _file(self, mention: Mention) -> _Broken | None:
        """A script, list of packages or configuration that is in no folder it may be meant in."""
        text = mention.text
        name = posixpath.basename(text)
        if self._is_there(mention) or name in self._written or is_pretended(text):
            return None
        if self._is_elsewhere(mention):
            return None
        kind = {"config": "configuration", "file": "file"}.get(mention.kind, "script")
        moved = self._by_name.get(name, [])
        if moved:
            return self._moved(mention, moved, kind)
        near = self._near(mention)
        folder = posixpath.dirname(text)
        placed = bool(folder) and self._repository.exists(folder)
        if near:
            return _broken(mention, f"{kind} `{text}` does not exist; `{near}` does", sure=placed)
        told_by_guide = self._is_library or mention.command.origin == "document"
        if told_by_guide and not placed:
            return None
        return _broken(mention, f"{kind} `{text}` does not exist", sure=placed)

    def _is_elsewhere(self, mention: Mention) -> bool:
        """Tell whether a file is of a submodule, or the reader saves the program that is shown."""
        path = posixpath.normpath(posixpath.join(mention.command.folder, mention.text))
        if path.startswith(self._submodules):
            return True
        document = mention.command.origin in ("readme", "document")
        shown = self._repository.text(mention.command.path) if document else None
        return any(mention.text in block for block in _SHOWN.findall(shown or ""))

    def _moved(self, mention: Mention, moved: list[str], kind: str) -> _Broken | None:
        """A file of this name stands elsewhere; the reader may have been told to go there."""
        text = self._repository.text(mention.command.path) or ""
        folders = {posixpath.dirname(path) for path in moved}
        told = any(folder and re.search(_word(folder), text) for folder in folders)
        told = told or any(posixpath.basename(f) in text for f in folders if f)
        if told or len(moved) > 1:
            return None
        return _broken(
            mention, f"{kind} `{mention.text}` does not exist; `{moved[0]}` does", sure=False
        )

    def _near(self, mention: Mention) -> str:
        """A file of almost the same name in the folder that is meant."""
        folder, name = posixpath.split(
            posixpath.normpath(posixpath.join(mention.command.folder, mention.text))
        )
        ending = posixpath.splitext(name)[1]
        names = [
            path.rpartition("/")[2]
            for path in self._repository.paths
            if posixpath.dirname(path) == folder and path.endswith(ending)
        ]
        from difflib import get_close_matches  # noqa: PLC0415  slow to import

        close = get_close_matches(name, names, 1, _CLOSE)
        return posixpath.join(folder, close[0]) if close else ""

    def _is_there(self, mention: Mention) -> bool:
        command, text = mention.command, mention.text
        starts = [command.folder, posixpath.dirname(mention.script)]
        if mention.script:
            script = resolve_target(self._repository, mention.script, command)
            starts.append(posixpath.dirname(script))
        folder = posixpath.dirname(command.path)
        while folder:
            starts.append(folder)
            folder = posixpath.dirname(folder)
        starts.append("")
        joined = (posixpath.normpath(posixpath.join(start, text)) for start in starts)
        return any(path.startswith("..") or self._repository.exists(path) for path in joined)

    def _module(self, mention: Mention) -> _Broken | None:
        """A module of a package that is here, but has no such module."""
        head, *rest = mention.text.split(".")
        folders = [
            root
            for root in (mention.command.folder, "", "src")
            if self._repository.exists(posixpath.join(root, head, "__init__.py"))
        ]
        if not folders or not rest:
            return None
        stems = [posixpath.join(root, head, *rest) for root in folders]
        if any(self._repository.exists(stem) or self._compiled(stem) for stem in stems):
            return None
        return _broken(mention, f"module `{mention.text}` does not exist", sure=True)

    def _compiled(self, stem: str) -> bool:
        return any(self._repository.exists(f"{stem}{end}") for end in (".py", ".pyx", ".so"))

    def _target(self, mention: Mention) -> _Broken | None:
        """A target that the Makefile of the folder does not have."""
        command = mention.command
        homes = {command.folder, posixpath.dirname(command.path), ""}
        files = [p for p in self._repository.paths if is_makefile(p)]
        used = [path for path in files if posixpath.dirname(path) in homes]
        if not used or command.origin == "container":
            return None
        text = "\n".join(self._repository.text(path) or "" for path in used)
        if re.search(
            r"^-?s?include\b|^[^#\t\n]*%[^\n]*:|^\$\(?\{?\w+[)}]?\s*:", text, re.MULTILINE
        ):
            return None
        if self._goes_to(files, used, command):
            return None
        known = {target.name for target in self._context.manifests.targets}
        if mention.text in known or self._repository.exists(mention.text):
            return None
        message = f"`{used[0]}` has no target `{mention.text}`"
        return _broken(mention, message, sure=command.folder == posixpath.dirname(used[0]))

    def _goes_to(self, files: list[str], used: list[str], command: Command) -> bool:
        """Tell whether the reader is sent to the folder of another Makefile."""
        text = self._repository.text(command.path) or ""
        names = {posixpath.basename(posixpath.dirname(path)) for path in files if path not in used}
        return any(re.search(rf"\bcd\s+\S*\b{re.escape(name)}\b", text) for name in names if name)

    def _option(self, mention: Mention) -> _Broken | None:
        """An option that the script, and what it imports, does not declare."""
        command, script = mention.command, mention.script
        if not script.endswith(".py"):
            folder = script.replace(".", "/")
            found = next((p for p in (f"{folder}.py", f"{folder}/__main__.py")
                          if self._repository.exists(p)), "")  # fmt: skip
        else:
            found = resolve_target(self._repository, script, command)
        if self._options.has(found, mention.text) is not False:
            return None
        message = f"`{found}` has no option `{mention.text}`"
        return _broken(mention, message, sure=True)

    def _made(self) -> Iterator[str]:
        """The names of files that commands fetch or write."""
        for command in self._context.manifests.commands:
            words = command.words
            yield from (word.rpartition("/")[2] for word in words if "://" in word)
            for before, word in pairwise(words):
                if before in (">", ">>", "-o", "-O", "--output", "-P"):
                    yield word.rpartition("/")[2]
            if words[0] in _WRITES or "clone" in words[:3]:
                yield from (word.rpartition("/")[2] for word in words[1:])


def _leaves(command: Command) -> bool:
    """Tell whether a command fetches the code of somebody, in whose folder later ones may run."""
    return command.words[:2] == ("git", "clone") or command.words[:2] == ("gh", "repo")


def _broken(mention: Mention, message: str, *, sure: bool) -> _Broken:
    return _Broken(mention, message, Confidence.HIGH if sure else Confidence.MEDIUM)


def _word(text: str) -> str:
    return rf"(?<![\w/]){re.escape(text)}(?!\w)"


RULES: tuple[type[Rule], ...] = (BrokenCommand,)
