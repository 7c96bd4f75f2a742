"""Mistakes in settings are told in one line, with a hint."""

from pathlib import Path

import pytest

from {{ cookiecutter.__package_name }}.config import Config, load, meanings
from {{ cookiecutter.__package_name }}.errors import UserError

DEFAULT = Path("configs/default.yaml")


def test_the_file_and_the_command_line_meet() -> None:
    config = load(DEFAULT, ["epochs=3", "learning_rate=1"])

    assert (config.epochs, config.learning_rate) == (3, 1.0)


def test_every_setting_has_a_meaning() -> None:
    assert all(meanings().values())
    assert set(meanings()) == set(vars(Config()))


@pytest.mark.parametrize(
    ("override", "message", "hint"),
    [
        ("epoch=3", "unknown setting 'epoch'", "did you mean epochs"),
        ("epochs=many", "epochs is 'many'", "type int"),
        ("epochs=0", "epochs is 0", "at least 1"),
        ("learning_rate=-1", "learning_rate is -1", "at least 0"),
        ("determinism=maybe", "determinism is 'maybe'", "strict, off"),
        ("seed=4294967296", "seed is 4294967296", "0 to 4294967295"),
        ("epochs", "'epochs' is no setting", "name=value"),
    ],
)
def test_a_mistake_is_told(override: str, message: str, hint: str) -> None:
    with pytest.raises(UserError, match=message) as caught:
        load(DEFAULT, [override])

    assert hint in caught.value.hint


def test_a_missing_file_is_told() -> None:
    with pytest.raises(UserError, match="does not exist"):
        load(Path("configs/none.yaml"), [])
