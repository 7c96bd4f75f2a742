"""Runs calls in a process of its own and tells what came out and which streams moved.

    python run.py MODE SEED < cases.json > results.json

MODE names the stream that is seeded with SEED before each case, or is `nothing`. A case
is a name with the text of its arguments; what is made is used as its kind asks: fitted,
split with, sampled from. Nothing of repro-lint is imported here.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import json
import random
import sys
import warnings
from typing import Any

import numpy as np

NUMBERS = np.random.RandomState(7)
X = np.abs(NUMBERS.rand(120, 8)) + 0.05
NEW = np.abs(NUMBERS.rand(60, 8)) + 0.05
HOLES = np.where(NUMBERS.rand(120, 8) < 0.1, np.nan, X)  # noqa: PLR2004
y = (X[:, 0] + X[:, 1] + 0.5 * NUMBERS.rand(120) > X[:, 2] + X[:, 3] + 0.2).astype(int)
target = X[:, 0] * 2 + X[:, 1] + 0.1 * NUMBERS.rand(120)
groups: Any = np.repeat(range(12), 10)
NUMBERS_OF_PICTURES = X.reshape(15, 8, 8)
SHOWN = ("predict_proba", "decision_function", "predict", "transform", "score_samples")
LEARNT = (
    *("labels_", "embedding_", "components_", "coef_", "cluster_centers_", "best_params_"),
    *("covariance_", "location_", "order_", "code_book_", "best_score_"),
)
ATTRIBUTES = (
    *("weight", "edges", "statistic", "pvalue", "confidence_interval", "low", "high", "x"),
    *("entropy", "first_order", "indices"),
)
METHODS = ("random", "random_raw", "rvs")
DIGITS = 6
PLAIN = (str, int, bool, bytes, np.integer, type(None))


def main() -> None:
    """Run all cases and print a result for each."""
    mode, seed = sys.argv[1], int(sys.argv[2])
    cases = json.load(sys.stdin)
    warnings.simplefilter("ignore")
    prepare({case["name"].partition(".")[0] for case in cases})
    with contextlib.redirect_stdout(sys.stderr):
        results = [result_of(case, mode, seed) for case in cases]
    json.dump(results, sys.stdout)


def prepare(packages: set[str]) -> None:
    """Import what only shows its members after another import."""
    if "sklearn" in packages:
        importlib.import_module("sklearn.experimental.enable_halving_search_cv")
        importlib.import_module("sklearn.experimental.enable_iterative_imputer")
    if "torch" in packages:
        importlib.import_module("torch").set_num_threads(1)


def result_of(case: dict[str, str], mode: str, seed: int) -> dict[str, Any]:
    """The fingerprint of one case and the streams that it moved, or why it failed."""
    try:
        found = resolve(case["name"])
        space = namespace()
        before = states()
        seed_stream(mode, seed)
        seeded = states()
        made = eval(case["call"], {**space, "call": found})  # noqa: S307  the table is ours
        shown = fingerprint(used(made, case["name"], space[case.get("data", "X")]))
        moved = [name for name, state in states().items() if state != seeded.get(name, before)]
    except Exception as reason:  # noqa: BLE001  a library may refuse in any way
        return {"failed": f"{type(reason).__name__}: {reason}"[:200]}
    return {"shown": shown, "moved": moved}


def resolve(name: str) -> Any:
    """The object of a dotted name."""
    parts = name.split(".")
    for end in range(len(parts) - 1, 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:end]))
        except ModuleNotFoundError:
            continue
        for part in parts[end:]:
            found = getattr(found, part)
        return found
    raise LookupError(name)


def namespace() -> dict[str, Any]:
    """What the texts of arguments may name; the arrays are copies."""
    return {
        "np": np,
        "X": X.copy(),
        "NEW": NEW.copy(),
        "HOLES": HOLES.copy(),
        "PICTURES": NUMBERS_OF_PICTURES.copy(),
        "CLASSES": np.round(X * 4),
        "y": y.copy(),
        "target": target.copy(),
        "groups": groups.copy(),
        "library": importlib.import_module,
        "shapes": shapes,
    }


def shapes(name: str) -> list[Any]:
    """The parameters with which SciPy tests one of its distributions."""
    module = importlib.import_module("scipy.stats._distr_params")
    found: list[Any] = dict((*module.distcont, *module.distdiscrete))[name]
    return found


def seed_stream(mode: str, seed: int) -> None:
    """Seed one stream and no other."""
    if mode == "python":
        random.seed(seed)
    if mode == "numpy":
        np.random.seed(seed)  # noqa: NPY002  the stream that is measured
    if mode == "torch":
        importlib.import_module("torch").manual_seed(seed)


def states() -> dict[str, str]:
    """A digest of the state of each shared stream."""
    legacy: Any = np.random.get_state()  # noqa: NPY002
    kind, keys, position, *rest = legacy
    found = {
        "python": digest(repr(random.getstate())),
        "numpy": digest(f"{kind}{keys.tobytes()!r}{position}{rest}"),
    }
    torch = sys.modules.get("torch")
    if torch is not None:
        found["torch"] = digest(repr(torch.get_rng_state().numpy().tobytes()))
    return found


def used(made: Any, name: str, data: Any) -> Any:
    """What an object does with data: folds of a splitter, results of a fit; else itself."""
    if "model_selection" in name and hasattr(made, "split") and not hasattr(made, "fit"):
        return [fold for pair in made.split(X, y, groups) for fold in pair]
    if hasattr(made, "fit") and not hasattr(made, "rvs"):
        return fitted(made, data)
    if name.endswith("ParameterSampler") or hasattr(made, "__next__"):
        return list(made)
    return made


def fitted(made: Any, data: Any) -> list[Any]:
    """What an estimator shows after it was fitted to the data that it takes."""
    if hasattr(made, "fit_resample"):
        return list(made.fit_resample(X, y))
    if data is not X and not np.array_equal(data, X):
        return [made.fit_transform(data, y)]
    if not any(takes(made, wanted) for wanted in wanted_by(made)):
        made.fit(X)
    found = [getattr(made, name) for name in LEARNT if hasattr(made, name)]
    for name in SHOWN:
        if hasattr(made, name):
            try:
                found.append(getattr(made, name)(NEW))
            except Exception:  # noqa: BLE001, S112  another method shows it
                continue
    return found


def wanted_by(made: Any) -> tuple[Any, ...]:
    """The targets to try, the likeliest first."""
    name = type(made).__name__
    if name.endswith("Chain") or name.startswith("Multi"):
        several = np.c_[target, -target]
        return (np.c_[y, 1 - y], several) if "Class" in name else (several,)
    return (target, y) if "Regress" in name or name.endswith(("SVR", "Ridge")) else (y, target)


def takes(made: Any, wanted: Any) -> bool:
    """Fit with a target; False if the estimator refuses it."""
    state = np.random.get_state()  # noqa: NPY002
    try:
        made.fit(X, wanted)
    except (TypeError, ValueError):
        np.random.set_state(state)  # noqa: NPY002
        return False
    return True


def fingerprint(value: Any) -> str:
    """A digest of a value to six digits; what it cannot see counts as nothing."""
    return digest(repr(plain(value, 0)))


def plain(value: Any, depth: int) -> Any:
    """A value as nested tuples of texts."""
    if hasattr(value, "detach"):
        value = value.detach().numpy()
    for name in ("toarray", "as_matrix"):
        value = getattr(value, name)() if hasattr(value, name) else value
    if hasattr(value, "to_numpy"):
        value = (plain(list(value.index), depth + 1), value.to_numpy().tolist())
    if isinstance(value, np.ndarray):
        return plain(value.tolist(), depth + 1)
    if isinstance(value, (float, np.floating, complex)):
        return f"{value:.{DIGITS}g}"
    if isinstance(value, dict):
        kept = [(str(k), v) for k, v in value.items() if "time" not in str(k)]
        return tuple((key, plain(item, depth + 1)) for key, item in kept)
    if isinstance(value, (list, tuple, set)):
        return tuple(plain(item, depth + 1) for item in value)
    if isinstance(value, PLAIN):
        return str(value)
    return type(value).__name__, *inside(value, depth)


def inside(value: Any, depth: int) -> list[Any]:
    """What an object shows of its numbers."""
    if depth > DIGITS:
        return []
    found = []
    for name in ATTRIBUTES:
        shown = getattr(value, name, None)
        if shown is not None:
            found.append(plain(list(shown) if name == "edges" else shown, depth + 1))
    made = [getattr(value, name) for name in METHODS if callable(getattr(value, name, None))]
    return [*found, *(plain(method(3), depth + 1) for method in made[:1])]


def digest(text: str) -> str:
    """A short name for a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


if __name__ == "__main__":
    main()
