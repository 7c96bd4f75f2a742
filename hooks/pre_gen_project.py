"""Refuse what copier.yml refuses too. Written by tools/template.py; do not edit."""

import json
import re
import sys

ANSWERS = json.loads(r'{{ cookiecutter | tojson }}')
RULES = {
    'project_name': (
        '^[A-Za-z0-9][A-Za-z0-9 ._-]{0,79}\\Z',
        'A name starts with a letter or digit and has at most 80 letters, digits, spaces, dots, dashes and underscores',
    ),
    'project_slug': (
        '^(?!(?:and|as|assert|async|aux|await|break|calendar|class|code|con|continue|copy|csv|def|del|dotenv|dvc|elif|else|email|except|finally|flax|for|from|global|html|http|hydra|if|import|in|io|is|jax|joblib|json|keras|lambda|logging|math|mlflow|mypy|nonlocal|not|nul|numpy|optax|or|os|pass|platform|prn|profile|pytest|queue|raise|random|re|return|rich|ruff|select|signal|site|sklearn|statistics|string|sys|tensorflow|test|threadpoolctl|time|token|torch|trace|try|types|typing|wandb|wave|while|with|yaml|yield)$)[a-z](?:-?[a-z0-9]){1,59}\\Z',
        'A slug has 2 to 60 lower-case letters and digits, with single dashes between them, starts with a letter and is no name that Python or a package has',
    ),
    'description': (
        '^[^"\\\\{}<>\\r\\n]{1,160}\\Z',
        'A description is one line of at most 160 characters without quotation marks, braces, angle brackets and backslashes',
    ),
    'author': (
        '^[^"\\\\{}<>,\\r\\n]{1,80}\\Z',
        'An author is one name of at most 80 characters without quotation marks, commas, braces and angle brackets',
    ),
    'email': (
        '^[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:[.][A-Za-z0-9-]+)+\\Z',
        'An address looks like name@example.org',
    ),
    'copyright_year': (
        '^(?:19|20)[0-9][0-9]\\Z',
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
