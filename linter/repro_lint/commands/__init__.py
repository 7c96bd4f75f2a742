"""What the command line can do: modules with `add_arguments(parser)` and `run(arguments)`."""

from __future__ import annotations

COMMANDS = {
    "check": "judge a repository, or one file (what a bare PATH does)",
    "init": "adopt it: configuration, a baseline, a pre-commit hook",
    "badge": "write the score as a badge",
    "explain": "print the card of a rule",
    "explain-flow": "tell what seeds each stream in a run, or the way to an unseeded draw",
    "new": "make a project that can be reproduced from the first day",
    "rules": "list every rule",
}
