"""The score as a badge: a picture, or data from which shields.io draws one."""

from __future__ import annotations

import json
from html import escape

from repro_lint import TYPE_CHECKING

if TYPE_CHECKING:
    from repro_lint.scoring import Score

LABEL = "reproducibility"
UNKNOWN = "unknown"
COLORS = {"A": "#237a33", "B": "#4a770a", "C": "#8f6400", "D": "#b34700", "E": "#c92a2a"}
GREY = "#666"
# The width of a letter of the usual 11 pixel font, close enough for a few words.
LETTER, MARGIN = 6.6, 10
SVG = """\
<svg xmlns="http://www.w3.org/2000/svg" width="{whole}" height="20" role="img" aria-label="{told}">
  <title>{told}</title>
  <clipPath id="r"><rect width="{whole}" height="20" rx="3" fill="#fff"/></clipPath>
  <g clip-path="url(#r)">
    <rect width="{left}" height="20" fill="#444"/>
    <rect x="{left}" width="{right}" height="20" fill="{color}"/>
  </g>
  <g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">
    <text x="{label_x}" y="14" textLength="{label_width}">{label}</text>
    <text x="{value_x}" y="14" textLength="{value_width}">{value}</text>
  </g>
</svg>
"""


def message(score: Score | None) -> str:
    """What the badge says: points, grade and level."""
    return f"{score.value} {score.grade} {score.level}" if score else UNKNOWN


def color(score: Score | None) -> str:
    """The colour of a grade."""
    return COLORS.get(score.grade, GREY) if score else GREY


def shields(score: Score | None) -> str:
    """The JSON that shields.io reads from an endpoint."""
    data = {
        "schemaVersion": 1,
        "label": LABEL,
        "message": message(score),
        "color": color(score),
        "isError": score is None,
    }
    return json.dumps(data, indent=2) + "\n"


def svg(score: Score | None) -> str:
    """The picture; every text on it has enough contrast."""
    value = message(score)
    label_width, value_width = (round(len(text) * LETTER) for text in (LABEL, value))
    left, right = label_width + MARGIN, value_width + MARGIN
    return SVG.format(
        whole=left + right,
        left=left,
        right=right,
        color=color(score),
        label=escape(LABEL),
        value=escape(value),
        told=escape(f"{LABEL}: {value}"),
        label_width=label_width,
        value_width=value_width,
        label_x=left / 2,
        value_x=left + right / 2,
    )
