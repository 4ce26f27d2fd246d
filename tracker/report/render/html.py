"""A report document as one HTML page that needs no network, or as a part of a page for a notebook."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from tracker.model.changes import AXES
from tracker.report.document import Quote
from tracker.report.layout import cut_quote
from tracker.report.render.blocks import Anchors, Layout, direction, isolate, mark_hidden
from tracker.report.render.glossary import explain_words
from tracker.report.safe import visible

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracker.report.document import Document, Entry, Section, Span, Style, Texts

QUOTE: Final = 400
"""Columns of a quotation where not everything is shown."""
_DRAWN: Final = 15
"""Entries of a section that a picture has at most."""
_SCALES: Final = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)
"""Where the axis of a picture may end."""
_TAGS: Final[dict[Style, Markup]] = {
    "bold": Markup("b"),
    "deleted": Markup("del"),
    "inserted": Markup("ins"),
    "match": Markup("mark"),
}


def render_html(document: Document, texts: Texts | None = None) -> str:
    """Return a document as a page, with both texts below it where there are any.

    The page asks for nothing, and its policy allows only the style and the script that are in it. All text is
    escaped, and what is hidden in it is made visible.
    """
    style, script = _read("style.css"), _read("script.js")
    policy = (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}';"
        " base-uri 'none'; form-action 'none'"
    )
    anchors = Anchors(texts)
    layouts = {view: Layout(texts, anchors, view) for view in ("inline", "columns")} if texts else {}
    return (
        _environment()
        .get_template("page.html.jinja")
        .render(
            document=document,
            texts=texts,
            anchors=anchors,
            layouts=layouts,
            filters=_list_filters(document, texts),
            style=style,
            script=script,
            policy=policy,
        )
    )


def render_part(document: Document) -> str:
    """Return a document as a part of another page: with neither script, links nor both texts."""
    template = _environment().get_template("part.html.jinja")
    return template.render(document=document, texts=None, anchors=None, style=_read("style.css"))


@cache
def _environment() -> Environment:
    """Return what renders templates: whatever they print is made visible, then escaped, but for markup."""
    environment = Environment(
        loader=PackageLoader("tracker.report.render", "page"),
        autoescape=True,
        finalize=lambda value: visible(value) if type(value) is str else value,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.globals.update(
        direction=direction,
        draws=_list_drawn,
        explain=lambda body: explain_words(body.striptags()),
        is_quote=_is_quote,
        is_table=_is_table,
        scale=_find_scale,
    )
    environment.filters.update(isolate=isolate, quoted=_quote, spans=_mark_spans, plain=_join)
    return environment


@cache
def _read(name: str) -> Markup:
    return Markup(files("tracker.report.render").joinpath("page", name).read_text("utf-8"))  # noqa: S704 (ours)


def _digest(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _join(spans: tuple[Span, ...]) -> str:
    return "".join(span.text for span in spans)


def _mark_spans(spans: tuple[Span, ...], *, said: bool = False) -> Markup:
    """Return runs of text as elements that say what their styles do; what is ``said`` is one quotation."""
    return Markup().join(_mark_span(span, mark_hidden if said else isolate) for span in spans)


def _mark_span(span: Span, mark: Callable[[str], Markup]) -> Markup:
    text = mark(span.text)
    if span.style == "plain":
        return text
    if tag := _TAGS.get(span.style):
        return Markup("<{0}>{1}</{0}>").format(tag, text)
    return Markup('<span class="{}">{}</span>').format(span.style, text)


def _quote(quote: Quote, *, whole: bool) -> Markup:
    return _mark_spans(cut_quote(quote, len(quote.text) + 3 if whole else QUOTE), said=True)


def _is_quote(shown: object) -> bool:
    return isinstance(shown, Quote)


def _is_table(section: Section) -> bool:
    """Return whether the entries of a section are a row each, with figures and nothing else."""
    bare = not any(entry.evidence or entry.notes for entry in section.entries)
    return bool(section.ticks) or (bare and any(column.head for column in section.columns))


def _list_drawn(section: Section) -> list[Entry]:
    """Return the entries of a section that its picture has."""
    return [entry for entry in section.entries if entry.shares][:_DRAWN]


def _find_scale(drawn: list[Entry]) -> float:
    """Return where the axis of a picture ends."""
    most = max(share for entry in drawn for share in entry.shares or ())
    return next(scale for scale in _SCALES if scale >= min(most, 1))


def _list_filters(document: Document, texts: Texts | None) -> dict[str, list[str]]:
    """Return what a reader may narrow the page to: kinds of change, and axes of shifts."""
    entries = (entry.kinds for section in document.sections for entry in section.entries)
    passages = (passage.kinds for passage in texts.passages.values()) if texts else ()
    found = list(dict.fromkeys(kind for kinds in (*entries, *passages) for kind in kinds))
    return {
        "kinds": [kind for kind in found if kind not in AXES],
        "shifts": [kind for kind in found if kind in AXES],
    }
