"""The settings of a training run: typed, checked, each with its meaning."""

from __future__ import annotations

import dataclasses
import difflib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_type_hints

import yaml

from .errors import UserError

CHOICES = {"determinism": ("strict", "off"){% if cookiecutter.framework == 'pytorch' %}, "device": ("cpu", "cuda"){% endif %}}
LEAST: dict[str, int] = {"epochs": 1, "batch_size": 1, "threads": 1}


def setting(default: Any, meaning: str) -> Any:
    """A field with a default and its meaning."""
    return field(default=default, metadata={"meaning": meaning})


@dataclass(frozen=True)
class Config:
    """Everything that decides the result of a run besides code, data and environment."""

    seed: int = setting(0, "root of every stream of random numbers, 0 to 4294967295")
    epochs: int = setting(12, "passes over the training data")
    batch_size: int = setting(64, "images a step, over all processes")
    learning_rate: float = setting(0.003, "step size at the start")
    weight_decay: float = setting(0.0001, "how much weights are pulled to zero")
    width: int = setting(32, "size of the hidden layer")
{% if cookiecutter.framework == 'pytorch' %}
    dropout: float = setting(0.2, "share of hidden values dropped while training")
    workers: int = setting(0, "processes that load data; the result does not depend on them")
    device: str = setting("{{ cookiecutter.accelerator }}", "where tensors live: cpu or cuda")
{% endif %}
    max_shift: int = setting(1, "pixels by which training images are moved at most")
    checkpoint_every: int = setting(50, "steps between two checkpoints")
    max_steps: int = setting(0, "stop after so many steps; 0 means at the end of the last epoch")
    threads: int = setting(1, "threads for numerical libraries; sums depend on their number")
    determinism: str = setting("strict", "strict makes operations that do not repeat an error; or off")

    def __post_init__(self) -> None:
        """Refuse values that make no sense."""
        hints = get_type_hints(type(self))
        for name, value in dataclasses.asdict(self).items():
            check(name, value, hints[name])
        if self.seed >= 2**32:
            raise UserError(f"seed is {self.seed}", "use a number from 0 to 4294967295")


def check(name: str, value: Any, kind: Any) -> None:
    """Raise UserError if a value is of the wrong type or out of range."""
    if type(value) is not kind:
        raise UserError(f"{name} is {value!r}", f"use a value of type {kind.__name__}")
    if kind is not str and value < LEAST.get(name, 0):
        raise UserError(f"{name} is {value}", f"use at least {LEAST.get(name, 0)}")
    if name in CHOICES and value not in CHOICES[name]:
        raise UserError(f"{name} is {value!r}", f"use one of {', '.join(CHOICES[name])}")


def from_mapping(values: dict[str, Any], origin: str) -> Config:
    """A Config from names and values; unknown names raise UserError with the nearest one."""
    hints = get_type_hints(Config)
    for name in values:
        if name not in hints:
            near = difflib.get_close_matches(name, hints, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(hints)}"
            raise UserError(f"{origin}: unknown setting {name!r}", hint)
    return Config(**{name: widened(value, hints[name]) for name, value in values.items()})


def widened(value: Any, kind: Any) -> Any:
    """A whole number where a fraction is meant is one too."""
    return float(value) if kind is float and type(value) is int else value


def load(path: Path, overrides: list[str]) -> Config:
    """Read a YAML file and put `name=value` texts over it."""
    values = {**read_yaml(path), **dict(override(text) for text in overrides)}
    return from_mapping(values, str(path))


def read_yaml(path: Path) -> dict[str, Any]:
    """The mapping that a YAML file holds."""
    try:
        loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"{path} does not exist", "configs/ holds the settings that ship") from None
    except yaml.YAMLError as error:
        raise UserError(f"{path} is no YAML: {error}", "write `name: value` lines") from None
    if not isinstance(loaded, dict):
        raise UserError(f"{path} holds no settings", "write `name: value` lines")
    return loaded


def override(text: str) -> tuple[str, Any]:
    """The name and value of `name=value`."""
    name, equals, value = text.partition("=")
    if not equals:
        raise UserError(f"{text!r} is no setting", "write name=value, like epochs=5")
    return name, yaml.safe_load(value)


def meanings() -> dict[str, str]:
    """What each setting means, for help texts."""
    return {item.name: f"{item.metadata['meaning']} ({item.default})" for item in dataclasses.fields(Config)}
