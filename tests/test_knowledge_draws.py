"""Draws obey the seed of the stream that the facts name, in the libraries installed here."""

from __future__ import annotations

from pkgutil import resolve_name
from typing import Any

import pytest

from repro_lint.knowledge import knowledge

NUMPY_DRAWS = (
    ("pandas.Series.sample", lambda draw: draw(resolve_name("pandas.Series")(range(50))).tolist()),
    ("scipy.stats.norm.rvs", lambda draw: draw(size=5).tolist()),
    ("scipy.sparse.random", lambda draw: draw(9, 9, density=0.3).toarray().tolist()),
    ("scipy.stats.gaussian_kde.resample", lambda draw: draw(density(), 4).tolist()),
    ("sklearn.datasets.make_blobs", lambda draw: draw()[0].tolist()),
    ("sklearn.model_selection.train_test_split", lambda draw: draw(list(range(50)))),
    ("sklearn.utils.resample", lambda draw: draw(list(range(50)))),
    ("sklearn.utils.shuffle", lambda draw: draw(list(range(50)))),
)


def density() -> Any:
    return resolve_name("scipy.stats.gaussian_kde")([0.0, 1.0, 2.0, 4.0])


@pytest.mark.parametrize(("name", "call"), NUMPY_DRAWS, ids=[name for name, _ in NUMPY_DRAWS])
def test_given_a_draw_from_numpy_expected_that_its_seed_governs_it(name: str, call: Any) -> None:
    pytest.importorskip(name.partition(".")[0])
    assert knowledge().lookup(name)[0].streams == ("numpy",)
    results = []
    for seed in (0, 0, 1):
        resolve_name("numpy.random.seed")(seed)
        results.append(call(resolve_name(name)))
    assert results[0] == results[1]
    assert results[0] != results[2]


@pytest.mark.parametrize("name", ["default_rng", "RandomState", "PCG64", "SeedSequence"])
def test_given_a_generator_without_seed_expected_that_numpys_seed_does_not_reach_it(
    name: str,
) -> None:
    pytest.importorskip("numpy")
    assert knowledge().lookup(f"numpy.random.{name}")[0].streams == ("entropy",)
    states = []
    for _ in range(2):
        resolve_name("numpy.random.seed")(0)
        made = resolve_name(f"numpy.random.{name}")()
        inner = getattr(made, "bit_generator", made)
        states.append(repr(getattr(inner, "entropy", None) or made_state(made, inner)))
    assert states[0] != states[1]


def made_state(made: Any, inner: Any) -> Any:
    return made.get_state() if hasattr(made, "get_state") else inner.state


TORCH_DRAWS = (
    ("torch.randperm", lambda draw: draw(20).tolist()),
    ("torch.nn.Linear", lambda draw: draw(4, 2).weight.tolist()),
    ("torch.nn.Embedding", lambda draw: draw(4, 2).weight.tolist()),
    (
        "torch.nn.init.xavier_uniform_",
        lambda draw: draw(resolve_name("torch.empty")(3, 3)).tolist(),
    ),
    ("torch.nn.functional.dropout", lambda draw: draw(resolve_name("torch.ones")(40)).tolist()),
    ("torch.utils.data.random_split", lambda draw: list(draw(range(40), [20, 20])[0])),
    ("torch.Tensor.normal_", lambda draw: draw(resolve_name("torch.empty")(5)).tolist()),
)


@pytest.mark.parametrize(("name", "call"), TORCH_DRAWS, ids=[name for name, _ in TORCH_DRAWS])
def test_given_a_draw_from_torch_expected_that_its_seed_governs_it(name: str, call: Any) -> None:
    pytest.importorskip("torch")
    assert knowledge().lookup(name)[0].streams == ("torch",)
    results = []
    for seed in (0, 0, 1):
        resolve_name("torch.manual_seed")(seed)
        results.append(call(resolve_name(name)))
    assert results[0] == results[1]
    assert results[0] != results[2]


def test_given_seeded_cuda_only_expected_that_torchs_stream_is_not_seeded() -> None:
    torch = pytest.importorskip("torch")
    assert knowledge().lookup("torch.cuda.manual_seed_all")[0].streams == ("torch.cuda",)
    torch.manual_seed(3)
    torch.cuda.manual_seed_all(0)
    first = torch.rand(4)
    torch.cuda.manual_seed_all(0)
    assert first.tolist() != torch.rand(4).tolist()
