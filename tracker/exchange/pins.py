"""The releases that a replication zip asks for: of what the program rests on, each one that fits it.

What a comparison's record names, as the library that read a text, is asked for at the release named there.
"""

from __future__ import annotations

import re
from importlib import metadata
from operator import eq, ge, gt, le, lt, ne
from typing import TYPE_CHECKING, Final, NamedTuple

from tracker.capture.read.extractors import read_extractor
from tracker.inputs.extras import DISTRIBUTION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from tracker.model.changes import Comparison

    Named = Mapping[str, frozenset[str]]
    """By the name of a library, the releases that comparisons name."""

HEAD: Final = "# tracker {release}, from a clone of its repository: pip install FOLDER"
"""On the package index ``tracker`` is another program."""
_LINE: Final = re.compile(r"(?P<name>[\w.-]{1,100})==(?P<release>[\w.!+]{1,50})", re.ASCII)
_REQUIREMENT: Final = re.compile(r"(?P<name>[\w.-]+)(?:\[[^\]]*\])? ?\(?(?P<range>[^;)]*)\)?(?P<marker>;.*)?")
_BOUND: Final = re.compile(r"(==|!=|>=|<=|>|<) ?([\d.]+)")
_COMPARE: Final[Mapping[str, Callable[[tuple[int, ...], tuple[int, ...]], bool]]] = {
    "==": eq, "!=": ne, ">=": ge, "<=": le, ">": gt, "<": lt,
}  # fmt: skip
_NUMBERS: Final = re.compile(r"\d{1,9}(?:\.\d{1,9}){0,5}")
"""A release as a pin has it: what is not yet one (``2.0rc1``) fits no range."""


class Requirement(NamedTuple):
    """A library that the program rests on, the bounds of its releases, and whether on every system."""

    name: str
    bounds: tuple[tuple[str, str], ...]
    is_everywhere: bool

    def allows(self, release: str) -> bool:
        """Return whether a release is within the bounds."""
        return bool(_NUMBERS.fullmatch(release)) and all(
            _COMPARE[sign](_order(release), _order(bound)) for sign, bound in self.bounds
        )


def list_pins(release: str, named: Named) -> Iterator[str]:
    """Yield the lines that ask for all that this release rests on, as it is installed here.

    Of a library that comparisons name at other releases alone, the latest of these that this one works with.
    """
    yield HEAD.format(release=release)
    for each in _list_required():
        try:
            installed = metadata.version(each.name)
        except metadata.PackageNotFoundError:  # one for another Python or system
            continue
        fitting = sorted(filter(each.allows, named.get(each.name, ())), key=_order)
        yield f"{each.name}=={installed if installed in fitting else [installed, *fitting][-1]}"


def find_wrong_pins(data: bytes, release: str, named: Named) -> Iterator[tuple[str, str | None, str | None]]:
    """Yield what ``list_pins`` cannot have written: which line, what it says, and what it may say.

    What the program rests on elsewhere may be left out. A release that no comparison names may be any within
    the bounds.
    """
    head, *lines = data.decode("utf-8", "replace").removesuffix("\n").split("\n")
    if head != HEAD.format(release=release):
        yield "the first line", head, HEAD.format(release=release)
    required = {each.name: each for each in _list_required()}
    met: list[str] = []
    for line in lines:
        pin = _LINE.fullmatch(line)
        if pin is None or pin["name"] not in required or pin["name"] in met:
            yield line, line, None
            continue
        each = required[pin["name"]]
        met.append(each.name)
        fitting = sorted(filter(each.allows, named.get(each.name, ())), key=_order)
        if pin["release"] not in fitting and (fitting or not each.allows(pin["release"])):
            yield each.name, pin["release"], " or ".join(fitting) or _tell_bounds(each)
    for each in required.values():
        if each.is_everywhere and each.name not in met:
            yield each.name, None, _tell_bounds(each)
    if met != [name for name in required if name in met]:
        yield "the order", ", ".join(met), ", ".join(name for name in required if name in met)


def name_libraries(comparisons: Iterable[Comparison]) -> Named:
    """Return the releases of libraries by which the texts of comparisons were read, as these name them."""
    found: dict[str, set[str]] = {}
    for comparison in comparisons:
        for side in (comparison.old, comparison.new):
            read = read_extractor(side.version.extractor)
            guessed, _, release = read.guessed.partition(" ")
            for library, told in ((read.library, read.release), (guessed, release)):
                if told:
                    found.setdefault(library, set()).add(told)
    return {name: frozenset(releases) for name, releases in found.items()}


def _list_required() -> Iterator[Requirement]:
    for line in metadata.requires(DISTRIBUTION) or ():
        match = _REQUIREMENT.fullmatch(line)
        if match and "extra ==" not in line:
            bounds = tuple(_BOUND.findall(match["range"]))
            yield Requirement(match["name"], bounds, match["marker"] is None)


def _tell_bounds(required: Requirement) -> str:
    return ",".join(map("".join, required.bounds))


def _order(release: str) -> tuple[int, ...]:
    """Return what releases are ordered by: 2.0 is 2."""
    parts = [int(part) for part in release.split(".")]
    while parts and parts[-1] == 0:
        parts.pop()
    return tuple(parts)
