"""Whether what two files say of the versions of a package can be true at once."""

from __future__ import annotations

import re
from functools import lru_cache

from repro_lint import TYPE_CHECKING

if TYPE_CHECKING:
    from packaging.specifiers import SpecifierSet


@lru_cache(maxsize=4096)
def specifiers(text: str) -> SpecifierSet | None:
    """A specifier of pip, Poetry or conda as the standard writes it; None if it is none."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet  # noqa: PLC0415  slow

    parts = [_standard(part) for part in re.split(r"\s*,\s*|\s+(?=[<>=!~^])", text.strip())]
    try:
        return SpecifierSet(",".join(parts))
    except InvalidSpecifier:
        return None


def allows(text: str, version: str) -> bool:
    """Tell whether a specifier allows a version; true where one of them cannot be read."""
    found, wanted = specifiers(text), _public(version)
    return found is None or not wanted or found.contains(wanted, prereleases=True)


def agree(first: str, second: str) -> bool:
    """Tell whether some version may fit both specifiers; ranges alone are taken to overlap."""
    one, other = specifiers(first), specifiers(second)
    if one is None or other is None or not (_fixes(first) or _fixes(second)):
        return True
    return any(
        one.contains(version, prereleases=True) and other.contains(version, prereleases=True)
        for version in (*_named(first), *_named(second))
    )


def _standard(part: str) -> str:
    """Write the `^`, `~`, `=` and bare versions of Poetry and conda as the standard does."""
    bare = re.sub(r"\s+", "", part)
    if bare.startswith("^"):
        numbers = [int(n) for n in re.findall(r"\d+", bare)[:3]] or [0]
        place = next((i for i, n in enumerate(numbers) if n), len(numbers) - 1)
        above = [*numbers[:place], numbers[place] + 1]
        return f">={bare[1:]},<{'.'.join(map(str, above))}"
    if re.match(r"~\d", bare):
        return f"=={'.'.join(bare[1:].split('.')[:2])}.*"
    if re.match(r"=?\d", bare):
        version = bare.lstrip("=").partition("=")[0].removesuffix(".*").rstrip("*.")
        return f"=={version}.*"
    if bare == "*":
        return ""
    return re.sub(r"(==\d[\w.!]*)\+[\w.]+$", r"\1", bare)


def _fixes(text: str) -> bool:
    return re.search(r"(?:^|,|\s)(?:={1,3}|~)?\s*\d", text) is not None


def _named(text: str) -> list[str]:
    """Versions near those that a specifier names."""
    found = re.findall(r"\d+(?:\.\d+)*(?:(?:a|b|rc|\.post|\.dev)\d+)?", text)
    return [version for base in found for version in (base, f"{base}.0", f"{base}.1")]


def _public(version: str) -> str:
    """A version without its local part; "" where it is none."""
    match = re.match(r"\d+(?:\.\d+)*(?:(?:a|b|rc|\.post|\.dev)\d+)*", version.lstrip("v="))
    return match[0] if match else ""
