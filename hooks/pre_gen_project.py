"""Refuse what copier.yml refuses too. Written by tools/template.py; do not edit."""

import json
import re
import sys

ANSWERS = json.loads(r'{{ cookiecutter | tojson }}')
RULES = {
    'project_name': (
        '^[A-Za-z0-9][A-Za-z0-9 ._-]{0,79}$',
        'A name starts with a letter or digit and has at most 80 letters, digits, spaces, dots, dashes and underscores',
    ),
    'project_slug': (
        '^[a-z](?:-?[a-z0-9]){1,59}$',
        'A slug has 2 to 60 lower-case letters and digits, with single dashes between them, and starts with a letter',
    ),
    'description': (
        '^[^"\\\\{}<>\\r\\n]{1,160}$',
        'A description is one line of at most 160 characters without quotation marks, braces, angle brackets and backslashes',
    ),
    'author': (
        '^[^"\\\\{}<>,\\r\\n]{1,80}$',
        'An author is one name of at most 80 characters without quotation marks, commas, braces and angle brackets',
    ),
    'email': (
        '^[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:[.][A-Za-z0-9-]+)+$',
        'An address looks like name@example.org',
    ),
    'copyright_year': (
        '^(?:19|20)[0-9][0-9]$',
        'A year has four digits, like 2026',
    ),
}


def refused() -> list[str]:
    """A line for each answer that breaks its rule."""
    return [
        f"{name} {ANSWERS[name]!r}: {message}"
        for name, (pattern, message) in RULES.items()
        if not re.search(pattern, ANSWERS[name])
    ]


if refused():
    sys.exit("\n".join(f"ERROR: {line}" for line in refused()))
