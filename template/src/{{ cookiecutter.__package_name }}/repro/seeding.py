"""Streams of random numbers: seeded, independent of each other, saved and restored.

One root seed decides everything. `rng_for(root, "augment", epoch, index)` gives the same numbers in any process, in any
order and on any number of workers, because nothing but its arguments decides them.
"""

from __future__ import annotations

import hashlib
import random
from contextlib import ContextDecorator
from types import TracebackType
from typing import Any

import numpy as np
{% if cookiecutter.framework == 'pytorch' %}
import torch
{% endif %}

SEEDS = 2**32
WORD = 4


def seed_everything(seed: int) -> tuple[str, ...]:
    """Seed every global stream and return their names; raises ValueError for a seed out of range."""
    if not 0 <= seed < SEEDS:
        raise ValueError(f"a seed lies between 0 and {SEEDS - 1}, not at {seed}")
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - libraries draw from this stream
{% if cookiecutter.framework == 'pytorch' %}
    torch.manual_seed(seed)  # every CUDA device too
    return ("python", "numpy", "torch")
{% else %}
    return ("python", "numpy")
{% endif %}


def sequence(root: int, *names: str | int) -> np.random.SeedSequence:
    """The source of one stream: two of them share nothing unless root and names are equal."""
    return np.random.SeedSequence(entropy=root, spawn_key=tuple(key(name) for name in names))


def key(name: str | int) -> int:
    """A number for a name that is the same in each process, unlike `hash`."""
    if isinstance(name, int):
        return name
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:WORD], "big")


def derive_seed(root: int, *names: str | int) -> int:
    """A seed below 2**32 for one purpose."""
    return int(sequence(root, *names).generate_state(1)[0])


def spawn_seeds(root: int, count: int) -> list[int]:
    """Seeds for so many runs or workers; asking for more leaves the first ones as they are."""
    return [derive_seed(root, "spawn", number) for number in range(count)]


def rng_for(root: int, *names: str | int) -> np.random.Generator:
    """NumPy's generator for one purpose."""
    return np.random.Generator(np.random.PCG64(sequence(root, *names)))


{% if cookiecutter.framework == 'pytorch' %}
def torch_generator_for(root: int, *names: str | int) -> torch.Generator:
    """PyTorch's generator for one purpose."""
    return torch.Generator().manual_seed(derive_seed(root, *names))


def seed_worker(worker: int) -> None:
    """Seed the streams of a data-loading process from the number that PyTorch gave it."""
    del worker  # already part of PyTorch's number
    seed = torch.initial_seed() % SEEDS
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - what a dataset may draw from


{% endif %}
def rng_state() -> dict[str, Any]:
    """The state of every global stream, as numbers, texts{{ ' and tensors' if cookiecutter.framework == 'pytorch' }} only."""
    version, internal, gauss = random.getstate()
    name, keys, position, has_gauss, cached = np.random.get_state(legacy=True)  # noqa: NPY002
    state: dict[str, Any] = {
        "python": [version, list(internal), gauss],
        "numpy": [str(name), [int(word) for word in keys], int(position), int(has_gauss), float(cached)],
    }
{% if cookiecutter.framework == 'pytorch' %}
    state["torch"] = torch.get_rng_state()
    state["cuda"] = torch.cuda.get_rng_state_all() if torch.cuda.is_available() else []
{% endif %}
    return state


def restore_rng_state(state: dict[str, Any]) -> None:
    """Put every global stream where it was; raises ValueError if the state is of other streams."""
    if set(state) != set(rng_state()):
        raise ValueError(f"the state is of {', '.join(sorted(state))}, not of this program's streams")
    version, internal, gauss = state["python"]
    random.setstate((version, tuple(internal), gauss))
    name, keys, position, has_gauss, cached = state["numpy"]
    np.random.set_state((name, np.array(keys, dtype=np.uint32), position, has_gauss, cached))  # noqa: NPY002
{% if cookiecutter.framework == 'pytorch' %}
    torch.set_rng_state(state["torch"])
    if len(state["cuda"]) != (torch.cuda.device_count() if torch.cuda.is_available() else 0):
        raise ValueError(f"the state is of {len(state['cuda'])} CUDA devices: this machine has another number")
    if state["cuda"]:
        torch.cuda.set_rng_state_all(state["cuda"])
{% endif %}


class SeedContext(ContextDecorator):
    """Seed inside a block or function, and leave every stream afterwards as it was, also after an exception."""

    def __init__(self, seed: int) -> None:
        """Remember the seed."""
        self.seed = seed
        self.before: list[dict[str, Any]] = []

    def __enter__(self) -> None:
        """Keep the streams and seed them."""
        self.before.append(rng_state())
        seed_everything(self.seed)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Put the streams back."""
        restore_rng_state(self.before.pop())
