"""What the project tells its readers: headings, commands, code and links of its documents."""

from __future__ import annotations

import posixpath
import re
from functools import cache

from repro_lint import TYPE_CHECKING
from repro_lint.patterns import pattern
from repro_lint.records import Record
from repro_lint.repository.shell import Command, Script, read_commands
from repro_lint.repository.small_text import small_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from repro_lint.repository.files import Repository


class Heading(Record):
    """A heading and its line."""

    text: str
    line: int


class Link(Record):
    """Where a link leads, its text, its line."""

    target: str
    text: str
    line: int


class CodeBlock(Record):
    """A block of code; `language` is "" where the document names none."""

    language: str
    text: str
    line: int


class Document(Record):
    """A README or another page of prose."""

    path: str
    text: str
    headings: tuple[Heading, ...]
    blocks: tuple[CodeBlock, ...]
    links: tuple[Link, ...]
    commands: tuple[Command, ...]


class _Parts(Record):
    headings: list[Heading]
    blocks: list[CodeBlock]
    links: list[Link]
    inline: list[CodeBlock]


SHELL_LANGUAGES = frozenset(
    {
        "sh", "bash", "shell", "zsh", "console", "shell-session", "shellsession", "terminal",
        "cmd", "powershell", "ps1", "fish", "prompt", "commandline", "bat", "batch", "shellscript",
    }
)  # fmt: skip
_KNOWN_PROGRAMS = pattern(
    r"^(?:[$%>!]\s*)?(?:sudo\s+)?(?:[A-Z_]+=\S+\s+)*(?:"
    r"(?:\.?[\w/.-]*/)?(?:i?python|pip)[\d.]*\s|(?:conda|mamba|micromamba|poetry|uv|pdm|pipenv|"
    r"pixi|hatch|make|docker|docker-compose|torchrun|accelerate|deepspeed|bash|sh|jupyter|papermill|"
    r"mlflow|dvc|snakemake|nextflow|just|tox|nox|pytest|apt|apt-get|brew|git|source|mpirun|srun|"
    r"sbatch|kedro|streamlit|ray|singularity|apptainer|nix|cd|export|wget|curl|easy_install)\s|"
    r"\./[\w/.-]+|make$|pytest$|tox$|nox$)"
)
_README = pattern(r"^readme(?:[._-][\w.-]+)?$", re.IGNORECASE)
_PROSE = (".md", ".rst", ".txt", ".markdown", ".mdx", ".org", ".adoc")
_GUIDE = pattern(
    r"install|setup|getting|started|quick|usage|train|pretrain|finetune|eval|reproduc|tutorial|"
    r"guide|run|experiment|model_zoo|index|dataset|data|benchmark",
    re.IGNORECASE,
)
_MOST_DOCUMENTS = 60


def is_readme(path: str) -> bool:
    """Tell whether a path names a README."""
    name = posixpath.basename(path)
    stem, dot, ending = name.rpartition(".")
    plain = stem if dot and f".{ending.lower()}" in _PROSE else name
    return _README.match(plain) is not None and (not dot or f".{ending.lower()}" in _PROSE)


def is_guide(path: str) -> bool:
    """Tell whether a path, as seen from its project, names a page on how to install or run."""
    folder, name = posixpath.split(path)
    if not name.lower().endswith((".md", ".rst", ".markdown")) or folder.count("/") > 1:
        return False
    top = folder.split("/")[0].lower()
    return top in ("", "docs", "doc", "documentation") and _GUIDE.search(name) is not None


def document_paths(repository: Repository) -> tuple[str, ...]:
    """The READMEs, those nearest to the root first, and the guides; at most sixty of a project."""
    layout = repository.projects
    found: dict[str, list[str]] = {}
    for path in repository.paths:
        if path.lower().endswith(_PROSE) or is_readme(path):
            home = layout.whole(path.rpartition("/")[0])
            if not is_readme(path):
                home = home if home in layout.marked else ""
                inside = path[len(home) + 1 :] if home else path
                if not is_guide(inside):
                    continue
            if "node_modules/" not in path:
                found.setdefault(home, []).append(path)
    nearest = (sorted(paths, key=_depth)[:_MOST_DOCUMENTS] for paths in found.values())
    return tuple(sorted((path for paths in nearest for path in paths), key=_depth))


def _depth(path: str) -> tuple[int, str]:
    return path.count("/"), path


def read_document(repository: Repository, path: str) -> Document | None:
    """Read one page; None where its text cannot be had."""
    text = small_text(repository, path)
    if text is None:
        return None
    parts = _Parts([], [], [], [])
    if path.lower().endswith(".rst"):
        _read_rst(text, parts)
    else:
        _read_markdown(text, parts, inline=is_readme(path))
    commands = tuple(_document_commands(repository, path, parts))
    return Document(
        path, text, tuple(parts.headings), tuple(parts.blocks), tuple(parts.links), commands
    )


def _document_commands(repository: Repository, path: str, parts: _Parts) -> Iterator[Command]:
    origin = "readme" if is_readme(path) else "document"
    folder = posixpath.dirname(path) if is_readme(path) else ""
    for block in sorted([*parts.blocks, *parts.inline], key=lambda block: block.line):
        shell = _shell_text(block)
        if shell:
            script = Script(shell, path, block.line, origin, folder)
            yield from read_commands(repository, script)


def _shell_text(block: CodeBlock) -> str:
    """The command lines of a block, other lines blank so that line numbers stay."""
    lines = block.text.split("\n")
    if block.language in SHELL_LANGUAGES:
        if any(re.match(r"\s*[$%] ", line) for line in lines):
            return "\n".join(_prompted(lines))
        return block.text
    if block.language not in ("", "text", "txt", "none", "plaintext", "plain"):
        return ""
    return "\n".join(_recognised(lines))


def _prompted(lines: list[str]) -> Iterator[str]:
    continued = False
    for line in lines:
        keep = continued or re.match(r"\s*(?:\(\w+\)\s*)?[$%] ", line) is not None
        continued = keep and line.rstrip().endswith("\\")
        yield line if keep else ""


def _recognised(lines: list[str]) -> Iterator[str]:
    continued = False
    for line in lines:
        keep = continued or _KNOWN_PROGRAMS.match(line.strip()) is not None
        continued = keep and line.rstrip().endswith("\\")
        yield line if keep else ""


@cache
def _markdown(*, inline: bool) -> Any:
    """A parser; reading what stands within lines costs as much as the lines."""
    from markdown_it import MarkdownIt  # noqa: PLC0415

    parser = MarkdownIt("commonmark")
    return parser if inline else parser.disable("inline")


def _read_markdown(text: str, parts: _Parts, *, inline: bool) -> None:
    """Read a page; links and code within lines only of a README."""
    heading = False
    for token in _markdown(inline=inline).parse(text):
        line = token.map[0] + 1 if token.map else 0
        heading = token.type == "heading_open" or (heading and token.type == "inline")
        if token.type == "fence":
            language = re.split(r"[\s,{:]", token.info.strip().lstrip("{."))[0].rstrip("}")
            parts.blocks.append(CodeBlock(language.lower(), token.content, line + 1))
        elif token.type == "code_block":
            parts.blocks.append(CodeBlock("", token.content, line))
        elif token.type == "inline":
            if heading:
                parts.headings.append(Heading(_plain(token), line))
                heading = False
            _read_inline(token, line, parts)
        elif token.type == "html_block":
            _read_html(token.content, line, parts)


def _plain(token: Any) -> str:
    if not token.children:
        return str(token.content).strip()
    return "".join(
        part.content for part in token.children or () if part.type in ("text", "code_inline")
    ).strip()


def _read_inline(token: Any, line: int, parts: _Parts) -> None:
    target, words, start = "", "", line
    for part in token.children or ():
        if part.type in ("softbreak", "hardbreak"):
            line += 1
        elif part.type == "link_open":
            target, words, start = str(part.attrs.get("href", "")), "", line
        elif part.type == "link_close":
            parts.links.append(Link(target, words, start))
            target = ""
        elif part.type == "code_inline":
            parts.inline.append(CodeBlock("", part.content, line))
        elif part.type == "html_inline":
            _read_html(part.content, line, parts)
        words += part.content if part.type in ("text", "code_inline", "image") else ""


def _read_html(text: str, line: int, parts: _Parts) -> None:
    for match in re.finditer(r"<a\s[^>]*href=[\"']([^\"']+)[\"']", text, re.IGNORECASE):
        parts.links.append(Link(match.group(1), "", line + text.count("\n", 0, match.start())))
    for match in re.finditer(r"<h[1-6][^>]*>(.*?)</h[1-6]>", text, re.IGNORECASE | re.DOTALL):
        words = re.sub(r"<[^>]+>", "", match.group(1)).strip()
        parts.headings.append(Heading(words, line + text.count("\n", 0, match.start())))


_RST_DIRECTIVE = pattern(r"^\s*\.\.\s+(?:code-block|code|sourcecode|prompt)::\s*(\S*)")


def _read_rst(text: str, parts: _Parts) -> None:
    lines = text.split("\n")
    for index, line in enumerate(lines):
        directive = _RST_DIRECTIVE.match(line)
        if directive:
            block = _indented(lines, index + 1)
            parts.blocks.append(CodeBlock(directive.group(1).lower(), *block))
        elif line.rstrip().endswith("::") and not line.lstrip().startswith(".."):
            parts.blocks.append(CodeBlock("", *_indented(lines, index + 1)))
        elif index and lines[index - 1].strip() and re.fullmatch(r"([=\-~^\"'#*+`])\1{2,}", line):
            parts.headings.append(Heading(lines[index - 1].strip(), index))
        for match in re.finditer(r"``([^`]+)``", line):
            parts.inline.append(CodeBlock("", match.group(1), index + 1))
        for match in re.finditer(r"`([^`<]*?)\s*<([^>`]+)>`_|(https?://[^\s>`)]+)", line):
            target = match.group(2) or match.group(3)
            parts.links.append(Link(target, (match.group(1) or "").strip(), index + 1))


def _indented(lines: list[str], index: int) -> tuple[str, int]:
    """The text of the indented block that begins at a line, and its first line from 1."""
    while index < len(lines) and (
        not lines[index].strip() or re.match(r"\s+:[\w-]+:", lines[index])
    ):
        index += 1
    block: list[str] = []
    for place in range(index, len(lines)):
        if lines[place].strip() and not lines[place].startswith((" ", "\t")):
            break
        block.append(lines[place].strip())
    return "\n".join(block), index + 1
