"""Refresh the two locks of generated projects, template/requirements*.lock.

    python tools/build_template_lock.py            resolve anew and write both; needs uv
    python tools/build_template_lock.py --verify   does each set of answers get what it asks for?

All answers are resolved together, so that a project keeps its versions when an answer changes;
conditions leave in each project what its answers ask for. No file names a registry.
"""

from __future__ import annotations

import argparse
import itertools
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import jinja2

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "tools" / "template_lock.toml"
LOCK = ROOT / "template" / "requirements.lock"
BUILD_LOCK = ROOT / "template" / "requirements.build.lock"
ANSWERS = {
    "framework": ("pytorch", "sklearn"),
    "accelerator": ("cpu", "cuda"),
    "tracking": ("none", "mlflow"),
    "use_dvc": (False, True),
    "use_notebooks": (False, True),
}
EXTRAS = re.compile(r"\[[^]]*\]")
Pins = dict[str, str]


def resolve(wanted: list[str], constraints: Pins | None = None) -> Pins:
    """The block of each pin of a resolution, by its requirement and marker."""
    with tempfile.TemporaryDirectory() as folder:
        limits = Path(folder) / "constraints.txt"
        limits.write_text("\n".join(plain(pin) for pin in constraints or ()), encoding="utf-8")
        command = [
            *("uv", "pip", "compile", "-", "--universal", "--python-version", "3.11"),
            *("--generate-hashes", "--no-emit-index-url", "--no-emit-find-links", "--no-annotate"),
            *("--no-strip-extras", "--no-header", "--quiet", "--constraints", str(limits)),
        ]
        done = subprocess.run(
            command, input="\n".join(wanted), capture_output=True, text=True, check=False
        )
    if done.returncode:
        sys.exit(f"uv could not resolve:\n{done.stderr}")
    return blocks(done.stdout)


def plain(pin: str) -> str:
    """A pin without its extras, as a constraint must be."""
    return EXTRAS.sub("", pin)


def release(pin: str) -> str:
    """The name and version of a pin, without extras and marker."""
    return plain(pin).partition(" ; ")[0]


def blocks(text: str) -> Pins:
    """The lines of each requirement of a lock, by its first line."""
    found: Pins = {}
    name = ""
    for line in text.splitlines(keepends=True):
        if not line.startswith((" ", "#")):
            name = line.rstrip(" \\\n")
            found[name] = ""
        if name:
            found[name] += line
    return found


def source() -> dict[str, Any]:
    """What stands in template_lock.toml."""
    loaded: dict[str, Any] = tomllib.loads(SOURCE.read_text(encoding="utf-8"))
    return loaded


def cpu_build(asked: dict[str, Any], elsewhere: str) -> dict[str, str]:
    """The blocks of torch's CPU build: our hashes on Linux, the registry's elsewhere."""
    lines = [asked["pin"], *(f"    --hash=sha256:{value}" for value in sorted(asked["hashes"]))]
    return {asked["pin"]: " \\\n".join(lines) + "\n", asked["elsewhere"]: elsewhere}


def with_condition(block: str, conditions: list[str]) -> str:
    """A block that stays only where one of the conditions holds."""
    return f"{{% if {' or '.join(conditions)} %}}\n{block}{{% endif %}}\n"


class Wishes:
    """Which pins and which extras each part of the answers asks for."""

    def __init__(self, asked: dict[str, Any]) -> None:
        """Resolve everything at once, then each part under the versions found."""
        parts = [(f"({part['condition']})", part["requirements"]) for part in asked["when"]]
        self.union = resolve(asked["always"] + [wish for _, wishes in parts for wish in wishes])
        self.base = {release(pin): pin for pin in resolve(asked["always"], self.union)}
        self.parts = {
            condition: {release(pin): pin for pin in resolve(asked["always"] + wishes, self.union)}
            for condition, wishes in parts
        }

    def block(self, pin: str) -> str:
        """The lines of one pin, with the condition under which it is wanted."""
        name = release(pin)
        text = self.union[pin]
        wanting = [condition for condition, pins in self.parts.items() if name in pins]
        extras = EXTRAS.search(pin)
        if extras and "[" not in self.base.get(name, ""):
            with_extras = [part for part in wanting if "[" in self.parts[part][name]]
            if with_extras != wanting or name in self.base:
                conditional = f"{{% if {' or '.join(with_extras)} %}}{extras[0]}{{% endif %}}"
                text = text.replace(extras[0], conditional, 1)
        return text if name in self.base else with_condition(text, wanting)


def lock_text(asked: dict[str, Any]) -> tuple[str, Pins]:
    """The text of requirements.lock with its conditions, and all pins of the resolution."""
    wishes = Wishes(asked)
    cpu = next(part for part in wishes.parts if "'cpu'" in part)
    torch = next(block for pin, block in wishes.union.items() if pin.startswith("torch=="))
    marker = asked["torch_cpu"]["elsewhere"].partition(" ; ")[2]
    own = cpu_build(asked["torch_cpu"], torch.replace(" \\\n", f" ; {marker} \\\n", 1))
    texts = {pin: wishes.block(pin) for pin in wishes.union}
    texts.update({pin: with_condition(block, [cpu]) for pin, block in own.items()})
    return "".join(text for _, text in sorted(texts.items())), wishes.union


def refresh() -> None:
    """Write both locks."""
    asked = source()
    text, union = lock_text(asked)
    LOCK.write_text(text, encoding="utf-8", newline="\n")
    build = resolve(asked["build"], union)
    BUILD_LOCK.write_text("".join(build.values()), encoding="utf-8", newline="\n")
    print(f"wrote {len(union)} pins and {len(build)} for builds")


def answers() -> list[dict[str, Any]]:
    """Every set of answers that the lock depends on."""
    return [
        dict(zip(ANSWERS, chosen, strict=True)) for chosen in itertools.product(*ANSWERS.values())
    ]


def wanted(asked: dict[str, Any], chosen: dict[str, Any]) -> list[str]:
    """What one set of answers asks for."""
    environment = jinja2.Environment(autoescape=True)
    found = list(asked["always"])
    for part in asked["when"]:
        if environment.compile_expression(part["condition"])(cookiecutter=chosen):
            found += part["requirements"]
    return found


def named(pin: str) -> str:
    """A pin without its marker: the resolution of all answers states the wider one."""
    return pin.partition(" ; ")[0]


def verify() -> int:
    """Resolve each set of answers alone and compare it with its part of the lock."""
    asked = source()
    environment = jinja2.Environment(trim_blocks=True, keep_trailing_newline=True, autoescape=False)  # noqa: S701 - no page, a text file
    template = environment.from_string(LOCK.read_text(encoding="utf-8"))
    cpu = {named(pin) for pin in cpu_build(asked["torch_cpu"], "")}
    everything = blocks(re.sub(r"\{%.*?%\}\n?", "", LOCK.read_text(encoding="utf-8")))
    limits = {pin: block for pin, block in everything.items() if named(pin) not in cpu}
    wrong = 0
    for chosen in answers():
        have = {named(pin) for pin in blocks(template.render(cookiecutter=chosen))}
        want = {named(pin) for pin in resolve(wanted(asked, chosen), limits)}
        differ = (have ^ want) - cpu
        wrong += bool(differ)
        if differ:
            print(f"the lock differs for {chosen}: {', '.join(sorted(differ))}")
    print(f"{len(answers())} sets of answers, {wrong} differ")
    return 1 if wrong else 0


def main() -> int:
    """Refresh, or verify."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--verify", action="store_true", help="change nothing")
    if parser.parse_args().verify:
        return verify()
    refresh()
    return 0


if __name__ == "__main__":
    sys.exit(main())
