"""Reads the modules of a repository into indexes, in parallel where that pays."""

from __future__ import annotations

import gc
import re

from repro_lint import TYPE_CHECKING
from repro_lint.patterns import pattern
from repro_lint.records import Record
from repro_lint.syntax import from_ast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from repro_lint.repository.files import Repository
    from repro_lint.syntax.index import ModuleIndex

CHUNKS_PER_WORKER = 8
# Groups of exceptions, type parameters and aliases, f-strings and t-strings, bare tuples in except.
NEWER = pattern(
    r"^[ \t]*(?:except[ \t]*\*|type[ \t]+\w+|(?:def|class)[ \t]+\w+[ \t]*\[|except[^:\n]*,)"
    r"|\b(?:[ft]r?|r[ft])[\"']",
    re.MULTILINE | re.IGNORECASE,
)
PYTHON_2 = pattern(r"^[ \t]*(?:print[ \t]+[\w\"'%]|exec[ \t]+[\w\"'])", re.MULTILINE)


class Job(Record):
    """A module to read."""

    path: str
    text: str
    notebook: bool
    parser: str


class Failure(Record):
    """Why a module has no index; `line` counts in the text that was parsed."""

    path: str
    line: int
    reason: str


def read_modules(
    repository: Repository,
    parser: str = "auto",
    workers: int = 1,
    progress: Callable[[], None] = lambda: None,
) -> Mapping[str, ModuleIndex]:
    """Index each Python file and notebook, sorted by path; failures are noted."""
    found: dict[str, ModuleIndex] = {}
    collecting = gc.isenabled()
    gc.disable()
    try:
        for outcome in outcomes(list(jobs(repository, parser)), workers):
            progress()
            if isinstance(outcome, Failure):
                note(repository, outcome)
            else:
                found[outcome.path] = outcome
    finally:
        if collecting:
            gc.enable()
    return found


def jobs(repository: Repository, parser: str) -> Iterator[Job]:
    """Each module that the repository judges, sorted by path."""
    for path in sorted((*repository.python_paths, *repository.notebook_paths)):
        source = repository.source(path)
        if source is not None:
            yield Job(path, source.text, source.kind == "notebook", parser)


def note(repository: Repository, failure: Failure) -> None:
    """Tell the repository that a module could not be read, at its line in the file."""
    source = repository.source(failure.path)
    line = failure.line
    if source is not None and line:
        line = source.place((line, 1, line, 1)).line
    repository.note(failure.path, line, failure.reason)


def outcomes(work: Sequence[Job], workers: int) -> Iterable[ModuleIndex | Failure]:
    """Index each job; the order of the answers is that of the jobs."""
    if min(workers, len(work)) <= 1:
        return map(index_job, work)
    return parallel(work, workers)


def parallel(work: Sequence[Job], workers: int) -> Iterator[ModuleIndex | Failure]:
    """Index jobs in a pool of processes."""
    from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415  heavy, seldom needed

    size = max(1, len(work) // (workers * CHUNKS_PER_WORKER))
    with ProcessPoolExecutor(workers) as pool:
        yield from pool.map(index_job, work, chunksize=size)


def index_job(job: Job) -> ModuleIndex | Failure:
    """Index one module with the parser that the job names."""
    if job.parser == "libcst":
        return index_with_libcst(job)
    try:
        return from_ast.index_module(job.path, job.text, notebook=job.notebook)
    except SyntaxError as problem:
        failure = Failure(job.path, problem.lineno or 0, why(problem))
        return retry(job, failure)
    except (RecursionError, MemoryError):
        return Failure(job.path, 0, "nests too deeply to be read")
    except ValueError:
        return Failure(job.path, 0, "does not parse: null bytes")


def why(problem: SyntaxError) -> str:
    """Why a text does not parse, in words that do not change with the interpreter."""
    deep = "nested" in problem.msg
    return "does not parse: too many nested brackets" if deep else "does not parse: invalid syntax"


def retry(job: Job, failure: Failure) -> ModuleIndex | Failure:
    """Try libcst where the interpreter refuses a file whose syntax may be newer."""
    if job.parser == "ast" or "nested" in failure.reason or not may_be_newer(job.text):
        return failure
    outcome = index_with_libcst(job)
    return failure if isinstance(outcome, Failure) else outcome


def may_be_newer(text: str) -> bool:
    """Whether a text holds a sign of syntax that came after Python 3.10, and none of Python 2."""
    return bool(NEWER.search(text)) and not PYTHON_2.search(text)


def index_with_libcst(job: Job) -> ModuleIndex | Failure:
    """Index one module with libcst."""
    from repro_lint.syntax import from_libcst  # noqa: PLC0415  libcst costs 150 ms to import

    try:
        return from_libcst.index_module(job.path, job.text)
    except from_libcst.Unreadable as problem:
        return Failure(job.path, problem.line, problem.reason)
