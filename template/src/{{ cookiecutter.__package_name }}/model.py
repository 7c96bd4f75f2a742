{% if cookiecutter.framework == 'pytorch' %}
"""The model and one step of its training, with PyTorch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from .batches import Batch, Share
from .config import Config

DIGITS = 10
SIDE = 8


def network(config: Config) -> nn.Sequential:
    """A small convolutional network for images of shape (n, 1, 8, 8)."""
    return nn.Sequential(
        nn.Conv2d(1, config.width, kernel_size=3, padding=1),
        nn.BatchNorm2d(config.width),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Dropout(config.dropout),
        nn.Linear(config.width * (SIDE // 2) ** 2, DIGITS),
    )


class Learner:
    """A network with what its training needs: optimizer and learning-rate schedule."""

    def __init__(self, config: Config, steps: int, share: Share | None = None) -> None:
        """Draw the first weights from PyTorch's stream, the same in each process."""
        self.device = torch.device(config.device)
        self.network = network(config).to(self.device)
        self.trained: nn.Module = self.network
        if share is not None and share.world > 1:
            self.trained = DistributedDataParallel(self.network)
        self.optimizer = torch.optim.AdamW(
            self.network.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay
        )
        self.schedule = torch.optim.lr_scheduler.CosineAnnealingLR(self.optimizer, T_max=steps)

    def step(self, batch: Batch) -> float:
        """Learn from one batch and return its loss."""
        pixels, labels = batch
        self.trained.train()
        scores = self.trained(self.tensor(pixels))
        loss = nn.functional.cross_entropy(scores, torch.from_numpy(labels).to(self.device))
        self.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimizer.step()
        self.schedule.step()
        return float(loss.detach())

    def tensor(self, pixels: NDArray[np.float32]) -> torch.Tensor:
        """Pixels of shape (n, 8, 8) as the network takes them."""
        return torch.from_numpy(pixels).unsqueeze(1).to(self.device)

    @torch.no_grad()
    def probabilities(self, pixels: NDArray[np.float32]) -> NDArray[np.float64]:
        """Probability of each digit, of shape (n, 10)."""
        self.network.eval()
        scores: NDArray[np.float64] = self.network(self.tensor(pixels)).double().softmax(dim=1).cpu().numpy()
        return scores

    def weights(self) -> dict[str, NDArray[Any]]:
        """Copies of all parameters and buffers by name."""
        return {name: value.cpu().numpy().copy() for name, value in self.network.state_dict().items()}

    def state(self) -> dict[str, Any]:
        """Everything that the next step depends on, except the streams of random numbers."""
        return {
            "network": self.network.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "schedule": self.schedule.state_dict(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a state."""
        self.network.load_state_dict(state["network"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.schedule.load_state_dict(state["schedule"])


def save(state: dict[str, Any], path: Path) -> None:
    """Write a state to a file."""
    torch.save(state, path)


def load(path: Path) -> dict[str, Any]:
    """Read a state; the file can hold tensors, numbers and texts only, no code."""
    state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    return state
{% else %}
"""The model and one step of its training, with scikit-learn."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import joblib
import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import log_loss
from sklearn.neural_network import MLPClassifier

from .batches import Batch, Share
from .config import Config
from .repro.seeding import derive_seed

DIGITS = 10


class Learner:
    """A network that learns batch by batch; it holds its own stream of random numbers."""

    def __init__(self, config: Config, steps: int, share: Share | None = None) -> None:
        """Seed the network from the root seed; `steps` and `share` are for other frameworks."""
        del steps, share
        self.network = MLPClassifier(
            hidden_layer_sizes=(config.width,),
            learning_rate_init=config.learning_rate,
            alpha=config.weight_decay,
            batch_size=config.batch_size,
            random_state=derive_seed(config.seed, "network"),
        )

    def step(self, batch: Batch) -> float:
        """Learn from one batch and return its loss."""
        pixels, labels = batch
        flat = pixels.reshape(len(labels), -1).astype(np.float64)
        self.network.partial_fit(flat, labels, classes=np.arange(DIGITS))
        return float(log_loss(labels, self.probabilities(pixels), labels=np.arange(DIGITS)))

    def probabilities(self, pixels: NDArray[np.float32]) -> NDArray[np.float64]:
        """Probability of each digit, of shape (n, 10)."""
        flat = pixels.reshape(len(pixels), -1).astype(np.float64)
        found: NDArray[np.float64] = self.network.predict_proba(flat)
        return found

    def weights(self) -> dict[str, NDArray[Any]]:
        """Copies of all weights by name."""
        layers = zip(self.network.coefs_, self.network.intercepts_, strict=True)
        named = {}
        for number, (slopes, offsets) in enumerate(layers):
            named[f"layer{number}.weight"] = slopes.copy()
            named[f"layer{number}.bias"] = offsets.copy()
        return named

    def state(self) -> dict[str, Any]:
        """Everything that the next step depends on, the network's own stream included."""
        return {"network": self.network}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a state."""
        self.network = state["network"]


def save(state: dict[str, Any], path: Path) -> None:
    """Write a state to a file."""
    joblib.dump(state, path)


def load(path: Path) -> dict[str, Any]:
    """Read a state; the file can hold code, so its digest is checked first (repro/checkpoint.py)."""
    state: dict[str, Any] = joblib.load(path)
    return state
{% endif %}
