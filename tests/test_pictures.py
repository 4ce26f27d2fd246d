"""Pictures of reports: legible in print, told apart without colour, and whole in themselves."""

from __future__ import annotations

import io
import re
from itertools import pairwise
from typing import TYPE_CHECKING

import pypdfium2
import pytest
from lxml import etree
from PIL import Image

from tests.pictures import check_layout, draw_texts, longest_labels, moves, report, table
from tests.running import ROOT
from tests.test_markdown import EVIL
from tests.test_safe import ATTACKS
from tests.thorough import IS_THOROUGH, few, long, some
from tracker.errors import TrackerError
from tracker.report.pictures import palette
from tracker.report.pictures.canvas import same_everywhere, show
from tracker.report.pictures.draw import FORMS, describe, draw_picture
from tracker.report.pictures.frame import choose_ticks, spread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.report.document import Document
    from tracker.report.pictures.draw import Kind

MM = 25.4 / 72
_NOWHERE = "\U0010fffd"
"""A character for private use, which no font has."""

# Machado, Oliveira and Fernandes (2009), whole loss of one kind of cones, on linear light; and luminance.
SIGHTS = {
    "usual": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "grey": ((0.2126, 0.7152, 0.0722),) * 3,
}


def _luminance(colour: str, sight: str = "usual") -> float:
    """Return the relative luminance of WCAG 2.2, of what somebody sees of a colour."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    light = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts]
    seen = [sum(each * of for each, of in zip(row, light, strict=True)) for row in SIGHTS[sight]]
    return sum(
        weight * min(max(each, 0.0), 1.0) for weight, each in zip((0.2126, 0.7152, 0.0722), seen, strict=True)
    )


def _contrast(one: str, other: str, sight: str = "usual") -> float:
    dark, light = sorted((_luminance(one, sight), _luminance(other, sight)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("sight", SIGHTS)
def test_shades_are_told_apart_by_everybody_and_in_grey(sight: str) -> None:
    steps = (palette.PAPER, *palette.STEPS)
    assert _contrast(*steps[:2], sight) >= 3
    assert min(_contrast(one, other, sight) for one, other in pairwise(steps)) >= 1.5
    assert _contrast(palette.MORE, palette.LESS, sight) >= 1.3


@pytest.mark.parametrize("sight", SIGHTS)
def test_a_page_has_the_pair_of_colours_that_pictures_have(sight: str) -> None:
    style = (ROOT / "tracker/report/render/page/style.css").read_text(encoding="utf-8")
    named = re.findall(r"--(gone|come|gone-paper|come-paper): (#\w{6});", style)
    light, dark = dict(named[:4]), dict(named[4:])
    assert (light["come"], light["gone"]) == (palette.MORE, palette.LESS)
    for each in (light, dark):
        assert _contrast(each["come"], each["gone"], sight) >= 1.3
        for name in ("come", "gone"):
            assert _contrast(each[name], each[f"{name}-paper"], sight) >= 4.5


@pytest.mark.parametrize("colour", [palette.INK, palette.QUIET, *(colour for colour, _ in palette.LINES)])
def test_text_has_the_contrast_that_wcag_asks_for(colour: str) -> None:
    assert _contrast(colour, palette.PAPER) >= 4.5


def test_lines_are_told_apart_without_colour() -> None:
    shapes = [shape for _, shape in palette.LINES]
    assert len(set(shapes)) == len(shapes)


@pytest.mark.parametrize("count", few(2, 10, 150, 1, 2, 50))
def test_no_labels_of_moves_touch(count: int) -> None:
    check_layout(moves(longest_labels()[:count]), "moves")


SIZES = [(count, places) for count in (2, 50) for places in (1, 20, 193)]


@pytest.mark.parametrize(("count", "places"), SIZES if IS_THOROUGH else [(50, 20)])
@pytest.mark.parametrize(("sparse", "numbered"), few(1, (False, True), (True, False), (False, False)))
@long
def test_no_labels_of_maps_touch(count: int, places: int, *, sparse: bool, numbered: bool) -> None:
    check_layout(table(longest_labels()[:count], places, sparse=sparse, numbered=numbered), "map")


@pytest.mark.parametrize("kind", ["shares", "ranks"])
@pytest.mark.parametrize("places", [1, 10, 60] if IS_THOROUGH else [60])
@pytest.mark.parametrize("count", [1, 8] if IS_THOROUGH else [8])
def test_no_labels_of_lines_touch(kind: Kind, count: int, places: int) -> None:
    check_layout(table(longest_labels()[:count], places), kind)
    if IS_THOROUGH:
        check_layout(table(longest_labels()[:count], places, numbered=True), kind)


def _pictures() -> Sequence[tuple[Kind, Document]]:
    labels = longest_labels()[:6]
    return [("moves", moves(labels)), *[(kind, table(labels, 12)) for kind in ("map", "shares", "ranks")]]


@pytest.mark.parametrize(
    ("kind", "document"), some(1, _pictures()), ids=lambda each: each if isinstance(each, str) else ""
)
@long
def test_fonts_are_in_the_pdf_and_it_has_the_size_of_a_column(kind: Kind, document: Document) -> None:
    drawn = draw_picture(document, kind, "pdf")
    assert drawn
    assert b"/Type3" not in drawn
    assert b"CreationDate" not in drawn
    pdf = pypdfium2.PdfDocument(drawn)
    assert round(pdf[0].get_size()[0] * MM) in (90, 180)
    told = pdf.get_metadata_dict()
    assert told["Title"] == document.title
    assert document.verdict in told["Subject"]
    texts = list(pdf[0].get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_TEXT]))
    assert texts
    assert all(
        pypdfium2.raw.FPDFFont_GetIsEmbedded(pypdfium2.raw.FPDFTextObj_GetFont(each)) == 1 for each in texts
    )


@pytest.mark.parametrize(
    ("kind", "document"), some(2, _pictures()), ids=lambda each: each if isinstance(each, str) else ""
)
def test_an_svg_is_whole_and_tells_what_it_shows(kind: Kind, document: Document) -> None:
    drawn = draw_picture(document, kind, "svg")
    assert drawn
    root = etree.fromstring(drawn)
    tags = {etree.QName(each).localname for each in root.iter()}
    assert tags <= {"svg", "title", "desc", "defs", "style", "g", "path", "use"}
    assert root.get("role") == "img"
    named = [root.xpath(f"string(//*[@id='{name}'])") for name in root.get("aria-labelledby", "").split()]
    assert named[0] == document.title
    assert document.verdict in named[1]
    links = root.xpath("//@*[local-name() = 'href']")
    assert all(root.xpath(f"boolean(//*[@id='{link[1:]}'])") for link in links)
    assert not re.search(
        rb"url\(|font-|<!--|<!DOCTYPE|https?://(?!www\.w3\.org/(1999/xlink|2000/svg)\")", drawn
    )
    assert float(root.get("width", "").removesuffix("mm")) in (90, 180)


def test_shares_are_told_in_per_cent_of_the_words() -> None:
    document = table(longest_labels()[:1], 4)
    shares = [part for part in document.sections[0].entries[0].parts if part is not None]
    told = describe(document, "shares")
    assert f"from {100 * min(shares):.1f}% (" in told
    assert f"to {100 * max(shares):.1f}% (" in told


def test_a_png_tells_what_it_shows_and_has_the_dots_of_print() -> None:
    document = moves(longest_labels()[:3])
    drawn = draw_picture(document, "moves", "png")
    assert drawn
    image = Image.open(io.BytesIO(drawn))
    assert image.info["Title"] == document.title
    assert document.sections[0].entries[0].cells[0] in image.info["Description"]
    assert [round(each) for each in image.info["dpi"]] == [300, 300]


HOSTILE = [*EVIL, *ATTACKS.values(), "$x^2$ and $\\frac{1}{2}$", "\\alpha_1 {", "a\nb", "%s %(x)s {0}"]


def _name(evil: str) -> Document:
    return moves([evil, "Corruption"])._replace(title=evil, verdict=evil)


@pytest.mark.parametrize("evil", some(8, HOSTILE))
def test_what_is_written_stays_text(evil: str) -> None:
    document = _name(evil)
    drawn = draw_picture(document, "moves", "svg")
    assert drawn
    root = etree.fromstring(drawn)
    assert root[0].text == show(evil)
    assert not root.xpath("//*[local-name() = 'script' or local-name() = 'a' or local-name() = 'text']")


@pytest.mark.parametrize("form", sorted({*FORMS} - {"svg"}))
@pytest.mark.parametrize("evil", HOSTILE if IS_THOROUGH else HOSTILE[-2:])
def test_what_is_written_can_be_drawn_in_each_form(evil: str, form: str) -> None:
    assert draw_picture(_name(evil), "moves", form)


@pytest.mark.parametrize("evil", some(8, HOSTILE))
def test_what_is_shown_stays_text(evil: str) -> None:
    drawn = draw_texts(_name(evil), "moves")[0]
    assert show(evil)[:8].strip() in " ".join(sorted({each.get_text() for each in drawn}, key=len))
    assert not any(each.get_parse_math() for each in drawn)


def test_a_long_label_is_cut_and_what_is_said_below_is_not() -> None:
    labels = [longest_labels()[0] * 40, "x" * 400, "Corruption"]
    drawn: list[tuple[Document, Kind]] = [(moves(labels), "moves")]
    drawn += [(table(labels, 12), "map"), (table(labels, 12), "shares")]
    for document, kind in drawn:
        check_layout(document, kind)
        assert any(each.get_text().endswith("…") for each in draw_texts(document, kind)[0])
    lines = [each.get_text() for each in draw_texts(moves(["a"])._replace(cautions=("y" * 400,)), "moves")[0]]
    assert sum(line.count("y") for line in lines) >= 400


def test_arabic_is_shaped_and_what_no_font_has_is_told() -> None:
    with same_everywhere():
        (joined,) = [each for each in draw_texts(moves(["فساد"]), "moves")[0] if each.get_text() == "فساد"]
        apart = sum(
            each.get_window_extent().width
            for letter in "فساد"
            for each in draw_texts(moves([letter]), "moves")[0]
            if each.get_text() == letter
        )
        assert joined.get_window_extent().width < 0.9 * apart
    with pytest.raises(TrackerError, match=rf"no font of this system has {_NOWHERE}; install one"):
        draw_picture(moves([f"Corruption {_NOWHERE}"]), "moves", "svg")


def test_a_report_without_figures_has_no_picture() -> None:
    assert draw_picture(report(), "moves", "svg") is None
    assert draw_picture(report(), "map", "svg") is None
    with pytest.raises(TrackerError, match="svg, png or pdf, not gif"):
        draw_picture(moves(["Corruption"]), "moves", "gif")


@pytest.mark.parametrize("most", [0.05, 0.9, 1, 7.3, 54, 58.6, 99.9, 100])
def test_an_axis_has_round_numbers_and_ends_at_the_data(most: float) -> None:
    ticks = choose_ticks(most)
    assert ticks[0] == 0
    assert most / 2 < ticks[-1] <= most * (1 + 1e-9)
    assert 3 <= len(ticks) <= 6


@pytest.mark.parametrize("wanted", [[5, 5, 5], [0, 0, 9], [9.5, 9.8, 10], [1, 5, 9], [3]])
def test_names_behind_lines_stand_apart_and_inside(wanted: list[float]) -> None:
    places = spread(wanted, 2, 0, 10)
    assert all(0 <= each <= 10 for each in places)
    assert all(other - one >= 2 - 1e-9 for one, other in pairwise(sorted(places)))
