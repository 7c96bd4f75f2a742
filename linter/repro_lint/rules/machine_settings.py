"""What binds a program to one machine: paths, variables, devices, and installing on the way."""

from __future__ import annotations

import re
from functools import cache

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Confidence, Location, Severity
from repro_lint.flow.entries import TEST_PATH
from repro_lint.knowledge.load import compiled
from repro_lint.patterns import pattern
from repro_lint.repository.installs import read_install
from repro_lint.repository.shell import Script, read_commands
from repro_lint.rules.base import Rule
from repro_lint.rules.used_texts import place_of_text, used_texts
from repro_lint.syntax.index import Compound, Literal, Name
from repro_lint.syntax.values import inside

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from repro_lint.findings import Finding
    from repro_lint.rules.base import Context
    from repro_lint.rules.used_texts import UsedText
    from repro_lint.syntax.index import Call, ModuleIndex

# Folders of a person, and drives: nobody else has them.
_PERSONAL = pattern(
    r"(?:/home/|/Users/)\w[\w.-]*/|/private/home/\w|~?/root/\w"
    r"|[A-Za-z]:[\\/](?!(?:Program|Windows|NVIDIA|CUDA|cygwin|msys)\b)\w"
)
# Places that hosts and clusters mount; only where a path is asked for.
_MOUNTED = pattern(
    r"/(?:content|kaggle/(?:input|working)|gdrive|mnt|media|scratch|gpfs|lustre|nfs|raid|checkpoint"
    r"|storage|ssd\d*|hdd\d*|data\d*|datasets?|work|workspace|dbfs)/\w"
)
_HOST = pattern(r"/(?:content|kaggle|dbfs)/")
# Whole texts are searched for these: a search for one character skips the rest at once.
_ANY_FOLDER = pattern(
    r"/(?<=[\"']/)(?:home|Users|private|root|content|kaggle|gdrive|mnt|media|scratch|gpfs|lustre|"
    r"nfs|raid|checkpoint|storage|ssd|hdd|data|work|dbfs)"
)
_ANY_DRIVE = pattern(r":(?<=[\"'][A-Za-z]:)[\\/]")
_PATHLIKE = pattern(
    r"path|dir|file|root|folder|data|ckpt|checkpoint|weights|model|output|input|csv|json|cache|home"
    r"|save|load|open|read|write|join|glob|listdir|exists|location|prefix|log",
    re.IGNORECASE,
)
_SHOWN_ONLY = frozenset({"help", "description", "epilog", "usage", "metavar", "example", "reason"})
_SHOWING = pattern(r"(?:^|\.)(?:print|debug|info|warning|warn|error|critical|exception|log)$")
_ASKING = pattern(r"(?:^|\.)(?:exists|isdir|isfile|is_dir|is_file|startswith|endswith)$")
_OPTION = pattern(r"(?:add_argument|\.option|DEFINE_\w+|environ\.get|getenv|Option|Field)$")
_ASIDE = pattern(r"(^|/)(docs?|tests?|testdata|fixtures|third_party|\.[^/]+)/")
_SETTINGS = pattern(r"\.(?:ya?ml|toml|ini|cfg|gin|sh|bash|sbatch|slurm)$|(?:^|/)Makefile$")
_PERSONAL_IN_TEXT = pattern(
    r"(?<![\w/.$}])((?:/home/|/Users/)(?!runner/|user/|username/|ubuntu/|vscode/|jovyan/|you\w*/|your|"
    r"app/|circleci/|docker/|mambauser/|\$|<)[\w.-]+/[\w./-]*)"
)
_STAND_INS = pattern(
    r"(?:/home/|/Users/)(?:user|username|you\w*|your\w*|me|xxx+|name|foo|john|jovyan|runner)/"
)
_LARGEST = 60_000


class MachinePath(Rule):
    """The program reads or writes where only one machine has something."""

    code = "ENV002"
    name = "machine-path"
    severity = Severity.HIGH
    remedy = "take the path from an option or make it relative to the repository"

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield the paths of each file that belong to one machine, in one finding."""
        given = _given_by_images(context)
        for path, index in context.modules.items():
            text = context.repository.code(path)
            if not (_ANY_FOLDER.search(text) or _ANY_DRIVE.search(text)):
                continue
            if not TEST_PATH.search(path) and not _ASIDE.search(path):
                found = [u for u in _machine_texts(index) if not u.text.startswith(given)]
                if found:
                    yield self._of_code(context, path, found)
        for path in context.repository.paths:
            if _SETTINGS.search(path) and not _ASIDE.search(path):
                yield from self._of_settings(context, path)

    def _of_code(self, context: Context, path: str, found: list[UsedText]) -> Finding:
        places = tuple(sorted({place_of_text(context, path, used) for used in found}))
        first = min(found, key=lambda used: place_of_text(context, path, used))
        host = all(_HOST.match(used.text) for used in found)
        option = all(_is_default(used) for used in found)
        where = "is mounted by one host" if _HOST.match(first.text) else "exists on one machine"
        return self._made(places, first.text, where, mild=host or option)

    def _of_settings(self, context: Context, path: str) -> Iterator[Finding]:
        text = context.repository.text(path) or ""
        if len(text) > _LARGEST or ("/home/" not in text and "/Users/" not in text):
            return
        if re.search(r"docker|podman|apptainer|singularity", path + text, re.IGNORECASE):
            return
        found = [
            (Location(path, number, match.start(1) + 1, number, match.end(1) + 1), match[1])
            for number, line in enumerate(text.split("\n"), 1)
            if not line.lstrip().startswith(("#", ";", "echo"))
            for match in _PERSONAL_IN_TEXT.finditer(line)
        ]
        if found:
            places = tuple(place for place, _ in found)
            yield self._made(places, found[0][1], "exists on one machine", mild=True)

    def _made(self, places: tuple[Location, ...], text: str, where: str, *, mild: bool) -> Finding:
        more = f", as do {len(places) - 1} more places" if len(places) > 1 else ""
        more = more.replace("as do 1 more places", "as does one more place")
        finding = self.at(
            places[0],
            f"`{_short(text)}` {where} only{more}",
            severity=Severity.MEDIUM if mild else None,
        )
        return finding._replace(sites=places if len(places) > 1 else ())


def _machine_texts(index: ModuleIndex) -> Iterator[UsedText]:
    known = list(used_texts(index))
    texts = [used for used in known if _is_path(used.text)]
    asked = {_top(u.text) for u in known if u.call is not None and _ASKING.search(u.call.name)}
    for used in texts:
        if _top(used.text) in asked or used.keyword in _SHOWN_ONLY:
            continue
        if used.call is not None and _SHOWING.search(used.call.name):
            continue
        if _PERSONAL.match(used.text) or _takes_path(used):
            yield used


def _is_path(text: str) -> bool:
    if re.search(r"\s|[<>|*?\"]", text) or _STAND_INS.match(text):
        return False
    return _PERSONAL.match(text) is not None or _MOUNTED.match(text) is not None


def _takes_path(used: UsedText) -> bool:
    """Tell whether what takes a text speaks of files."""
    names = [used.keyword]
    if used.call is not None:
        names.append(used.call.name.rpartition(".")[2])
        names += [a.value for a in used.call.arguments[:1] if isinstance(a, Literal)
                  and isinstance(a.value, str) and a.value.startswith("-")]  # fmt: skip
    if isinstance(used.target, Name):
        names.append(used.target.text.rpartition(".")[2])
    if isinstance(used.target, Compound):
        parts = inside(used.target)
        names += [str(part.value) for part in parts if isinstance(part, Literal)]
    routes = used.call is not None and re.search(r"route|get|post|url", used.call.name)
    return not routes and any(_PATHLIKE.search(name) for name in names if name)


def _is_default(used: UsedText) -> bool:
    """Tell whether people may set another path without a change of the code."""
    return used.call is not None and _OPTION.search(used.call.name) is not None


def _top(text: str) -> str:
    return "/".join(text.split("/")[:2])


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004  about a line


def _given_by_images(context: Context) -> tuple[str, ...]:
    """The folders that container files make, and in which their programs may look."""
    found = {"/nowhere/"}
    # Beside a file that is looked at alone there is none, and to read them is slow to import.
    alone = context.repository.single_file
    for file in () if alone else context.manifests.container_files:
        for step in file.of("WORKDIR", "VOLUME", "COPY", "ADD", "ENV", "RUN"):
            found.update(f"/{name}/" for name in re.findall(r"(?<![\w/.])/(\w+)", step.text))
    return tuple(sorted(found - {"/home/", "/root/", "/Users/"}))


class UndocumentedVariable(Rule):
    """The program stops unless a variable is set that nothing speaks of."""

    code = "ENV004"
    name = "undocumented-variable"
    severity = Severity.MEDIUM
    remedy = "name the variable in the README or in `.env.example`, or give it a default"
    whole_repository = True

    def applies(self, context: Context) -> bool:
        """Only where there is code."""
        return bool(context.modules)

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield each variable that must be set and stands in no other file."""
        found: dict[str, list[Location]] = {}
        for path in context.modules:
            if "environ[" in context.repository.code(path) and not TEST_PATH.search(path):
                for name, place in _required(context, path):
                    found.setdefault(name, []).append(place)
        told = _told(context, found) if found else set()
        for name, places in sorted(found.items()):
            if name not in told:
                sites = tuple(sorted(places))
                finding = self.at(
                    sites[0],
                    f"the program stops if `{name}` is not set, and no other file speaks of it",
                    confidence=Confidence.LOW
                    if _SECRET.search(name)
                    else _sureness(context, sites),
                    group=name,
                )
                yield finding._replace(sites=sites if len(sites) > 1 else ())


# The key of a service says by its name what belongs into it, and only its users need it.
_SECRET = pattern(r"_(?:API_?|ACCESS_?|SECRET_?)+(?:KEY|TOKEN|KEY_ID)$|_(?:TOKEN|SECRET)$")


def _sureness(context: Context, sites: Sequence[Location]) -> Confidence:
    """Low where a file of variables is read, which may set it and is often kept out of sight."""
    texts = (context.repository.code(site.path) for site in sites)
    return Confidence.LOW if any("load_dotenv" in text for text in texts) else Confidence.HIGH


_READ = pattern(r"\benviron\[\s*[\"'](\w+)[\"']\s*\](?!\s*(?:=(?!=)|\+=))")
_SET = r"environ\[\s*[\"'](\w+)[\"']\s*\]\s*=(?!=)|(?:setdefault|putenv|setenv)\(\s*[\"'](\w+)[\"']"
_ASKED = (
    r"[\"'](\w+)[\"']\s+(?:not\s+)?in\s+\w*\.?environ|environ\.get\(\s*[\"'](\w+)|"
    r"getenv\(\s*[\"'](\w+)"
)
_TELLS = pattern(
    r"\.(?:md|rst|txt|sh|bash|sbatch|slurm|ya?ml|toml|ini|cfg|env|example|template|sample|json)$|"
    r"(?:^|/)(?:Makefile|Dockerfile[^/]*|\.env[^/]*|README[^/]*|justfile)$",
    re.IGNORECASE,
)


@cache
def _known_variables() -> re.Pattern[str]:
    """The variables that systems, schedulers and launchers set."""
    data = compiled("variables")
    names = "|".join(map(re.escape, data["set"]["names"]))
    starts = "|".join(map(re.escape, data["set"]["prefixes"]))
    return re.compile(rf"(?:{names})$|(?:{starts})")


def _required(context: Context, path: str) -> Iterator[tuple[str, Location]]:
    """The variables that a module cannot do without, and where it reads each first."""
    source = context.repository.source(path)
    text = context.repository.code(path)
    given = {name for found in re.findall(f"{_SET}|{_ASKED}", text) for name in found if name}
    for number, line in enumerate(text.split("\n"), 1):
        for match in _READ.finditer(line):
            name, before = match[1], line[: match.start()]
            if name in given or _known_variables().match(name) or "#" in before or source is None:
                continue
            if before.count('"') % 2 or before.count("'") % 2 or _is_caught(text, number):
                continue
            yield name, source.place((number, match.start() + 1, number, match.end() + 1))


def _is_caught(text: str, number: int) -> bool:
    """Tell whether a line stands in a `try`, as indents show."""
    lines = text.split("\n")
    indent = len(lines[number - 1]) - len(lines[number - 1].lstrip())
    for line in reversed(lines[: number - 1]):
        start = len(line) - len(line.lstrip())
        if line.strip() and start < indent:
            indent = start
            if line.lstrip().startswith(("try:", "except")):
                return True
    return False


def _told(context: Context, names: Iterable[str]) -> set[str]:
    """The names that a document, a script or a file of settings mentions, or other code sets."""
    words = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(names)))})\b")
    found: set[str] = set()
    for path in context.repository.paths:
        if _TELLS.search(path):
            found.update(words.findall(context.repository.text(path) or ""))
    for path in context.modules:
        for given in re.findall(_SET, context.repository.code(path)):
            found.update(name for name in given if name)
    return found


class FixedDevice(Rule):
    """The program asks for one graphics card of a machine that has several."""

    code = "ENV005"
    name = "fixed-device"
    severity = Severity.LOW
    remedy = "let an option or `CUDA_VISIBLE_DEVICES` outside of the program choose the device"

    def applies(self, context: Context) -> bool:
        """Only where there is code."""
        return bool(context.modules)

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield the first place of each file that names a device other than the first."""
        for path, index in context.modules.items():
            text = context.repository.code(path)
            if not ("cuda:" in text or VISIBLE in text) or TEST_PATH.search(path):
                continue
            found = [used for used in used_texts(index) if _names_device(used)]
            places = tuple(sorted({place_of_text(context, path, used) for used in found}))
            if places:
                finding = self.at(
                    places[0], f"`{found[0].text}` is a device that other machines may not have"
                )
                yield finding._replace(sites=places if len(places) > 1 else ())


VISIBLE = "CUDA_VISIBLE_DEVICES"


def _names_device(used: UsedText) -> bool:
    """Tell whether a text is a device above the first, put where a device belongs."""
    if used.call is not None and (
        _OPTION.search(used.call.name) or _SHOWING.search(used.call.name)
    ):
        return False
    if re.fullmatch(r"cuda:[1-9]\d?", used.text):
        return used.keyword not in _SHOWN_ONLY
    is_variable = isinstance(used.target, Compound) and any(
        part == Literal(VISIBLE) for part in inside(used.target)
    )
    return is_variable and re.fullmatch(r"[1-9]\d?(?:,\s*\d+)*", used.text) is not None


class RuntimeInstall(Rule):
    """The program installs packages while it runs."""

    code = "ENV007"
    name = "runtime-install"
    severity = Severity.HIGH
    remedy = "declare the package, and install it before the program starts"

    def applies(self, context: Context) -> bool:
        """Only where there is code."""
        return bool(context.modules)

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield each call that installs."""
        for path, index in context.modules.items():
            text = context.repository.code(path)
            aside = TEST_PATH.search(path) or path.endswith(("setup.py", "noxfile.py", "tasks.py"))
            if "install" not in text or aside or path.startswith((".", "docs/")):
                continue
            source = context.repository.source(path)
            for call in index.calls:
                packages = _installs(context, call)
                if packages and source is not None:
                    span = call.span
                    place = source.place((span.line, span.column, span.end_line, span.end_column))
                    shown = ", ".join(f"`{name}`" for name in packages[:3])
                    yield self.at(place, f"the program installs {shown} while it runs")


_STARTS = pattern(
    r"(?:^|\.)(?:system|popen|run|call|check_call|check_output|Popen|getoutput|main|sh|execute)$"
)


def _installs(context: Context, call: Call) -> tuple[str, ...]:
    """The packages that a call installs; those of a list of the repository are no surprise."""
    if not _STARTS.search(call.name) or not call.arguments:
        return ()
    words = [
        str(part.value) if isinstance(part, Literal) else "$X"
        for part in inside(call.arguments[0])
        if isinstance(part, (Literal, Name))
    ]
    text = " ".join(words)
    if call.name.endswith(("pip.main", "pipmain")):
        text = f"pip {text}"
    text = re.sub(r"^\$X (?=-m )", "python ", text)
    if "install" not in text:
        return ()
    for command in read_commands(context.repository, Script(text, "", 1, "code")):
        install = read_install(command)
        if install is not None and not install.files:
            return tuple(word for word in install.packages if "$" not in word)
    return ()


RULES: tuple[type[Rule], ...] = (MachinePath, UndocumentedVariable, FixedDevice, RuntimeInstall)
