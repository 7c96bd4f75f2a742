"""Container files as records: build stages, what each step runs, images and builds of services."""

from __future__ import annotations

import json
import posixpath
import re

from repro_lint import TYPE_CHECKING
from repro_lint.patterns import pattern
from repro_lint.records import Record
from repro_lint.repository.small_text import small_text
from repro_lint.repository.yaml_text import (
    child,
    compose_file,
    pairs_of,
    scalars_of,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from repro_lint.repository.files import Repository


class Image(Record):
    """The name of an image in its parts; tag and digest are "" where absent."""

    text: str
    name: str
    tag: str
    digest: str


class Stage(Record):
    """A `FROM`.

    `image` is None where an argument without default hides it; `argument` names the
    argument whose default was put in. `internal` is true for `scratch` and for a stage
    of the same file.
    """

    image: Image | None
    alias: str
    line: int
    argument: str
    internal: bool


class Step(Record):
    """An instruction: its words without the name, its first line, the place of its stage."""

    instruction: str
    text: str
    line: int
    stage: int


class ContainerFile(Record):
    """A Dockerfile, Containerfile or Apptainer definition."""

    path: str
    stages: tuple[Stage, ...]
    steps: tuple[Step, ...]

    def of(self, *instructions: str) -> tuple[Step, ...]:
        """The steps with one of these instructions."""
        return tuple(step for step in self.steps if step.instruction in instructions)


class Service(Record):
    """A service of a compose file; `image` and `build` are "" where absent."""

    path: str
    name: str
    image: str
    build: str
    command: str
    line: int


_NAMES = pattern(
    r"^(?:dockerfile|containerfile)(?:[.-][\w.-]+)?$|^[\w.-]+\.(?:dockerfile|containerfile)$",
    re.IGNORECASE,
)
_TEMPLATES = (".j2", ".jinja", ".jinja2", ".tmpl", ".tpl", ".template", ".in", ".dockerignore")
_TEMPLATES_OF_PYTHON = (".py", ".md", ".txt", ".sh", ".ignore", ".yml", ".yaml")
_COMPOSE = pattern(r"^(?:docker-)?compose[\w.-]*\.ya?ml$")
_DEFINITION = pattern(r"^(?:singularity|apptainer)(?:\.[\w.-]+)?$|\.def$", re.IGNORECASE)


def is_dockerfile(path: str) -> bool:
    """Tell whether a path names a Dockerfile."""
    name = posixpath.basename(path)
    ends = (*_TEMPLATES, *_TEMPLATES_OF_PYTHON)
    return _NAMES.match(name) is not None and not name.lower().endswith(ends)


def is_compose(path: str) -> bool:
    """Tell whether a path names a compose file."""
    return _COMPOSE.match(posixpath.basename(path)) is not None


def is_definition(path: str) -> bool:
    """Tell whether a path may name an Apptainer (Singularity) definition."""
    return _DEFINITION.search(posixpath.basename(path)) is not None


def parse_image(text: str) -> Image:
    """Split `registry:5000/name:tag@sha256:...`."""
    rest, _, digest = text.partition("@")
    head, slash, last = rest.rpartition("/")
    name, _, tag = last.partition(":")
    return Image(text, head + slash + name, tag, digest)


def read_dockerfile(repository: Repository, path: str) -> ContainerFile | None:
    """Read a Dockerfile; None where its text cannot be had."""
    text = small_text(repository, path)
    if text is None:
        return None
    steps: list[Step] = []
    stages: list[Stage] = []
    arguments: dict[str, str | None] = {}
    for name, value, line in _instructions(text):
        if name == "FROM":
            stages.append(_stage(value, line, arguments, stages))
        elif name == "ARG" and not stages:
            _declare(value, arguments)
        steps.append(Step(name, value, line, len(stages) - 1))
    return ContainerFile(path, tuple(stages), tuple(steps))


def read_definition(repository: Repository, path: str) -> ContainerFile | None:
    """Read an Apptainer definition: where it starts from, and `%post` as one RUN; else None."""
    text = small_text(repository, path) or ""
    if re.search(r"^bootstrap:", text, re.IGNORECASE | re.MULTILINE) is None:
        return None
    docker = re.search(r"^bootstrap:\s*docker\b", text, re.IGNORECASE | re.MULTILINE)
    stages = []
    for match in re.finditer(r"^from:\s*(\S+)", text, re.IGNORECASE | re.MULTILINE):
        image = parse_image(match.group(1)) if docker and "{" not in match.group(1) else None
        stages.append(Stage(image, "", _line_at(text, match.start()), "", internal=False))
    steps = []
    for match in re.finditer(r"^%post.*\n((?:(?!^%).*(?:\n|\Z))*)", text, re.MULTILINE):
        line = _line_at(text, match.start(1))
        steps.append(Step("RUN", match.group(1), line, 0))
    return ContainerFile(path, tuple(stages), tuple(steps))


def read_compose(repository: Repository, path: str) -> Iterator[Service]:
    """Yield the services of a compose file."""
    for name, service in pairs_of(child(compose_file(repository, path), "services")):
        build = child(service, "build")
        context = text_of(build) or text_of(child(build, "context")) or ("." if build else "")
        command = " ".join(word.text for word in scalars_of(child(service, "command")))
        image = text_of(child(service, "image"))
        yield Service(path, name.text, image, context, command, name.line)


def step_script(step: Step) -> str:
    """The shell text of a RUN, CMD or ENTRYPOINT; exec form joined to one line."""
    text = re.sub(r"^(?:--\w[\w-]*(?:=\S+)?\s+)+", "", step.text.lstrip())
    if text.startswith("["):
        try:
            words: Any = json.loads(text)
        except ValueError:
            return text
        if isinstance(words, list) and all(isinstance(word, str) for word in words):
            return _joined(words)
    return text


def _joined(words: list[str]) -> str:
    import shlex  # noqa: PLC0415

    if len(words) > 2 and words[0].endswith("sh") and words[1] in ("-c", "-lc"):  # noqa: PLR2004
        return words[2]
    return shlex.join(words)


def _stage(value: str, line: int, arguments: dict[str, str | None], before: list[Stage]) -> Stage:
    words = [word for word in value.split() if not word.startswith("--")]
    alias = words[2] if len(words) > 2 and words[1].lower() == "as" else ""  # noqa: PLR2004
    written = words[0] if words else ""
    text, argument = _substitute(written, arguments)
    if text is None or not text or "{" in text:
        return Stage(None, alias, line, argument, internal=False)
    known = {stage.alias.lower() for stage in before if stage.alias}
    internal = text == "scratch" or text.lower() in known
    return Stage(parse_image(text), alias, line, argument, internal)


def _declare(value: str, arguments: dict[str, str | None]) -> None:
    for word in re.findall(r"""\w+(?:=(?:"[^"]*"|'[^']*'|\S*))?""", value):
        name, equals, default = word.partition("=")
        text, _ = _substitute(default.strip("\"'"), arguments)
        arguments[name] = text if equals else None


def _substitute(text: str, arguments: dict[str, str | None]) -> tuple[str | None, str]:
    """Put in the defaults of arguments; None where one has no default."""
    used: list[str] = []
    hidden = False

    def value(match: re.Match[str]) -> str:
        nonlocal hidden
        name, fallback = match.group(1) or match.group(3), match.group(2)
        used.append(name)
        found = arguments.get(name) or fallback
        hidden = hidden or found is None
        return found or ""

    result = re.sub(r"\$\{(\w+)(?::?-([^}]*))?\}|\$(\w+)", value, text.strip("\"'"))
    hidden = hidden or "$" in result
    return (None if hidden else result), (used[0] if used else "")


def _instructions(text: str) -> Iterator[tuple[str, str, int]]:
    """Yield name, value and line of each instruction; a here-document is part of its value."""
    from io import BytesIO  # noqa: PLC0415

    from dockerfile_parse import DockerfileParser  # type: ignore[import-untyped]  # noqa: PLC0415

    lines, bodies = _prepared(text)
    content = "\n".join(lines).encode("utf-8", "replace")
    for entry in DockerfileParser(fileobj=BytesIO(content)).structure:
        if entry["instruction"] == "COMMENT":
            continue
        line = entry["startline"] + 1
        value = entry["value"]
        if line in bodies:
            value = re.sub(r"^(?:(?:ba|z)?sh\s+)?<<\S+$", "", value.strip()) + bodies[line]
        elif entry["instruction"] == "RUN":
            value = "\n".join(lines[entry["startline"] : entry["endline"] + 1]).lstrip()[3:]
        yield entry["instruction"], value.strip(" "), line


def _prepared(text: str) -> tuple[list[str], dict[int, str]]:
    """Give the parser what it does not know: `# escape`, gaps in long lines, here-documents."""
    lines = text.split("\n")
    if re.match(r"#\s*escape\s*=\s*`", text, re.IGNORECASE):
        lines = [re.sub(r"`\s*$", r"\\", line) for line in lines]
    bodies: dict[int, str] = {}
    open_word, start, continued = "", 0, False
    for number, line in enumerate(lines, start=1):
        stripped = line.strip()
        if open_word:
            if stripped == open_word:
                open_word = ""
            else:
                bodies[start] += "\n" + line
            lines[number - 1] = "#"
            continue
        if continued and (not stripped or stripped.startswith("#")):
            lines[number - 1] = "\\"
            continue
        if not continued:
            start = number
        heredoc = re.match(r"\s*(?:RUN|COPY|ADD)\b.*<<-?(['\"]?)(\w+)\1", line, re.IGNORECASE)
        if heredoc:
            open_word, bodies[start] = heredoc.group(2), ""
        continued = stripped.endswith("\\")
    return lines, bodies


def _line_at(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1
