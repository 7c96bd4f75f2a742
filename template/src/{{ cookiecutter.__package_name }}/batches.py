"""Batches whose order and content depend on the seed, the epoch and the image only.

Neither the number of processes nor what was drawn before changes them, so a run can stop and go on anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
{% if cookiecutter.framework == 'pytorch' %}
from typing import Any
{% endif %}

import numpy as np
from numpy.typing import NDArray
{% if cookiecutter.framework == 'pytorch' %}
from torch.utils.data import DataLoader, Dataset
{% endif %}

from .config import Config
from .data import Images, augmented
from .repro.seeding import rng_for{% if cookiecutter.framework == 'pytorch' %}, seed_worker, torch_generator_for{% endif %}


Batch = tuple[NDArray[np.float32], NDArray[np.int64]]


@dataclass(frozen=True)
class Share:
    """The part of each batch that one process computes."""

    rank: int = 0
    world: int = 1


def epoch_batches(config: Config, size: int, epoch: int) -> list[NDArray[np.int64]]:
    """The indices of each full batch of an epoch."""
    order = rng_for(config.seed, "order", epoch).permutation(size)
    steps = size // config.batch_size
    return [order[at * config.batch_size : (at + 1) * config.batch_size] for at in range(steps)]


@dataclass(frozen=True)
class Augmented{% if cookiecutter.framework == 'pytorch' %}(Dataset[Batch]){% endif %}:
    """The training images as one epoch sees them, by lists of indices."""

    images: Images
    config: Config
    epoch: int

    def __getitem__(self, indices: NDArray[np.int64]) -> Batch:
        """The images and labels of one batch."""
        pixels = [self.image(int(index)) for index in indices]
        return np.stack(pixels), self.images.labels[indices]

    def image(self, index: int) -> NDArray[np.float32]:
        """One image, moved as this epoch wants it."""
        rng = rng_for(self.config.seed, "augment", self.epoch, index)
        return augmented(self.images.pixels[index], self.config.max_shift, rng)


def batches(config: Config, images: Images, epoch: int, first: int, share: Share) -> Iterator[Batch]:
    """The batches of an epoch from the one numbered `first` on, as far as this process computes them."""
    wanted = epoch_batches(config, len(images.labels), epoch)[first:]
    mine = [indices[share.rank :: share.world] for indices in wanted]
    dataset = Augmented(images, config, epoch)
{% if cookiecutter.framework == 'pytorch' %}
    loader: DataLoader[Batch] = DataLoader(
        dataset,
        sampler=mine,
        batch_size=None,
        num_workers=config.workers,
        worker_init_fn=seed_worker,
        generator=torch_generator_for(config.seed, "loader", epoch),
        collate_fn=unchanged,
    )
    yield from loader


def unchanged(batch: Any) -> Any:
    """A batch as it is: arrays, not tensors yet."""
    return batch
{% else %}
    for indices in mine:
        yield dataset[indices]
{% endif %}
