"""The program itself: `repro-lint` and `python -m repro_lint` start here."""

from __future__ import annotations

import gc
import os
import sys

from repro_lint import TYPE_CHECKING
from repro_lint.cli import main

if TYPE_CHECKING:
    from typing import TextIO


def run() -> None:
    """Run the command line and leave at once.

    A run makes many records and throws few away, so looking for garbage only costs time.
    Taking them apart one by one costs a tenth of the run, and the process ends anyway.
    """
    gc.disable()
    code = main()
    if "coverage" in sys.modules:
        sys.exit(code)
    _flush(sys.stdout)
    _flush(sys.stderr)
    os._exit(code)


def _flush(stream: TextIO | None) -> None:
    """Hand over what is still held back, if there is anyone to take it."""
    if stream is None:
        return
    try:
        stream.flush()
    except OSError:
        return


if __name__ == "__main__":
    run()
