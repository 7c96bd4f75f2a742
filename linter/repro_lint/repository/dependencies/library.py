"""Judges whether a repository is a package that others install, or runs on its own."""

from __future__ import annotations

import re

from repro_lint import TYPE_CHECKING
from repro_lint.repository.dependencies.records import Library

if TYPE_CHECKING:
    from collections.abc import Iterable

_RUNS = (
    r"(?:src/|scripts/)?(?:[\w-]+_)?(?:main|run|train|pretrain|finetune|fine_tune|experiments?)"
    r"(?:[_-][\w-]+)?\.(?:py|ipynb)"
)
_ENOUGH = 2


def judge_library(signs: Iterable[str], paths: Iterable[str]) -> Library:
    """Weigh the signs of a published package at the root against scripts that train."""
    root = tuple(sorted(sign for sign in signs if "/" not in sign))
    scripts = [path for path in paths if re.fullmatch(_RUNS, path)]
    published = any(sign.startswith("classifiers") for sign in root) or len(root) >= _ENOUGH
    return Library(published and not scripts, published, root)
