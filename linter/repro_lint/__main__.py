"""The program itself: `repro-lint` and `python -m repro_lint` start here."""

from __future__ import annotations

import gc
import os
import sys

from repro_lint.cli import main


def run() -> None:
    """Run the command line and leave at once.

    A run makes many records and throws few away, so looking for garbage only costs time.
    Taking them apart one by one costs a tenth of the run, and the process ends anyway.
    """
    gc.disable()
    code = main()
    if "coverage" in sys.modules:
        sys.exit(code)
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        pass
    os._exit(code)


if __name__ == "__main__":
    run()
