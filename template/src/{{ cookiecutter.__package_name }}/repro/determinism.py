"""Settings that make operations repeat their results, and honest words about those that come too late."""

from __future__ import annotations

import hashlib
import os
import pickle
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

{% if cookiecutter.framework == 'pytorch' %}
import torch
{% endif %}
from threadpoolctl import threadpool_info, threadpool_limits

from .seeding import SeedContext

THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True)
class DeterminismConfig:
    """How strict to be, and how many threads numerical libraries get."""

    mode: str = "strict"
    threads: int = 1


def required_environment(threads: int) -> dict[str, str]:
    """What must be set before the interpreter or CUDA starts; setting it later has no effect."""
    return {
        "PYTHONHASHSEED": "0",
{% if cookiecutter.framework == 'pytorch' %}
        "CUBLAS_WORKSPACE_CONFIG": ":4096:8",  # PyTorch before 2.10 asks for it, later ones do no harm with it
{% endif %}
        **dict.fromkeys(THREAD_VARIABLES, str(threads)),
    }


def start_again_if_needed(threads: int = 1) -> None:
    """Replace this process by one with the required environment, unless each variable is set already."""
    missing = {name: value for name, value in required_environment(threads).items() if name not in os.environ}
    if missing:
        os.execve(  # noqa: S606 - this very program, no shell
            sys.executable, [sys.executable, *sys.orig_argv[1:]], {**os.environ, **missing}
        )


@contextmanager
def deterministic(config: DeterminismConfig) -> Iterator[None]:
    """Set threads and switches inside a block and put each back afterwards."""
{% if cookiecutter.framework == 'pytorch' %}
    before = switches()
    threads = torch.get_num_threads()
    with threadpool_limits(limits=config.threads):
        try:
            torch.set_num_threads(config.threads)
            switch(config.mode)
            yield
        finally:
            torch.set_num_threads(threads)
            put_back(before)


def switches() -> dict[str, bool]:
    """PyTorch's switches as they stand."""
    return {
        "deterministic_algorithms": torch.are_deterministic_algorithms_enabled(),
        "warn_only": torch.is_deterministic_algorithms_warn_only_enabled(),
        "cudnn_deterministic": torch.backends.cudnn.deterministic,
        "cudnn_benchmark": torch.backends.cudnn.benchmark,
    }


def switch(mode: str) -> None:
    """Turn PyTorch's switches to `strict` or `off`."""
    torch.use_deterministic_algorithms(mode == "strict")
    torch.backends.cudnn.deterministic = mode == "strict"
    torch.backends.cudnn.benchmark = False


def put_back(before: dict[str, bool]) -> None:
    """Turn PyTorch's switches to where they were."""
    torch.use_deterministic_algorithms(before["deterministic_algorithms"], warn_only=before["warn_only"])
    torch.backends.cudnn.deterministic = before["cudnn_deterministic"]
    torch.backends.cudnn.benchmark = before["cudnn_benchmark"]
{% else %}
    with threadpool_limits(limits=config.threads):
        yield
{% endif %}


def determinism_report() -> list[tuple[str, str, str]]:
    """Setting, value and verdict (`ok`, `weak`, or when it can be changed) of all that decides repeatability."""
    rows = [
        (name, os.environ.get(name, "not set"), "ok" if name in os.environ else "must be set before the start")
        for name in required_environment(1)
    ]
    rows += [(f"threads of {pool['internal_api']}", str(pool["num_threads"]), "ok") for pool in threadpool_info()]
{% if cookiecutter.framework == 'pytorch' %}
    rows += [(name, str(value), verdict(name, value)) for name, value in switches().items()]
    rows.append(("CPU capability", torch.backends.cpu.get_cpu_capability(), "other machines may have another"))
{% endif %}
    return rows


{% if cookiecutter.framework == 'pytorch' %}
def verdict(name: str, value: bool) -> str:  # noqa: FBT001 - the switch's own value
    """Whether a switch of PyTorch stands where repeatability wants it."""
    return "ok" if value == (name in ("deterministic_algorithms", "cudnn_deterministic")) else "weak"


{% endif %}
def fingerprint(value: Any) -> str:
    """The SHA-256 of a result, bit for bit."""
    return hashlib.sha256(pickle.dumps(value)).hexdigest()


def verify_deterministic(function: Callable[[], Any], seed: int = 0, runs: int = 2) -> bool:
    """Whether a function returns the same bits each time when it starts from the same seed."""
    results = set()
    for _ in range(runs):
        with SeedContext(seed):
            results.add(fingerprint(function()))
    return len(results) == 1


def benchmark_determinism(function: Callable[[], Any], rounds: int = 5) -> float:
    """What `strict` costs: its median time over that of `off`, measured in turns after a warm-up."""
    times: dict[str, list[float]] = {"off": [], "strict": []}
    for turn in range(rounds + 1):
        for mode, taken in times.items():
            with deterministic(DeterminismConfig(mode)):
                start = time.perf_counter()
                function()
{% if cookiecutter.framework == 'pytorch' %}
                if torch.cuda.is_available():
                    torch.cuda.synchronize()
{% endif %}
                if turn > 0:
                    taken.append(time.perf_counter() - start)
    return statistics.median(times["strict"]) / statistics.median(times["off"])
