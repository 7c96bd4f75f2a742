"""The folder of a run: settings, log, metrics, checkpoints, origin."""

from __future__ import annotations

import dataclasses
import json
import logging
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from .config import Config, from_mapping, read_yaml
from .errors import UserError
from .repro.checkpoint import Checkpoints
from .repro.manifest import write_atomically

RUNS = Path("runs")
LOG = logging.getLogger("{{ cookiecutter.__package_name }}")


@dataclass(frozen=True)
class Run:
    """One run and where its parts lie."""

    folder: Path

    @property
    def checkpoints(self) -> Checkpoints:
        """The checkpoints of the run."""
        return Checkpoints(self.folder / "checkpoints")

    @property
    def config(self) -> Config:
        """The settings it was started with."""
        path = self.folder / "config.yaml"
        return from_mapping(read_yaml(path), str(path))

    @property
    def facts(self) -> dict[str, Any]:
        """Where it came from and what it ended with."""
        return self.read("manifest.json")

    @property
    def metrics(self) -> dict[str, Any]:
        """What it reached."""
        return self.read("metrics.json")

    def read(self, name: str) -> dict[str, Any]:
        """A JSON file of the run; raises UserError where it is missing."""
        path = self.folder / name
        if not path.is_file():
            raise UserError(f"{path} does not exist", "did the run end? `train --resume` goes on with it")
        loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return loaded

    def write(self, name: str, facts: dict[str, Any]) -> None:
        """Write a JSON file of the run."""
        write_atomically(self.folder / name, json.dumps(facts, indent=2, sort_keys=True) + "\n")

    def start(self, config: Config) -> None:
        """Make the folder and record the settings."""
        text = yaml.safe_dump(dataclasses.asdict(config), sort_keys=False)
        write_atomically(self.folder / "config.yaml", text)


def new(folder: Path, *, replace: bool) -> Run:
    """A run in a folder of its own; raises UserError if there is one already, unless it may be replaced."""
{% if cookiecutter.framework == 'pytorch' %}
    if os.environ.get("RANK", "0") != "0":
        return Run(folder)  # the first process has looked, and may have written already
{% endif %}
    if folder.exists() and not replace:
        raise UserError(f"{folder} exists", "choose another --name, or --replace it")
    shutil.rmtree(folder, ignore_errors=True)
    return Run(folder)


def find(name: str, runs: Path = RUNS) -> Run:
    """The run of a name or path; raises UserError with the known ones."""
    for folder in (runs / name, Path(name)):
        if (folder / "config.yaml").is_file():
            return Run(folder)
    known = ", ".join(path.parent.name for path in sorted(runs.glob("*/config.yaml")))
    raise UserError(f"there is no run {name!r}", f"known are {known}" if known else "start with `make train`")


def log_to(folder: Path) -> None:
    """Write the log to the console and to the run's file."""
    folder.mkdir(parents=True, exist_ok=True)
    LOG.setLevel(os.environ.get("LOG_LEVEL", "INFO"))
    for handler in (logging.StreamHandler(), logging.FileHandler(folder / "run.log", encoding="utf-8")):
        handler.setFormatter(logging.Formatter("%(message)s"))
        LOG.addHandler(handler)
