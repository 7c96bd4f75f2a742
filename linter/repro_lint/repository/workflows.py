"""Continuous integration and pre-commit as records: what runs, on which Python, from where."""

from __future__ import annotations

import re

from repro_lint import TYPE_CHECKING
from repro_lint.patterns import pattern
from repro_lint.records import Record
from repro_lint.repository.shell import Command, Script, read_commands
from repro_lint.repository.small_text import small_text
from repro_lint.repository.yaml_text import (
    Items,
    Node,
    Scalar,
    Table,
    UnreadableYaml,
    child,
    compose,
    compose_file,
    items_of,
    pairs_of,
    scalars_of,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.repository.files import Repository


class Use(Record):
    """An action, orb, template or image that a workflow takes from elsewhere."""

    text: str
    line: int


class Workflow(Record):
    """One file of continuous integration.

    `provider` is github, gitlab, circleci, travis, azure, bitbucket, appveyor, jenkins,
    buildkite, drone, cirrus, woodpecker, cloudbuild or script. `opaque` tells that it
    runs something that the file does not show.
    """

    path: str
    provider: str
    commands: tuple[Command, ...]
    uses: tuple[Use, ...]
    python_versions: tuple[Use, ...]
    images: tuple[Use, ...]
    opaque: bool


class Hooks(Record):
    """A repository of pre-commit hooks."""

    path: str
    repository: str
    revision: str
    hooks: tuple[str, ...]
    line: int


_PROVIDERS: tuple[tuple[str, str], ...] = (
    (r"^(?:.*/)?\.(?:github|gitea|forgejo)/workflows/[^/]+\.ya?ml$", "github"),
    (r"^\.gitlab-ci\.ya?ml$|^\.gitlab/(?:.*/)?[^/]+\.ya?ml$", "gitlab"),
    (r"^\.circleci/config\.ya?ml$", "circleci"),
    (r"^\.travis\.ya?ml$", "travis"),
    (r"^(?:\.?azure-pipelines[^/]*|\.azure[^/]*/(?:.*/)?[^/]+)\.ya?ml$", "azure"),
    (r"^bitbucket-pipelines\.ya?ml$", "bitbucket"),
    (r"^\.?appveyor\.ya?ml$", "appveyor"),
    (r"^\.buildkite/(?:.*/)?[^/]+\.ya?ml$", "buildkite"),
    (r"^\.drone\.ya?ml$", "drone"),
    (r"^\.cirrus\.ya?ml$", "cirrus"),
    (r"^\.woodpecker(?:/[^/]+)?\.ya?ml$", "woodpecker"),
    (r"^cloudbuild\.ya?ml$", "cloudbuild"),
    (r"^(?:.*/)?Jenkinsfile[^/]*$", "jenkins"),
    (r"^\.?ci/(?:run|test|build)[\w.-]*$", "script"),
)
# What one of the patterns above can match has one of these.
_MAY_RUN = pattern(r"\.ya?ml$|Jenkinsfile|^\.?ci/")
_SCRIPT_KEYS = frozenset(
    {
        "run", "script", "before_script", "after_script", "install", "before_install", "command",
        "commands", "bash", "pwsh", "powershell", "test_script", "build_script", "test_scripts",
        "install_script", "after_success", "entrypoint", "args",
    }
)  # fmt: skip


def provider_of(path: str) -> str:
    """Which service reads a file, "" if none does."""
    if _MAY_RUN.search(path):
        for expression, provider in _PROVIDERS:
            if re.match(expression, path):
                return provider
    return ""


def read_workflow(repository: Repository, path: str) -> Workflow | None:
    """Read a file of continuous integration; None where it cannot be read."""
    provider = provider_of(path)
    text = small_text(repository, path)
    if text is None:
        return None
    if provider == "jenkins":
        return _jenkins(repository, path, text)
    if provider == "script":
        script = Script(text, path, 1, "workflow")
        commands = tuple(read_commands(repository, script))
        return Workflow(path, provider, commands, (), (), (), opaque=False)
    try:
        root = compose(text)
    except UnreadableYaml as problem:
        repository.note(path, problem.line, problem.reason)
        return None
    if provider == "github":
        return _github(repository, path, root)
    return _other(repository, path, provider, root)


def read_hooks(repository: Repository, path: str) -> Iterator[Hooks]:
    """Yield the hook repositories of a pre-commit configuration."""
    for entry in items_of(child(compose_file(repository, path), "repos")):
        address = child(entry, "repo")
        if isinstance(address, Scalar):
            ids = (text_of(child(hook, "id")) for hook in items_of(child(entry, "hooks")))
            hooks = tuple(name for name in ids if name)
            revision = text_of(child(entry, "rev"))
            yield Hooks(path, address.text, revision, hooks, address.line)


def _github(repository: Repository, path: str, root: Node | None) -> Workflow:
    commands: list[Command] = []
    uses: list[Use] = []
    for _, job in pairs_of(child(root, "jobs")):
        uses.extend(_uses(child(job, "uses")))
        folder = text_of(child(job, "defaults", "run", "working-directory")) or text_of(
            child(root, "defaults", "run", "working-directory")
        )
        for step in items_of(child(job, "steps")):
            uses.extend(_uses(child(step, "uses")))
            run = child(step, "run")
            if isinstance(run, Scalar):
                where = text_of(child(step, "working-directory")) or folder
                commands.extend(_commands(repository, path, run, where))
    opaque = any(_hides_commands(use.text) for use in uses)
    versions = tuple(_python_versions(root))
    images = tuple(_images(root))
    return Workflow(path, "github", tuple(commands), tuple(uses), versions, images, opaque)


def _hides_commands(use: str) -> bool:
    """Reusable workflows, and actions of the repository itself or ones that run tests."""
    return (
        ".github/" in use or use.startswith("./") or re.search(r"test|tox|nox|ci", use) is not None
    ) and not use.startswith(("actions/", "codecov/"))


def _other(repository: Repository, path: str, provider: str, root: Node | None) -> Workflow:
    commands: list[Command] = []
    opaque = child(root, "include") is not None or child(root, "resources") is not None
    for key, value in _walk(root):
        if key == "template":
            opaque = True
        if key in _SCRIPT_KEYS:
            parts = value if isinstance(value, Items) else Items((value,), 0, 0)
            for scalar in scalars_of(parts):
                commands.extend(_commands(repository, path, scalar, ""))
    versions = tuple(_python_versions(root))
    return Workflow(path, provider, tuple(commands), (), versions, tuple(_images(root)), opaque)


def _jenkins(repository: Repository, path: str, text: str) -> Workflow:
    commands: list[Command] = []
    expression = r"""\bsh\s*\(?\s*(?:script:\s*)?('''|\"\"\"|'|")(.*?)\1"""
    for match in re.finditer(expression, text, re.DOTALL):
        line = text.count("\n", 0, match.start(2)) + 1
        script = Script(match.group(2), path, line, "workflow")
        commands.extend(read_commands(repository, script))
    return Workflow(path, "jenkins", tuple(commands), (), (), (), opaque=True)


def _commands(repository: Repository, path: str, scalar: Scalar, folder: str) -> Iterator[Command]:
    plain = "" if "$" in folder else folder.removeprefix("./").rstrip("/").removeprefix(".")
    text = re.sub(r"\$\{\{.*?\}\}", "$EXPRESSION", scalar.text)
    return read_commands(repository, Script(text, path, scalar.line, "workflow", plain))


def _uses(node: Node | None) -> Iterator[Use]:
    if isinstance(node, Scalar):
        yield Use(node.text, node.line)


def _walk(node: Node | None) -> Iterator[tuple[str, Node]]:
    """Yield each key with its value, at any depth, each shared table once."""
    seen: set[int] = set()
    stack: list[Node] = [node] if node is not None else []
    while stack:
        current = stack.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        if isinstance(current, Table):
            yield from ((key.text, value) for key, value in current.pairs)
            stack.extend(value for _, value in reversed(current.pairs))
        elif isinstance(current, Items):
            stack.extend(reversed(current.items))


def _python_versions(root: Node | None) -> Iterator[Use]:
    """Yield each `python-version` (also of a matrix, and Travis' and Azure's spellings)."""
    found: set[Use] = set()
    for key, value in _walk(root):
        if key in ("python-version", "python_version", "python", "python.version", "pythonVersion"):
            for scalar in scalars_of(value):
                for word in scalar.text.split():
                    if re.fullmatch(r"v?(?:pypy)?[23](?:\.[\dxX*]+)*(?:[.-]?\w+)?", word):
                        found.add(Use(word, scalar.line))
    yield from sorted(found, key=lambda use: (use.line, use.text))


def _images(root: Node | None) -> Iterator[Use]:
    found: set[Use] = set()
    for key, value in _walk(root):
        if key in ("image", "container"):
            name = value if isinstance(value, Scalar) else child(value, "image", "name")
            name = name or child(value, "image") or child(value, "name")
            if isinstance(name, Scalar) and "$" not in name.text:
                found.add(Use(name.text, name.line))
    yield from sorted(found, key=lambda use: (use.line, use.text))
