"""An SVG by Matplotlib made fit to publish: told in words, half as large, pointing to nothing elsewhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

_SPACE: Final = "{http://www.w3.org/2000/svg}"
_LINK: Final = "{http://www.w3.org/1999/xlink}href"
_SHIFT = re.compile(r"translate\(([-\d.]+) 0\)")
_LETTER, _COARSER = "scale(0.015625)", "scale(.0625)"
_STEPS: Final = 4
"""Of the units in which letters are drawn, those that are one here: too fine to be seen."""
_COMMAND = re.compile(r"([MLQCZz])([^MLQCZz]*)")
_NUMBER = re.compile(r"-?\d+\.\d+")
_BLANKS = re.compile(r"\s*([A-Za-z])\s*")


def finish_svg(svg: bytes, title: str, description: str, size: tuple[float, float]) -> bytes:
    """Return a picture with its title and description for screen readers, of a size in millimetres."""
    for prefix, name in (("", _SPACE), ("xlink", _LINK.removesuffix("href"))):
        ET.register_namespace(prefix, name.strip("{}"))
    root = ET.fromstring(svg)  # noqa: S314 (Matplotlib wrote it; comments and DOCTYPE are not read)
    for child in root.findall(f"{_SPACE}metadata"):
        root.remove(child)
    for each in root.iter():
        each.text, each.tail = (each.text or "").strip() or None, None
    _rename(root)
    _shorten(root)
    for at, (name, text) in enumerate((("title", title), ("desc", description))):
        told = ET.Element(f"{_SPACE}{name}", {"id": f"picture-{name}"})
        told.text = text
        root.insert(at, told)
    root.set("role", "img")
    root.set("aria-labelledby", "picture-title picture-desc")
    for name, length in zip(("width", "height"), size, strict=True):
        root.set(name, f"{length:g}mm")
    written = bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))
    return written.replace(b" />", b"/>") + b"\n"


def _rename(root: Element) -> None:
    """Leave out blank letters and names that nothing refers to, and give the others short ones."""
    named = {str(each.get("id")): each for each in root.iter() if each.get("id")}
    uses = [(parent, use) for parent in root.iter() for use in parent.findall(f"{_SPACE}use")]
    links = dict.fromkeys(use.attrib[_LINK][1:] for _, use in uses)
    short = {link: f"g{at}" for at, link in enumerate(links)}
    for parent, use in uses:
        name = use.attrib[_LINK][1:]
        if not named[name].get("d"):
            parent.remove(use)
        use.set(_LINK, f"#{short[name]}")
    for name, each in named.items():
        if name in short:
            each.set("id", short[name])
        else:
            del each.attrib["id"]


def _shorten(root: Element) -> None:
    """Draw letters with fewer digits, and round all places to hundredths of a point."""
    for use in root.iter(f"{_SPACE}use"):
        if shift := _SHIFT.fullmatch(use.get("transform", "")):
            del use.attrib["transform"]
            use.set("x", f"{float(shift[1]):.1f}".removesuffix(".0"))
    for each in root.iter(f"{_SPACE}path"):
        if each.get("transform") == _LETTER:
            each.set("transform", _COARSER)
            each.set("d", "".join(_draw_letter(each.get("d", ""))))
    for each in root.iter():
        for key in ("d", "x", "y"):
            if value := each.get(key):
                each.set(key, _BLANKS.sub(r"\1", _NUMBER.sub(_round, " ".join(value.split()))))


def _draw_letter(path: str) -> Iterator[str]:
    """Yield the strokes of a letter from where the one before ended, which takes fewer digits."""
    here = start = (0, 0)
    for command, text in _COMMAND.findall(path):
        numbers = [round(float(each) / _STEPS) for each in text.split()]
        places = list(zip(numbers[::2], numbers[1::2], strict=True))
        steps = (f"{x - here[0]} {y - here[1]}" for x, y in places)
        yield (command.lower() + " ".join(steps)).replace(" -", "-")
        here = places[-1] if places else start
        start = here if command == "M" else start


def _round(number: re.Match[str]) -> str:
    return f"{float(number[0]):.2f}".rstrip("0").rstrip(".")
