"""Scores the evidence of one repository: a number, a range, a grade, a level, what to do next."""

from __future__ import annotations

from repro_lint.scoring.model import load
from repro_lint.scoring.records import (
    Cap,
    Evidence,
    Hazard,
    NextFix,
    NextLevel,
    Part,
    PillarScore,
    Practice,
    Run,
    Score,
)
from repro_lint.scoring.score import score

__all__ = [
    "Cap",
    "Evidence",
    "Hazard",
    "NextFix",
    "NextLevel",
    "Part",
    "PillarScore",
    "Practice",
    "Run",
    "Score",
    "load",
    "score",
]
