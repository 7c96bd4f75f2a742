"""Rules about what a notebook needs beside its cells: hidden state, packages, people, kernels."""

from __future__ import annotations

import re

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Location, Severity
from repro_lint.patterns import pattern
from repro_lint.repository.dependencies.names import Place as At
from repro_lint.repository.dependencies.names import from_text
from repro_lint.repository.installs import read_install
from repro_lint.repository.shell import Script, read_commands
from repro_lint.rules.base import Rule
from repro_lint.rules.ci import RUNS_NOTEBOOKS, in_workflows
from repro_lint.rules.notebooks import RAISES, first_line, notebooks
from repro_lint.syntax.cell_names import unbound_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.findings import Finding
    from repro_lint.repository.installs import Install
    from repro_lint.repository.notebooks import Notebook, NotebookCommand
    from repro_lint.rules.base import Context
    from repro_lint.syntax.cell_names import Unbound

_SHOWN = 3


class HiddenState(Rule):
    """A cell needs a name that no cell above it binds."""

    code = "NBK002"
    name = "hidden-state"
    severity = Severity.HIGH
    remedy = "put the cells in the order in which they run, and keep those that bind names"

    def applies(self, context: Context) -> bool:
        """Only where there are notebooks."""
        return any(True for _ in notebooks(context))

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield the first such name of each notebook, with all of its places."""
        for notebook in notebooks(context):
            found = _unbound(notebook)
            if found and notebook.source is not None:
                yield self._of(notebook, found)

    def _of(self, notebook: Notebook, found: list[Unbound]) -> Finding:
        source = notebook.source
        if source is None or source.cells is None:
            raise LookupError(notebook.path)
        places = tuple(
            source.place((use.line, use.column, use.line, use.column + len(use.name)))
            for use in found
        )
        first = found[0]
        cell = places[0].cell
        later = source.cells.at(first.bound).cell if first.bound else 0
        if later > cell:
            why = f"`{first.name}` is used in cell {cell} and first bound in cell {later}"
        else:
            why = f"`{first.name}` is used in cell {cell}, and no cell above it binds it"
        names = ", ".join(f"`{use.name}`" for use in found[1 : _SHOWN + 1])
        finding = self.at(places[0], why + (f" (as is {names})" if names else ""))
        return finding._replace(sites=places if len(places) > 1 else ())


_RUNS_OTHERS = frozenset(
    {"run", "pylab", "load", "load_ext", "store", "loadpy", "reload_ext", "cd"}
)


# Readers of exercises write the cells that bind names.
_EXERCISE = pattern(r"exercis|homework|assignment|(?:^|[/_ -])(?:labs?|quiz)\b", re.IGNORECASE)


def _unbound(notebook: Notebook) -> list[Unbound]:
    """The uses of a notebook; none where a magic or an unread cell may bind names."""
    source = notebook.source
    if source is None or source.cells is None or notebook.unread:
        return []
    if any(c.kind != "shell" and c.name in _RUNS_OTHERS for c in notebook.commands):
        return []
    told = {word for c in notebook.commands for word in re.findall(r"[^\W\d]\w*", c.text)}
    raising = {c.number for c in notebook.cells if RAISES & {*c.tags} or c.has_error_output}
    blanks = _EXERCISE.search(notebook.path) is not None
    return [
        use
        for use in unbound_names(source.text)
        if use.name not in told
        and source.cells.at(use.line).cell not in raising
        and (use.bound or not blanks)
    ]


class UnpinnedInstall(Rule):
    """A cell installs whatever is newest."""

    code = "NBK004"
    name = "unpinned-install"
    severity = Severity.MEDIUM
    remedy = "install the packages of notebooks from a lock, or name their versions"

    def applies(self, context: Context) -> bool:
        """Only where cells run commands."""
        return any(notebook.commands for notebook in notebooks(context))

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield the install commands of each notebook that leave versions open, in one finding."""
        for notebook in notebooks(context):
            found = list(_loose(context, notebook))
            if found:
                places = tuple(_place(notebook, command) for command, _ in found)
                names = [name for _, packages in found for name in packages]
                shown = ", ".join(f"`{name}`" for name in names[:_SHOWN])
                more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
                finding = self.at(
                    places[0], f"installs {shown}{more} in whatever version is newest"
                )
                yield finding._replace(sites=places if len(places) > 1 else ())


def _loose(
    context: Context, notebook: Notebook
) -> Iterator[tuple[NotebookCommand, tuple[str, ...]]]:
    for command in notebook.commands:
        text = command.text
        if command.kind != "shell":
            text = re.sub(r"^(?:bash|sh|script bash)\b.*", "", text) if "\n" in text else text
        script = Script(text, notebook.path, command.line, "notebook")
        for step in read_commands(context.repository, script):
            install = read_install(step)
            names = _open_packages(install) if install else ()
            if names:
                yield command, names


def _open_packages(install: Install) -> tuple[str, ...]:
    """The packages of a command that nothing fixes to one version."""
    if install.tool == "system" or "--require-hashes" in install.command.words:
        return ()
    constrained = any(word in ("-c", "--constraint") for word in install.command.words)
    if constrained and install.tool == "pip":
        return ()
    return tuple(word for word in install.packages if not _is_fixed(word, install.tool))


def _is_fixed(word: str, tool: str) -> bool:
    if "$" in word or "{" in word or re.match(r"(?:pip|setuptools|wheel)\b", word):
        return True
    if tool == "conda":
        return "=" in word
    found = from_text(word, At("", 0))
    if found is None:
        return True
    return (
        found.pin in ("exact", "url", "path")
        or re.fullmatch(r"[0-9a-f]{7,40}|v?\d[\w.]*", found.revision) is not None
    )


class InteractiveNotebook(Rule):
    """A cell waits for a person, or for what only a person's session has."""

    code = "NBK006"
    name = "interactive-notebook"
    severity = Severity.MEDIUM
    remedy = "take what people type or upload from parameters and files of the repository"

    def applies(self, context: Context) -> bool:
        """Only where there are notebooks."""
        return any(True for _ in notebooks(context))

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield the first such place of each kind in each notebook."""
        for notebook in notebooks(context):
            seen = set()
            for place, message in sorted(_interactions(context, notebook)):
                if message not in seen:
                    seen.add(message)
                    yield self.at(place, message)


_WAITS = {
    "builtins.input": "`input()` waits for somebody to type",
    "google.colab.files.upload": "`files.upload()` waits for a file from somebody's computer",
    "google.colab.drive.mount": "`drive.mount()` reads from somebody's own drive",
}


def _interactions(context: Context, notebook: Notebook) -> Iterator[tuple[Location, str]]:
    index = context.modules.get(notebook.path)
    for call in index.calls if index is not None else ():
        message = _WAITS.get(call.target)
        span = call.span
        if message and notebook.source is not None and not _is_guarded(notebook, span.line):
            where = (span.line, span.column, span.end_line, span.end_column)
            yield notebook.source.place(where), message
    for command in notebook.commands:
        if command.kind != "shell" and re.match(r"store\s+-r\b", command.text):
            yield _place(notebook, command), "`%store -r` reads what another session has kept"


def _is_guarded(notebook: Notebook, number: int) -> bool:
    """Tell whether a line stands under an `if`, as indents show: there is another way to run."""
    lines = notebook.source.text.split("\n") if notebook.source is not None else []
    indent = _indent(lines[number - 1])
    for line in reversed(lines[: number - 1]):
        start = _indent(line)
        if line.strip() and start < indent:
            indent = start
            if line.lstrip().startswith(("if ", "if(", "elif ", "else:")):
                return True
        if not indent:
            break
    return False


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


class UnexecutedNotebooks(Rule):
    """Nothing notices when a notebook no longer runs."""

    code = "NBK007"
    name = "unexecuted-notebooks"
    severity = Severity.LOW
    remedy = "execute the notebooks in CI, for example with nbmake"
    whole_repository = True

    def applies(self, context: Context) -> bool:
        """Only where there are notebooks, and CI that could run them."""
        return any(_has_code(n) for n in notebooks(context)) and bool(context.manifests.workflows)

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield one finding for the repository."""
        if in_workflows(context, RUNS_NOTEBOOKS) or any(
            w.opaque for w in context.manifests.workflows
        ):
            return
        found = [notebook.path for notebook in notebooks(context) if _has_code(notebook)]
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        yield self.at(
            Location(found[0]), f"no workflow executes `{found[0]}`{more}", group="notebooks"
        )


def _has_code(notebook: Notebook) -> bool:
    return notebook.source is not None and bool(notebook.source.text.strip())


class UnrunnableNotebook(Rule):
    """A cell is not Python, or the notebook asks for a kernel that one machine has."""

    code = "NBK008"
    name = "unrunnable-notebook"
    severity = Severity.HIGH
    remedy = "mend the cells that are not valid Python, and name the kernel `python3`"

    def applies(self, context: Context) -> bool:
        """Only where there are notebooks."""
        return any(True for _ in notebooks(context))

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield the first cell of each notebook that does not parse, else its kernel."""
        personal: list[Notebook] = []
        for notebook in notebooks(context):
            faults = _faults(notebook)
            if faults:
                number, line = faults[0]
                more = f", as are {len(faults) - 1} more" if len(faults) > 1 else ""
                yield self.at(
                    _line_of(notebook, number, line), f"cell {number} is not valid Python{more}"
                )
            elif notebook.source is not None and _is_personal(notebook.kernel):
                personal.append(notebook)
        texts = [document.text for document in context.manifests.documents]
        any_name = any(_ANY_KERNEL.search(text) for text in texts)
        unknown = [n for n in personal if not any(n.kernel in text for text in texts)]
        if unknown and not any_name:
            yield self._of_kernels(unknown)

    def _of_kernels(self, unknown: list[Notebook]) -> Finding:
        """One finding for all notebooks whose kernel nothing makes."""
        names = sorted({notebook.kernel for notebook in unknown})
        shown = ", ".join(f"`{name}`" for name in names[:_SHOWN])
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        asks = "the notebook asks" if len(unknown) == 1 else f"{len(unknown)} notebooks ask"
        sites = tuple(Location(notebook.path) for notebook in unknown)
        finding = self.at(
            sites[0],
            f"{asks} for the kernel {shown}{more}, which no document tells how to make",
            severity=Severity.LOW,
            group="kernels",
        )
        return finding._replace(sites=sites if len(sites) > 1 else ())


# A kernel under a name that readers choose, and then select.
_ANY_KERNEL = pattern(r"ipykernel install\b[^\n]*--name[= ][\"']?[<{$\[]")
_KERNELS = pattern(
    r"^$|^(?:i?python|xpython|python[23][\w.-]*|ir|julia[\w.-]*|bash|pyspark\w*|synapse_pyspark|"
    r"sparkkernel|conda-root-py|conda-base-py|conda_\w+_p\d+|colab|deno|sos|javascript|rust|"
    r"conda_(?:python3|pytorch|tensorflow|mxnet)\w*)$",
    re.IGNORECASE,
)


def _is_personal(kernel: str) -> bool:
    return _KERNELS.match(kernel) is None


def _faults(notebook: Notebook) -> list[tuple[int, int]]:
    """The cells that are no Python, but for those that are to fail, or whose output says so."""
    raising = {c.number for c in notebook.cells if RAISES & {*c.tags} or c.has_error_output}
    return [fault for fault in notebook.faults if fault[0] not in raising]


def _line_of(notebook: Notebook, number: int, line: int) -> Location:
    cell = notebook.cells[number - 1]
    if not 0 < line <= len(cell.lines):
        return first_line(notebook, cell)
    text = cell.lines[line - 1]
    row = cell.line + line - 1
    start = len(text) - len(text.lstrip()) + 1
    return Location(notebook.path, row, start, row, len(text.rstrip()) + 1, number, line)


def _place(notebook: Notebook, command: NotebookCommand) -> Location:
    """Where a command of a cell stands."""
    lines = notebook.cells[command.cell - 1].lines
    text = lines[command.cell_line - 1] if command.cell_line <= len(lines) else ""
    start = len(text) - len(text.lstrip()) + 1
    return Location(
        notebook.path, command.line, start, command.line, len(text.rstrip()) + 1,
        command.cell, command.cell_line,
    )  # fmt: skip


RULES: tuple[type[Rule], ...] = (
    HiddenState,
    UnpinnedInstall,
    InteractiveNotebook,
    UnexecutedNotebooks,
    UnrunnableNotebook,
)
