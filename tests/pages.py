"""A page taken apart: the texts that its edits give, all accepted or rejected, its links, what it tells."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple

from lxml.html import document_fromstring

from tracker.report.comparison.both_texts import build_texts
from tracker.report.comparison.build import build_report
from tracker.report.layout import ELLIPSIS
from tracker.report.render.html import render_html

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lxml.html import HtmlElement

    from tracker.model.changes import Comparison
    from tracker.model.topics import Vocabulary


def render_page(comparison: Comparison, vocabulary: Vocabulary, *, everything: bool = False) -> str:
    """Return the report as a page, with both texts."""
    report = build_report(comparison, vocabulary, everything=everything)
    return render_html(report, build_texts(comparison))


def parse(page: str) -> HtmlElement:
    return document_fromstring(page)


def accept_all(page: HtmlElement) -> str:
    """Return the text that the page gives where each edit is accepted, in the view of both as one."""
    return _read(page, "inline", "del")


def reject_all(page: HtmlElement) -> str:
    """Return the text that the page gives where each edit is rejected."""
    return _read(page, "inline", "ins")


def read_column(page: HtmlElement, side: Literal["old", "new"]) -> str:
    """Return one of the texts as they stand side by side."""
    return _read(page, "columns", "", f"//div[@class='{side}']")


def _read(page: HtmlElement, view: str, left_out: str, within: str = "") -> str:
    blocks = page.xpath(f"//div[@id='{view}']{within}//div[@class='block']/p")
    return "".join(piece for block in blocks for piece in _walk(block, left_out))


def _walk(element: HtmlElement, left_out: str) -> Iterator[str]:
    if element.get("data-code"):
        yield chr(int(element.get("data-code"), 16))
        return
    yield element.text or ""
    for child in element:
        if child.tag != left_out:
            yield from _walk(child, left_out)
        yield child.tail or ""


def check_page(page: str) -> HtmlElement:
    """Return a page taken apart, whose places have one name, whose links lead, and which fetches nothing."""
    root = parse(page)
    names = Counter(element.get("id") for element in root.iter() if element.get("id"))
    assert not [name for name, count in names.items() if count > 1]
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        assert not {
            name for name in element.attrib if name.startswith("on") or name in {"src", "style", "srcset"}
        }
        for name in ("href", "for", "aria-labelledby"):
            for target in element.get(name, "").split():
                assert target.removeprefix("#") in names, (name, target)
        if element.get("href"):
            assert element.get("href").startswith("#")
    return root


def list_missing(report: str, told: Sequence[Told]) -> list[str]:
    """Return what a report of a terminal says that another form of it does not, or in another order.

    ``told`` is the head of the other form, its sections, and its end. Long lists are shorter on a terminal,
    and quotations are cut elsewhere: what stands between the cuts is looked for, and of a quotation that
    is cut the words that are marked; heads of columns stand anywhere. It may leave out sections where it says
    how all is shown.
    """
    lines = list(_join_cells(report.splitlines()))
    *_, end = (at for at, line in enumerate(lines) if not line)
    shown, missing = [(0, told[0])], []
    for at in (at for at in range(end) if _HEADING.match(lines[at])):
        rest = told[told.index(shown[-1][1]) + 1 : -1]
        section = next((each for each in rest if lines[at].startswith(each.title.upper())), None)
        if section:
            shown.append((at, section))
        else:
            missing.append(lines[at])
    if len(shown) + 1 < len(told) and "--all" not in " ".join(lines[end:]):
        missing.append("--all")
    shown.append((end, told[-1]))
    for (start, each), (stop, _) in pairwise([*shown, (len(lines), told[-1])]):
        title, *heads = re.split(r"\s{2,}", lines[start])
        missing += [head for head in heads if _plain(head) not in _plain(each.text)]
        part = _CUT_QUOTE.sub(_shorten, "\n".join((title, *lines[start + 1 : stop])))
        missing += _follow(filter(None, map(_plain, _CUTS.split(part))), _plain(each.text))
        marked = "".join(f"*{_plain(mark)}*" for mark in each.marks)
        missing += _follow((f"*{_plain(mark)}*" for mark in re.findall(r"\*([^*]+)\*", part)), marked)
    return missing


_CUT_QUOTE = re.compile(r"“([^“”*]*)(\*[^“”]*\*)([^“”*]*)”")


def _shorten(quotation: re.Match[str]) -> str:
    """Return of a quotation that is cut what is marked in it: other forms cut elsewhere."""
    return f"“{quotation[2]}”" if ELLIPSIS in quotation[0] else quotation[0]


_HEADING = re.compile(r"[A-Z][A-Z ,]+(?: \(\d+\))?(?=:|  |$)")
_ROW, _MORE_OF_LABEL = (
    re.compile(r"(  \S+(?: \S+)*)(   *\S.*)"),
    re.compile(r"    (?!nothing close)(\w[^“”¶*]*)$"),
)


def _join_cells(lines: Iterable[str]) -> Iterator[str]:
    """Yield lines, the label of a row that goes on below it in one piece before the row's other cells."""
    row = None
    for line in lines:
        more = row and _MORE_OF_LABEL.match(line)
        if row and more:
            row = _ROW.match(f"{row[1]} {more[1]}{row[2]}")
            continue
        if row:
            yield row[0]
        row = _ROW.fullmatch(line)
        if not row:
            yield line
    if row:
        yield row[0]


class Told(NamedTuple):
    """A part of a report: its title, all that it says, and the words marked in it."""

    title: str
    text: str
    marks: Sequence[str] = ()


def read_page(page: str) -> list[Told]:
    """Return what a page tells, its head first, its pictures apart."""
    root = parse(page)
    for picture in root.xpath("//figure"):
        picture.drop_tree()
    for cell in root.xpath("//td | //th"):
        cell.tail = f" {cell.tail or ''}"
    header, footer = (root.xpath(f"//{name}")[0] for name in ("header", "footer"))
    sections = root.xpath("//main/section[starts-with(@id, 's-')]")
    return [
        Told("", header.text_content(), [mark.text_content() for mark in header.xpath(".//mark")]),
        *(
            Told(
                _plain(section.xpath("string((.//h2)[1]/text())")),
                section.text_content(),
                [mark.text_content() for mark in section.xpath(".//mark")],
            )
            for section in sections
        ),
        Told("", footer.text_content()),
    ]


def read_markdown(report: str) -> list[Told]:
    """Return what a report in Markdown tells, its head first."""
    head, *sections = re.split(r"^## ", report, flags=re.MULTILINE)
    parts = [
        Told(
            re.split(r"[:\n]", section, maxsplit=1)[0],
            re.sub(r"[*|`\\]", "", section),
            re.findall(r"\*\*([^*]+)\*\*", section.replace("\\", "")),
        )
        for section in sections
    ]
    marked = re.findall(r"\*\*([^*]+)\*\*", head)
    return [Told("", re.sub(r"[*|`\\>]", "", head), marked), *parts, Told("", parts[-1].text)]


_CUTS = re.compile(
    r"\n|\s{2,}|[“”*…?:]|\[-|-\]|\{\+|\+\}|\s*·\s*(?:--all$)?|\d+ more: --all|!  |\s(?=\d)|(?<=\d)\s",
    re.MULTILINE,
)
"""Where a terminal wraps, cuts or marks, and what it says shorter than other forms do."""


def _plain(text: str) -> str:
    return " ".join(text.split()).lower()


def _follow(pieces: Iterable[str], text: str) -> Iterator[str]:
    """Yield the pieces that do not follow each other in a text."""
    place = 0
    for piece in pieces:
        found = text.find(piece, place)
        if found < 0:
            yield piece
        else:
            place = found + len(piece)
