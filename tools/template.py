"""Write what follows from copier.yml: cookiecutter.json and the hook that checks answers.

python tools/template.py           write both files
python tools/template.py --check   say which of them is old
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
NAMES = "cookiecutter"
RULE = re.compile(
    r"^\{% if not \((\w+) \| regex_search\('(.+)'\)\) %\}\s*(.+?)\s*\{% endif %\}$", re.DOTALL
)
HOOK = '''"""Refuse what copier.yml refuses too. Written by tools/template.py; do not edit."""

import json
import re
import sys

ANSWERS = json.loads(r'{{{{ cookiecutter | tojson }}}}')
RULES = {rules}


def refused() -> list[str]:
    """A line for each answer that breaks its rule."""
    return [
        f"{{name}} {{ANSWERS[name]!r}}: {{message}}"
        for name, (pattern, message) in RULES.items()
        if not re.search(pattern, ANSWERS[name])
    ]


if refused():
    sys.exit("\\n".join(f"ERROR: {{line}}" for line in refused()))
'''


def questions() -> dict[str, dict[str, Any]]:
    """What copier.yml asks, in order."""
    text = (ROOT / "copier.yml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return {name: asked for name, asked in loaded.items() if not name.startswith("_")}


def shared(text: str) -> str:
    """A Jinja text of copier.yml with the names that cookiecutter knows."""
    return re.sub(r"\{\{ (?=[a-z])", f"{{{{ {NAMES}.", text)


def default(asked: dict[str, Any]) -> Any:
    """What cookiecutter offers: a text, a boolean, or a list with the default in front."""
    choices = asked.get("choices")
    if choices is None:
        return shared(asked["default"]) if isinstance(asked["default"], str) else asked["default"]
    return [asked["default"], *(choice for choice in choices if choice != asked["default"])]


def followed(text: str) -> dict[str, str]:
    """The names of copier.yml's hidden question that are no answers but follow from them."""
    lines = re.findall(r"^(__\w+): \{\{ (.+) \| tojson \}\}$", text, re.MULTILINE)
    names = "|".join(name for name in questions() if name != NAMES)
    return {
        name: "{{ " + re.sub(rf"(?<![\w.'\"])({names})\b", rf"{NAMES}.\1", value) + " }}"
        for name, value in lines
    }


def cookiecutter_json() -> str:
    """The questions for cookiecutter, with their texts."""
    asked = questions()
    asked.pop(NAMES)
    answers: dict[str, Any] = {name: default(question) for name, question in asked.items()}
    answers.update(followed(questions()[NAMES]["default"]))
    answers["__prompts__"] = {name: question["help"] for name, question in asked.items()}
    answers["_jinja2_env_vars"] = {"trim_blocks": True}
    return json.dumps(answers, indent=2) + "\n"


def rules() -> dict[str, tuple[str, str]]:
    """For each question with a validator, the pattern of good answers and what to say of others."""
    found = {}
    for name, question in questions().items():
        if "validator" in question:
            rule = RULE.match(question["validator"].strip())
            if rule is None or rule[1] != name:
                sys.exit(f"copier.yml: the validator of {name} has not the usual form")
            found[name] = (rule[2].replace("\\\\", "\\"), " ".join(rule[3].split()))
    return found


def hook() -> str:
    """The text of hooks/pre_gen_project.py."""
    lines = [
        f"    {name!r}: (\n        {pattern!r},\n        {message!r},\n    ),"
        for name, (pattern, message) in rules().items()
    ]
    return HOOK.format(rules="\n".join(["{", *lines, "}"]))


def stands(path: Path, text: str) -> bool:
    """Whether a file holds a text already."""
    return path.is_file() and path.read_text(encoding="utf-8") == text


def main() -> int:
    """Write the files, or name those that are old."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="change nothing")
    check = parser.parse_args().check
    wanted = {"cookiecutter.json": cookiecutter_json(), "hooks/pre_gen_project.py": hook()}
    old = {path: text for path, text in wanted.items() if not stands(ROOT / path, text)}
    for path, text in old.items():
        if check:
            print(f"{path} is older than copier.yml: run tools/template.py")
        else:
            (ROOT / path).write_text(text, encoding="utf-8", newline="\n")
            print(f"wrote {path}")
    return 1 if check and old else 0


if __name__ == "__main__":
    sys.exit(main())
