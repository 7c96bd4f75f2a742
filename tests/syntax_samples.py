"""What the tests of the two parsers share: indexing with both, and the corpus of syntax."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from repro_lint.syntax import from_ast, from_libcst

if TYPE_CHECKING:
    from repro_lint.syntax.index import ModuleIndex

CORPUS = Path(__file__).parent / "syntax_corpus"
SINCE = re.compile(r"since_3(\d+)_")


def indexed(text: str) -> ModuleIndex:
    """The index of a text, on which both parsers agree."""
    found = from_ast.index_module("module.py", text)
    assert from_libcst.index_module("module.py", text) == found
    return found


def called(text: str) -> list[str]:
    """The callees as written, in order of evaluation."""
    return [call.name for call in indexed(text).calls]


def targets(text: str) -> list[str]:
    """What the callees mean, in order of evaluation."""
    return [call.target for call in indexed(text).calls]


def corpus(*, parsed_here: bool) -> list[Path]:
    """The files of the corpus whose syntax the running interpreter knows, or the others."""
    paths = sorted(CORPUS.glob("*.txt"))
    return [path for path in paths if (since(path) <= sys.version_info.minor) == parsed_here]


def since(path: Path) -> int:
    """The minor version of Python that a file of the corpus needs, told by its name."""
    found = SINCE.match(path.name)
    assert found is not None, path.name
    return int(found[1])
