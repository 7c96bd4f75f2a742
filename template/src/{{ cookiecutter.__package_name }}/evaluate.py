"""What a model is worth on images that it has not seen."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.metrics import f1_score, log_loss

from . import data
from .model import DIGITS, Learner
from .repro import checkpoint
from .repro.determinism import DeterminismConfig, deterministic
from .repro.seeding import seed_everything
from .runs import Run


def scores(learner: Learner, images: data.Images) -> dict[str, Any]:
    """Accuracy, macro F1 and log loss."""
    probabilities = learner.probabilities(images.pixels)
    guesses = probabilities.argmax(axis=1)
    return {
        "accuracy": float(np.mean(guesses == images.labels)),
        "f1": float(f1_score(images.labels, guesses, average="macro")),
        "log_loss": float(log_loss(images.labels, probabilities, labels=np.arange(DIGITS))),
        "images": len(images.labels),
    }


def evaluate(run: Run) -> dict[str, Any]:
    """Measure the model of a run's newest checkpoint on the test images."""
    data.verify()
    config = run.config
    with deterministic(DeterminismConfig(config.determinism, config.threads)):
        seed_everything(config.seed)
        learner = Learner(config, steps=1)
        learner.restore(checkpoint.load(run.checkpoints.latest())["learner"])
        return scores(learner, data.load("test"))
