"""Lets `python -m repro_lint` be `repro-lint`."""

from __future__ import annotations

import sys

from repro_lint.cli import main

if __name__ == "__main__":
    sys.exit(main())
