"""Facts of the libraries: what draws, seeds, lists, downloads and switches."""

from __future__ import annotations

from repro_lint.knowledge.load import Knowledge, Stream, knowledge
from repro_lint.knowledge.model import Api, Condition

__all__ = ["Api", "Condition", "Knowledge", "Stream", "knowledge"]
