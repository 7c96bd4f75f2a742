"""Training: from settings to weights, the same bits each time, and on from any checkpoint."""

from __future__ import annotations

import dataclasses
import sys
from typing import Any

from rich.progress import track

from . import data
from .batches import Share, batches
from .config import Config
{% if cookiecutter.framework == 'pytorch' %}
from .distributed import gathered, joined
from .errors import UserError
{% endif %}
from .evaluate import scores
from .model import Learner
from .repro import checkpoint, manifest, provenance
from .repro.determinism import DeterminismConfig, deterministic
from .repro.seeding import derive_seed, restore_rng_state, rng_state, seed_everything
from .runs import LOG, Run, log_to


@dataclasses.dataclass
class Position:
    """Where a run stands: the next step, and what its epochs have lost so far."""

    step: int = 0
    losses: list[float] = dataclasses.field(default_factory=list)
    history: list[float] = dataclasses.field(default_factory=list)


class Training:
    """One run while it goes on."""

    def __init__(self, config: Config, run: Run, share: Share) -> None:
        """Seed every stream, then make the model."""
        self.config, self.run, self.share = config, run, share
        self.images = data.load("train")
        self.steps_per_epoch = len(self.images.labels) // config.batch_size
        self.total = config.epochs * self.steps_per_epoch
        self.streams = seed_everything(config.seed)
        self.learner = Learner(config, self.total, share)
        seed_everything(derive_seed(config.seed, "rank", share.rank))
        self.position = Position()

    def resume(self) -> None:
        """Go on from the run's newest checkpoint."""
        state = checkpoint.load(self.run.checkpoints.latest())
{% if cookiecutter.framework == 'pytorch' %}
        if len(state["rng"]) != self.share.world:
            hint = f"start {len(state['rng'])}, each goes on with its own streams"
            raise UserError(f"the run was made by another number of processes than {self.share.world}", hint)
{% endif %}
        self.learner.restore(state["learner"])
        restore_rng_state(state["rng"][self.share.rank])
        self.position = Position(**state["positions"][self.share.rank])

    def save(self) -> None:
        """Write a checkpoint; the first process writes for all."""
        streams = {{ 'gathered(rng_state(), self.share)' if cookiecutter.framework == 'pytorch' else '[rng_state()]' }}
        positions = {{ 'gathered(dataclasses.asdict(self.position), self.share)' if cookiecutter.framework == 'pytorch' else '[dataclasses.asdict(self.position)]' }}
        if self.share.rank == 0:
            state = {
                "learner": self.learner.state(),
                "rng": streams,
                "positions": positions,
            }
            self.run.checkpoints.save(
                self.position.step, state, self.learner.weights(), {"config": dataclasses.asdict(self.config)}
            )

    def go_on(self) -> None:
        """Train from where the run stands to its end, or to `max_steps`."""
        end = min(self.total, self.config.max_steps or self.total)
        first = self.position.step // self.steps_per_epoch
        quiet = self.share.rank > 0 or not sys.stderr.isatty()
        epochs = range(first, self.config.epochs)
        for epoch in track(epochs, description="training", disable=quiet):
            if self.position.step < end:
                self.go_on_with(epoch, end)

    def go_on_with(self, epoch: int, end: int) -> None:
        """Train the rest of one epoch."""
        done = self.position.step - epoch * self.steps_per_epoch
        for batch in batches(self.config, self.images, epoch, done, self.share):
            self.position.losses.append(self.learner.step(batch))
            self.position.step += 1
            if self.position.step % self.steps_per_epoch == 0:
                self.close_epoch(epoch)
            if self.position.step == end or self.due():
                self.save()
            if self.position.step == end:
                return

    def due(self) -> bool:
        """Whether a checkpoint is wanted after this step."""
        every = self.config.checkpoint_every
        return every > 0 and self.position.step % every == 0

    def close_epoch(self, epoch: int) -> None:
        """Put the mean loss of an epoch into the history."""
        mean = sum(self.position.losses) / len(self.position.losses)
{% if cookiecutter.framework == 'pytorch' %}
        means = gathered(mean, self.share)
        mean = sum(means) / len(means)
{% endif %}
        self.position.history.append(mean)
        self.position.losses.clear()
        if self.share.rank == 0:
            LOG.info("epoch %d of %d: loss %.6f", epoch + 1, self.config.epochs, mean)

    def finish(self, origin: dict[str, Any]) -> dict[str, Any]:
        """Measure the model and record what the run came from and ended with."""
        metrics = {**scores(self.learner, data.load("test")), "history": self.position.history}
        digests = manifest.content_digests(self.learner.weights())
        self.run.write("metrics.json", metrics)
        self.run.write(
            "manifest.json",
            {
                **origin,
                "config": dataclasses.asdict(self.config),
                "steps": self.position.step,
                "world": self.share.world,
                "weights": digests,
                "digest": manifest.total_digest(digests),
            },
        )
        LOG.info("test accuracy %.4f, weights %s", metrics["accuracy"], manifest.total_digest(digests)[:12])
        return metrics


def train(config: Config, run: Run, *, resume: bool = False) -> dict[str, Any]:
    """Train one run, or go on with it, and return its metrics."""
    digests = data.verify()
    settings = DeterminismConfig(config.determinism, config.threads)
{% if cookiecutter.framework == 'pytorch' %}
    with deterministic(settings), joined(config.device) as share:
{% else %}
    share = Share()
    with deterministic(settings):
{% endif %}
{% if cookiecutter.framework == 'pytorch' %}
        # The model must be gone before the processes part: PyTorch may wait for ever where it is not.
{% endif %}
        return trained(config, run, share, digests, resume=resume)


def trained(config: Config, run: Run, share: Share, digests: dict[str, str], *, resume: bool) -> dict[str, Any]:
    """The part of one process in a run; the first process returns the metrics."""
    if share.rank == 0:
        run.start(config)
        log_to(run.folder)
    training = Training(config, run, share)
    if resume:
        training.resume()
    training.go_on()
    return record(training, digests) if share.rank == 0 else {}


def record(training: Training, digests: dict[str, str]) -> dict[str, Any]:
    """Close a run: its origin, the text of uncommitted changes, its metrics."""
    origin, difference = provenance.collect(digests, training.streams)
    if difference:
        manifest.write_atomically(training.run.folder / "source.diff", difference)
{% if cookiecutter.tracking == 'mlflow' %}
    from .tracking import log  # noqa: PLC0415 - MLflow takes long to import

    metrics = training.finish(origin)
    log(training.run, training.learner)
    return metrics
{% else %}
    return training.finish(origin)
{% endif %}
