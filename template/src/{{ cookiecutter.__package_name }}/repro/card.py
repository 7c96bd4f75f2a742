"""Model card and data card in step with a run and with the data."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import yaml

from ..data import MANIFEST
from ..errors import UserError
from ..runs import Run
from .manifest import write_atomically

MODEL_CARD = Path("MODEL_CARD.md")
DATA_CARD = Path("DATA_CARD.md")
TOLERANCE = 0.005  # other processors round otherwise; a model that changed differs by more
FRONT = re.compile(r"\A---\n(.*?\n)---\n", re.DOTALL)
PLACEHOLDER = re.compile(r"\b(TODO|TBD|FIXME|FILL IN)\b|\{\{|\[more information needed\]", re.IGNORECASE)
METRICS = {"accuracy": "accuracy", "f1": "f1", "log_loss": "log_loss"}


def between(name: str, text: str, inner: str) -> str:
    """A text with other lines between the comments that name a part."""
    opening, closing = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
    before, found, rest = text.partition(opening)
    if not found or closing not in rest:
        raise UserError(f"a card lacks its part {name!r}", f"put back `{opening.strip()}` and `{closing}`")
    return before + opening + inner + closing + rest.partition(closing)[2]


def front_matter(text: str) -> tuple[dict[str, Any], str]:
    """What stands above the model card, for the hub, and the rest of the card."""
    found = FRONT.match(text)
    if found is None:
        raise UserError(f"{MODEL_CARD} has no front matter", "it starts and ends with a line of three dashes")
    return yaml.safe_load(found[1]), text[found.end() :]


def stated(text: str) -> dict[str, float]:
    """The metrics that a model card states, by type."""
    facts, _ = front_matter(text)
    (result,) = facts["model-index"][0]["results"]
    return {metric["type"]: metric["value"] for metric in result["metrics"]}


def filled_model_card(text: str, run: Run) -> str:
    """A model card with a run's numbers in its front matter and its table."""
    metrics = run.metrics
    facts, body = front_matter(text)
    (result,) = facts["model-index"][0]["results"]
    result["metrics"] = [
        {"type": kind, "name": kind, "value": round(metrics[name], 4)} for name, kind in METRICS.items()
    ]
    head = yaml.safe_dump(facts, sort_keys=False, allow_unicode=True)
    rows = [f"| {name} | {metrics[name]:.4f} |" for name in METRICS]
    table = ["| metric | value |", "|---|---:|", *rows, f"| test images | {metrics['images']} |"]
    return between("results", f"---\n{head}---\n{body}", "\n".join(table) + "\n")


def filled_data_card(text: str) -> str:
    """A data card with the files that the data's manifest records."""
    files = json.loads(MANIFEST.read_text(encoding="utf-8"))["files"]
    rows = [f"| {name} | {facts['rows']} | `{facts['sha256']}` |" for name, facts in sorted(files.items())]
    return between("files", text, "\n".join(["| file | rows | SHA-256 |", "|---|---:|---|", *rows]) + "\n")


def fill(run: Run) -> None:
    """Write both cards anew."""
    write_atomically(MODEL_CARD, filled_model_card(MODEL_CARD.read_text(encoding="utf-8"), run))
    write_atomically(DATA_CARD, filled_data_card(DATA_CARD.read_text(encoding="utf-8")))


def problems(run: Run) -> list[str]:
    """A line for each number or file in which a card differs from the run or the data, and each gap."""
    model, data = (path.read_text(encoding="utf-8") for path in (MODEL_CARD, DATA_CARD))
    metrics = run.metrics
    found = [
        f"{MODEL_CARD}: {kind} is {stated(model).get(kind)}, the run reached {metrics[name]:.4f}"
        for name, kind in METRICS.items()
        if abs(stated(model).get(kind, float("inf")) - metrics[name]) > TOLERANCE
    ]
    if filled_data_card(data) != data:
        found.append(f"{DATA_CARD}: its table of files is older than {MANIFEST}")
    for path, text in ((MODEL_CARD, model), (DATA_CARD, data)):
        found += [f"{path}: {gap[0]!r} is still to be filled in" for gap in PLACEHOLDER.finditer(text)]
    return found
