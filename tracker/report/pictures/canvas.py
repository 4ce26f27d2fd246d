"""A sheet of so many millimetres on which text is measured before it is drawn, written as SVG, PNG or PDF."""

from __future__ import annotations

import io
import logging
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, Literal
from xml.etree import ElementTree as ET

from tracker import __version__
from tracker.errors import TrackerError
from tracker.inputs.extras import install_words
from tracker.report.pictures.palette import INK, LABEL, PAPER, find_font
from tracker.report.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from xml.etree.ElementTree import Element

    from matplotlib.text import Text

Place = tuple[float, float]
Align = Literal["left", "center", "right"]

_INCH: Final = 25.4
_POINT: Final = _INCH / 72
_LEADING: Final = 1.3
"""From line to line, in sizes of the text."""
_DOTS: Final = 300
"""Pixels to the inch, as journals ask for pictures with text."""
_SETTINGS: Final[Any] = {
    "text.parse_math": False,  # a dollar sign is one
    "svg.fonttype": "path",
    "svg.hashsalt": "tracker",
    "pdf.fonttype": 42,
    "path.simplify": False,
}

_SPACE: Final = "{http://www.w3.org/2000/svg}"
_LINK: Final = "{http://www.w3.org/1999/xlink}href"
_SHIFT = re.compile(r"translate\(([-\d.]+) 0\)")
_LETTER, _COARSER = "scale(0.015625)", "scale(.0625)"
_COARSE: Final = 4
"""Of the units in which letters are drawn, those that are one here: too fine to be seen."""
_COMMAND = re.compile(r"([MLQCZz])([^MLQCZz]*)")
_NUMBER = re.compile(r"-?\d+\.\d+")
_BLANKS = re.compile(r"\s*([A-Za-z])\s*")


def need_matplotlib() -> None:
    """Raise ``TrackerError`` where the library that draws is not installed."""
    # It tells of its folders and fonts, which is not what was asked.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    try:
        import matplotlib as mpl  # noqa: F401 (whether it is there)
    except ImportError:
        raise TrackerError(f"--plot needs Matplotlib; {install_words('plot')}") from None


@contextmanager
def same_everywhere() -> Iterator[None]:
    """Draw with Matplotlib's defaults and our settings, whatever the user's own are."""
    need_matplotlib()
    import matplotlib as mpl

    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_SETTINGS)
        yield


_PICTURES: Final = {0x2400 + code: f"<U+{code:04X}>" for code in range(0x21)} | {0x2421: "<U+007F>"}


def show(text: str) -> str:
    """Return a text on one line with what is invisible in it named, by number: few fonts have ``␛``."""
    return one_line(text).translate(_PICTURES)


def line_height(size: float) -> float:
    """Return the millimetres from line to line of a text of so many points."""
    return size * _POINT * _LEADING


class Canvas:
    """A sheet with places in millimetres from its upper left corner; what is drawn later lies above."""

    def __init__(self, width: float) -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        self.width = width
        self.height = 0.0
        self.figure = Figure(figsize=(width / _INCH, 1), dpi=_DOTS, facecolor=PAPER)
        canvas: Any = FigureCanvasAgg(self.figure)  # its renderer has no types
        self._renderer = canvas.get_renderer()
        self._axes = self.figure.add_axes((0, 0, 1, 1))
        self._axes.set_axis_off()
        self._drawn = 0
        self._widths: dict[tuple[str, float, bool], float] = {}

    def _rise(self) -> float:
        self._drawn += 1
        return float(self._drawn)

    def measure(self, text: str, size: float = LABEL, *, bold: bool = False) -> float:
        """Return the width of a text in millimetres."""
        asked = text, size, bold
        if asked not in self._widths:
            shown = show(text)
            font = find_font(shown, size, bold=bold)
            width, _, _ = self._renderer.get_text_width_height_descent(shown, font, ismath=False)
            self._widths[asked] = float(width) / _DOTS * _INCH
        return self._widths[asked]

    def wrap(self, text: str, width: float, size: float = LABEL, *, bold: bool = False) -> list[str]:
        """Return a text in lines of at most so many millimetres; a longer word goes on in the next line."""
        lines = [""]
        for word in show(text).split():
            longer = f"{lines[-1]} {word}".lstrip()
            if self.measure(longer, size, bold=bold) <= width:
                lines[-1] = longer
                continue
            rest = word
            while self.measure(rest, size, bold=bold) > width:
                fits = self._fit(rest, width, size, bold=bold)
                lines.append(rest[:fits])
                rest = rest[fits:]
            lines.append(rest)
        return [line for line in lines if line] or [""]

    def cut(self, text: str, width: float, size: float = LABEL, *, bold: bool = False) -> str:
        """Return as much of a text as fits into so many millimetres, with an ellipsis where not all does."""
        if self.measure(text, size, bold=bold) <= width:
            return text
        fits = self._fit(text, width, size, bold=bold, end="…")
        return f"{text[:fits].rstrip()}…"

    def _fit(self, text: str, width: float, size: float, *, bold: bool, end: str = "") -> int:
        """Return how many characters of a longer text fit, one at least."""
        fits, long = 1, len(text)
        while long - fits > 1:
            middle = (fits + long) // 2
            if self.measure(f"{text[:middle].rstrip()}{end}", size, bold=bold) <= width:
                fits = middle
            else:
                long = middle
        return fits

    def text(
        self,
        at: Place,
        text: str,
        size: float = LABEL,
        *,
        align: Align = "left",
        colour: str = INK,
        bold: bool = False,
        upright: bool = False,
    ) -> Text:
        """Write a line of text, its middle at a height; ``upright`` turns it to be read from below."""
        shown = show(text)
        return self._axes.text(
            *at,
            shown,
            fontproperties=find_font(shown, size, bold=bold),
            color=colour,
            ha="center" if upright else align,
            va="bottom" if upright else "center_baseline",
            rotation=90 if upright else 0,
            zorder=self._rise(),
            clip_on=False,
        )

    def line(
        self,
        places: Sequence[Place],
        *,
        colour: str = INK,
        width: float = 0.3,
        dashed: bool = False,
    ) -> None:
        """Draw a line of so many millimetres' width from place to place."""
        thick = width / _POINT
        self._axes.plot(
            [x for x, _ in places],
            [y for _, y in places],
            color=colour,
            linewidth=thick,
            linestyle=(0, (2.2, 1.6)) if dashed else "-",
            solid_capstyle="butt",
            zorder=self._rise(),
            clip_on=False,
        )

    def marks(
        self,
        places: Sequence[Place],
        shape: str,
        size: float,
        *,
        colour: str = INK,
        hollow: bool = False,
        edge: float = 0.0,
    ) -> None:
        """Draw the same mark at each place, so many millimetres wide; a hollow one has an edge alone."""
        thick = edge or (0.35 if hollow else 0.0)
        self._axes.plot(
            [x for x, _ in places],
            [y for _, y in places],
            linestyle="",
            marker=shape,
            markersize=(size - thick) / _POINT,
            markerfacecolor=PAPER if hollow else colour,
            markeredgecolor=colour,
            markeredgewidth=thick / _POINT,
            zorder=self._rise(),
            clip_on=False,
        )

    def finish(self, height: float) -> None:
        """Cut the sheet at a height."""
        self.height = height
        self.figure.set_size_inches(self.width / _INCH, height / _INCH)
        self._axes.set_xlim(0, self.width)
        self._axes.set_ylim(height, 0)

    def save(self, form: str, title: str, description: str) -> bytes:
        """Return the picture with its title and what it shows in words, the same bytes each time."""
        title, description = show(title), show(description)
        made_by = f"tracker {__version__}"
        facts: dict[str, dict[str, str | None]] = {
            "png": {"Title": title, "Description": description, "Software": made_by},
            "pdf": {
                "Title": title, "Subject": description, "Creator": made_by,
                "Producer": None, "CreationDate": None,
            },
            "svg": {"Date": None},
        }  # fmt: skip
        written = io.BytesIO()
        self.figure.savefig(written, format=form, dpi=_DOTS, metadata=facts[form])
        made = written.getvalue()
        return _finish_svg(made, title, description, (self.width, self.height)) if form == "svg" else made


def _finish_svg(svg: bytes, title: str, description: str, size: tuple[float, float]) -> bytes:
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
        numbers = [round(float(each) / _COARSE) for each in text.split()]
        places = list(zip(numbers[::2], numbers[1::2], strict=True))
        steps = (f"{x - here[0]} {y - here[1]}" for x, y in places)
        yield (command.lower() + " ".join(steps)).replace(" -", "-")
        here = places[-1] if places else start
        start = here if command == "M" else start


def _round(number: re.Match[str]) -> str:
    return f"{float(number[0]):.2f}".rstrip("0").rstrip(".")
