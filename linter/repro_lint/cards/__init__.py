"""Cards: what each rule is about, with examples that are its tests."""

from __future__ import annotations

import re
from pathlib import Path

from repro_lint.records import Record

_FOLDER = Path(__file__).parent
_TITLE = re.compile(r"# (?P<name>[a-z0-9-]+) \((?P<code>[A-Z]{3}\d{3})\)")
_FENCE = re.compile(r"(?P<ticks>`{3,})(?P<language>\w*)(?P<rest>.*)")
_PATH = re.compile(r'\btitle="(?P<path>[^"]+)"')
_MARKER = re.compile(r"[ \t]*# error: \[(?P<rule>[A-Z]{3}\d{3})\](?P<text>.*?)(?=\s*# error: \[|$)")
_CELL = re.compile(r"# %%(?: \[(?P<kind>markdown|raw)?(?P<count>\d+)?(?P<failed> ?error)?\])?")


class Expected(Record):
    """A finding that an example wants: its rule, its place, and text of its message.

    Path "." stands for a finding that belongs to no line. In a file written as a
    `notebook` fence, `line` is 0, and `cell_line` 0 is the cell as a whole.
    """

    path: str
    line: int
    cell: int
    cell_line: int
    rule: str
    text: str


class Example(Record):
    """A small repository, what is to be found in it, and its files after the fix."""

    title: str
    files: dict[str, str]
    fixed: dict[str, str]
    expected: tuple[Expected, ...]


class Card(Record):
    """The page of a rule."""

    code: str
    name: str
    summary: str
    markdown: str
    examples: tuple[Example, ...]


class _Fence(Record):
    """A fenced block: its language, the rest of its opening line, its lines."""

    language: str
    rest: str
    lines: tuple[str, ...]


def index() -> tuple[tuple[str, str], ...]:
    """Code and name of every card, sorted."""
    stems = sorted(path.stem for path in _FOLDER.glob("*.md"))
    return tuple((code, name) for code, _, name in (stem.partition("-") for stem in stems))


def read(code_or_name: str) -> Card:
    """The card of a rule, by code or name; LookupError if there is none."""
    for code, name in index():
        if code_or_name in {code, name}:
            return parse((_FOLDER / f"{code}-{name}.md").read_text("utf-8"))
    raise LookupError(code_or_name)


def parse(markdown: str) -> Card:
    """A card from its text; ValueError where it breaks the form of cards."""
    title = _TITLE.fullmatch(markdown.partition("\n")[0])
    if title is None:
        raise ValueError("the first line must be `# rule-name (CODE)`")
    examples = [_example(heading, blocks) for heading, blocks in _examples(markdown)]
    return Card(title["code"], title["name"], _summary(markdown), markdown, tuple(examples))


def _summary(markdown: str) -> str:
    """The paragraph under the title, on one line."""
    paragraphs = markdown.split("\n\n")
    return " ".join(paragraphs[1].split()) if len(paragraphs) > 1 else ""


def _blocks(markdown: str) -> list[str | _Fence]:
    """Lines outside fences, and fences whole."""
    found: list[str | _Fence] = []
    lines = iter(markdown.splitlines())
    for line in lines:
        opening = _FENCE.fullmatch(line)
        if opening is None:
            found.append(line)
            continue
        inside: list[str] = []
        for text in lines:
            if text.rstrip() == opening["ticks"]:
                break
            inside.append(text)
        else:
            raise ValueError(f"the fence `{line}` is never closed")
        found.append(_Fence(opening["language"], opening["rest"], tuple(inside)))
    return found


def _examples(markdown: str) -> list[tuple[str, list[str | _Fence]]]:
    """The parts under the heading *Examples*, each with its own heading."""
    found: list[tuple[str, list[str | _Fence]]] = []
    inside = False
    for block in _blocks(markdown):
        if isinstance(block, str) and block.startswith("## "):
            inside = block == "## Examples"
        elif inside and isinstance(block, str) and block.startswith("### "):
            found.append((block[4:].strip(), []))
        elif inside and found:
            found[-1][1].append(block)
    return found


def _example(title: str, blocks: list[str | _Fence]) -> Example:
    """One example from the blocks under its heading."""
    files: dict[str, str] = {}
    fixed: dict[str, str] = {}
    expected: list[Expected] = []
    for block in blocks:
        if isinstance(block, str):
            expected += [_expected(m, ".") for m in _MARKER.finditer(block.replace("`", ""))]
            continue
        path = _PATH.search(block.rest)
        if path is None:
            raise ValueError(f"a fence without title under `{title}`")
        into = fixed if block.rest.split()[-1] == "fixed" else files
        if path["path"] in into:
            raise ValueError(f"`{path['path']}` twice under `{title}`")
        read_file = _notebook if block.language == "notebook" else _text
        into[path["path"]], wanted = read_file(path["path"], block.lines)
        expected += wanted
    return Example(title, files, fixed, tuple(sorted(expected)))


def _expected(
    marker: re.Match[str], path: str, line: int = 0, cell: int = 0, cell_line: int = 0
) -> Expected:
    """What one marker wants at one place."""
    return Expected(path, line, cell, cell_line, marker["rule"], marker["text"].strip())


def _text(path: str, lines: tuple[str, ...]) -> tuple[str, list[Expected]]:
    """The text of a file without its markers, and what they want."""
    wanted = [
        _expected(marker, path, number)
        for number, line in enumerate(lines, 1)
        for marker in _MARKER.finditer(line)
    ]
    return "".join(_MARKER.sub("", line) + "\n" for line in lines), wanted


def _notebook(path: str, lines: tuple[str, ...]) -> tuple[str, list[Expected]]:
    """The JSON of a notebook written as cells, and what its markers want."""
    import json  # noqa: PLC0415

    cells: list[dict[str, object]] = []
    sources: list[list[str]] = []
    wanted: list[Expected] = []
    for line in lines:
        text = _MARKER.sub("", line)
        if text.startswith("# %%"):
            cells.append(_cell(text, len(cells) + 1))
            sources.append([])
        elif cells:
            sources[-1].append(text)
        else:
            raise ValueError(f"`{path}` must start with a line `# %%`")
        place = len(cells), len(sources[-1])
        wanted += [_expected(marker, path, 0, *place) for marker in _MARKER.finditer(line)]
    for cell, source in zip(cells, sources, strict=True):
        cell["source"] = "\n".join(source).rstrip("\n").splitlines(keepends=True)
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    notebook = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False) + "\n", wanted


def _cell(separator: str, number: int) -> dict[str, object]:
    """An empty cell as its separator describes it."""
    found = _CELL.fullmatch(separator.rstrip())
    if found is None:
        raise ValueError(f"`{separator}` does not start a cell")
    cell: dict[str, object] = {"id": f"cell-{number}", "metadata": {}}
    if found["kind"]:
        return cell | {"cell_type": found["kind"]}
    failure = {"output_type": "error", "ename": "ValueError", "evalue": "", "traceback": []}
    return cell | {
        "cell_type": "code",
        "execution_count": int(found["count"]) if found["count"] else None,
        "outputs": [failure] if found["failed"] else [],
    }
