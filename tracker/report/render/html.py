"""A report document as one HTML page that needs no network, or as a part of a page for a notebook."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from itertools import groupby
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from tracker.model.changes import AXES
from tracker.report.document import Quote
from tracker.report.layout import QUOTE as BRIEF
from tracker.report.quoting import SPARE, cut_quote
from tracker.report.redline import IN_SIDE
from tracker.report.render.glossary import explain_words
from tracker.report.safe import cut_hidden, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from tracker.report.document import Document, Entry, Passage, Places, Section, Span, Style, Texts
    from tracker.report.redline import Run, RunKind, SideName

QUOTE: Final = 400
"""Columns of a quotation where not everything is shown."""
_TAGS: Final[dict[Style, Markup]] = {
    "bold": Markup("b"),
    "deleted": Markup("del"),
    "inserted": Markup("ins"),
    "match": Markup("mark"),
}


def render_html(document: Document, texts: Texts | None = None) -> str:
    """Return a document as a page, with both texts below it where there are any: open if they correspond.

    The page asks for nothing, and its policy allows only the style and the script that are in it. All text is
    escaped, and what is hidden in it is made visible.
    """
    style, script = _read("style.css"), _read("script.js")
    policy = (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}';"
        " base-uri 'none'; form-action 'none'"
    )
    inside = render_inside(document, texts)
    template = _environment().get_template("page.html.jinja")
    return template.render(
        document=document, texts=texts, inside=inside, style=style, script=script, policy=policy
    )


def render_inside(document: Document, texts: Texts | None = None) -> Markup:
    """Return what is in the body of that page, for a frame that has the style and the script."""
    anchors = _Anchors(texts)
    layouts = {view: _Layout(texts, anchors, view) for view in ("inline", "columns")} if texts else {}
    inside = (
        _environment()
        .get_template("inside.html.jinja")
        .render(
            document=document,
            texts=texts,
            anchors=anchors,
            layouts=layouts,
            contents=[*_list_contents(document, texts)],
            filters=_list_filters(document, texts),
        )
    )
    return Markup(inside)  # noqa: S704 (escaped by the template)


def render_part(document: Document) -> str:
    """Return a document as a part of another page: with neither script, links nor both texts."""
    template = _environment().get_template("part.html.jinja")
    return template.render(document=document, texts=None, anchors=None, style=_read("style.css"))


def render_brief(document: Document) -> Markup:
    """Return the lead of a document and what its sections list, for readers of feeds: without a style."""
    template = _environment().get_template("brief.html.jinja")
    return Markup(template.render(document=document, texts=None, anchors=None))  # noqa: S704 (its text is escaped)


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
        direction=find_direction,
        explain=lambda body: explain_words(body.striptags()),
        is_quote=_is_quote,
        is_table=_is_table,
        rows_of=_part_rows,
        scale=_find_scale,
    )
    environment.filters.update(
        isolate=_isolate,
        brief=_quote_briefly,
        quoted=quote_marked,
        spans=_mark_spans,
        words=_join_words,
        plain=_join,
    )
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
    return Markup().join(_mark_span(span, mark_hidden if said else _isolate) for span in spans)


def _mark_span(span: Span, mark: Callable[[str], Markup]) -> Markup:
    text = mark(span.text)
    if span.style == "plain":
        return text
    if tag := _TAGS.get(span.style):
        return Markup("<{0}>{1}</{0}>").format(tag, text)
    return Markup('<span class="{}">{}</span>').format(span.style, text)


def quote_marked(quote: Quote, *, whole: bool) -> Markup:
    """Return a quotation escaped, with its marks; cut to some columns unless it is shown ``whole``."""
    return _mark_spans(cut_quote(quote, len(quote.text) + 3 if whole else BRIEF, SPARE), said=True)


def _quote_briefly(quote: Quote) -> Markup:
    """Return a quotation in the lead, cut; the marks about it are the page's."""
    first, *between, last = cut_quote(quote, BRIEF, SPARE)
    bare = (first._replace(text=first.text[1:]), *between, last._replace(text=last.text[:-1]))
    return _mark_spans(bare, said=True)


def _join_words(names: Iterable[str]) -> str:
    """Return names as the words of an attribute, each without a blank."""
    return " ".join(name.replace(" ", "-") for name in names)


def _is_quote(shown: object) -> bool:
    return isinstance(shown, Quote)


def _is_table(section: Section) -> bool:
    """Return whether the entries of a section are a row each, with figures and nothing else."""
    bare = not any(entry.evidence or entry.notes for entry in section.entries)
    return bool(section.ticks) or (bare and any(column.head for column in section.columns))


def _part_rows(section: Section, whole: object) -> tuple[Sequence[Entry], Sequence[Entry]]:
    """Return the rows of a table that are shown at once, and those that are shown when asked for."""
    most = len(section.entries) if whole or section.ticks else section.first
    return section.entries[: most or None], section.entries[most:] if most else ()


def _find_scale(rows: Iterable[Entry]) -> float:
    """Return the largest share that rows draw, where their bars end; 0 where none is drawn."""
    return max((share for entry in rows for share in entry.shares or ()), default=0.0)


def _list_contents(document: Document, texts: Texts | None) -> Iterator[tuple[str, str]]:
    """Yield where a reader may go at once, and what is there; below a lead all findings are one place."""
    shown = [(at, each) for at, each in enumerate(document.sections, start=1) if each.entries]
    if document.lead:
        told = [(f"s-{at}", "Findings") for at, each in shown if not _is_table(each)]
        yield from told[:1]
    else:
        yield from ((f"s-{at}", f"{each.title[:1].upper()}{each.title[1:]}") for at, each in shown)
    if texts:
        yield from [("topics", "Topics")] if texts.topics else []
        yield "texts", "Both texts"
    yield "method", "Method"


def _list_filters(document: Document, texts: Texts | None) -> dict[str, list[str]]:
    """Return what a reader may narrow the page to: kinds of change, and axes of shifts."""
    entries = (entry.kinds for section in document.sections for entry in section.entries)
    passages = (passage.kinds for passage in texts.passages.values()) if texts else ()
    found = list(dict.fromkeys(kind for kinds in (*entries, *passages) for kind in kinds))
    return {
        "kinds": [kind for kind in found if kind not in AXES],
        "shifts": [kind for kind in found if kind in AXES],
    }


View: TypeAlias = Literal["inline", "columns"]
_RIGHT_TO_LEFT: Final = frozenset({"ar", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})
_DELETED, _INSERTED = Markup("del"), Markup("ins")
_RUN_TAGS: Final[dict[RunKind, Markup]] = {
    "deleted": _DELETED,
    "moved from": _DELETED,
    "inserted": _INSERTED,
    "moved to": _INSERTED,
}
_NO_ATTRIBUTES: Final = Markup()
_GAPS: Final = (Markup(' class="gap"'), Markup(' class="gap break"'))
"""What stands between segments: a blank, and what begins a line."""
_APART: Final = re.compile(r"“[^”]*”|(?<=”, )\S.*\S")
"""A quotation, and the amount by which it differs from another."""
_PLAIN_NAME: Final = re.compile(r"[\w.-]{1,80}")


def find_direction(language: str) -> str:
    """Return the direction of a language's script, as HTML names it; of one unknown, what the text shows."""
    return "auto" if language == "und" else "rtl" if language in _RIGHT_TO_LEFT else "ltr"


def mark_hidden(text: str) -> Markup:
    """Return a text escaped, each hidden character as its name in an element that tells which it is."""
    if visible(text) == text:
        return escape(text)
    return Markup().join(
        escape(shown)
        if shown == raw
        else Markup('<span class="hidden-character" data-code="{:X}">{}</span>').format(ord(raw), shown)
        for raw, shown in cut_hidden(text)
    )


def _isolate(text: str) -> Markup:
    """Return words of ours escaped, quotations in them apart, so that no direction turns the rest."""
    return Markup(_APART.sub(r"<bdi>\g<0></bdi>", str(mark_hidden(text))))  # noqa: S704 (escaped before)


@dataclass(frozen=True, slots=True)
class _Note:
    """What the margin tells of a change, and where its other place is."""

    name: str
    """Where its own permalink leads."""
    passage: Passage
    sign: str
    """What became of it, at a glance; "" where it goes without saying."""
    other: str = ""
    other_words: str = ""


@dataclass(frozen=True, slots=True)
class _Block:
    """A paragraph of one text or both, or an item of a list."""

    place: str
    text: Markup
    signs: str
    """What became of its sentences, at a glance."""
    notes: tuple[_Note, ...]
    topics: tuple[tuple[str, Places], ...]
    found_by: tuple[str, ...]
    """The words that filters find it by."""


class _Anchors:
    """Where links of a page lead: to each change and topic by its id, each named once."""

    def __init__(self, texts: Texts | None) -> None:
        self._texts = texts
        self._taken: set[str] = set()
        changes = texts.passages.items() if texts else ()
        self._changes = {("old", at): name for name, passage in changes for at in passage.old}
        self._changes |= {("new", at): name for name, passage in changes for at in passage.new}

    def topic(self, name: str) -> str:
        """Return the anchor of a topic."""
        return f"t-{_slug(name)}"

    def change(self, name: str, side: SideName = "new", view: View | None = None) -> str:
        """Return the anchor of a change: where it is now, or was, which a view may not tell apart."""
        if self._texts is None or name not in self._texts.passages:
            return f"c-{_slug(name)}"
        first: View = "inline" if self._texts.aligned else "columns"
        passage = self._texts.passages[name]
        apart = passage.moved or (view or first) == "columns"
        before = side == "old" and passage.new and apart
        return f"{'x-' if view and view != first else ''}c-{_slug(name)}{'-from' if before else ''}"

    def place(self, at: tuple[SideName, int]) -> str:
        """Return the anchor of the passage that a segment of one side is in."""
        return self.change(self._changes[at], at[0])

    def claim(self, anchor: str) -> bool:
        """Return whether an anchor is not yet on the page; from now on it is."""
        if anchor in self._taken:
            return False
        self._taken.add(anchor)
        return True


def _slug(name: str) -> str:
    """Return a name that may stand in an address, or a digest of one that may not."""
    return name if _PLAIN_NAME.fullmatch(name) else sha256(name.encode("utf-8", "replace")).hexdigest()[:12]


class _Layout:
    """Lays both texts out in one view of them."""

    def __init__(self, texts: Texts, anchors: _Anchors, view: View) -> None:
        self._texts, self._anchors, self._view = texts, anchors, view
        self._topics: dict[tuple[SideName, int], list[str]] = {}
        for name, places in texts.topics.items():
            for side, segments in (("old", places.old), ("new", places.new)):
                for at in segments:
                    self._topics.setdefault((side, at), []).append(name)  # type: ignore[arg-type]

    def inline(self) -> Iterator[_Block]:
        """Yield the blocks of both texts as one."""
        for runs in _split(self._texts.runs):
            yield self._lay(runs, "new", ("old", "new"))

    def rows(self) -> Iterator[tuple[list[_Block], list[_Block]]]:
        """Yield the blocks of either text that stand beside each other."""
        for runs in _split(self._texts.runs, kept=True):
            old, new = (
                [
                    self._lay(block, side, (side,))
                    for block in _split(run for run in runs if run.kind in kinds)
                ]
                for side, kinds in IN_SIDE.items()
            )
            yield old, new

    def _lay(self, runs: Sequence[Run], side: SideName, sides: Sequence[SideName]) -> _Block:
        places = ((each, run.old if each == "old" else run.new) for run in runs for each in sides)
        held = list(dict.fromkeys((each, at) for each, at in places if at is not None))
        topics = dict.fromkeys(topic for each in held for topic in self._topics.get(each, ()))
        changes = dict.fromkeys((run.change, self._side_of(run, side)) for run in runs if run.change)
        kinds = (kind for name, _ in changes for kind in self._texts.passages[name].kinds)
        told = (change for change in changes if self._texts.passages[change[0]].words != "kept")
        notes = tuple(self._note(*change) for change in told)
        return _Block(
            place=self._place(held),
            text=Markup().join(self._draw(runs, side)),
            signs=" ".join(dict.fromkeys(note.sign for note in notes if note.sign)),
            notes=notes,
            topics=tuple((name, self._texts.topics[name]) for name in topics),
            found_by=(*dict.fromkeys(kinds), *map(self._anchors.topic, topics)),
        )

    def _side_of(self, run: Run, side: SideName) -> SideName:
        """Return which place of its change a run is at."""
        return "old" if self._view == "inline" and run.kind == "moved from" else side

    def _place(self, held: Iterable[tuple[SideName, int]]) -> str:
        paragraphs: dict[SideName, list[int]] = {}
        for side, at in held:
            paragraphs.setdefault(side, []).append(self._texts.paragraphs[side == "new"][at])
        return " → ".join(dict.fromkeys(map(_join_places, paragraphs.values())))

    def _note(self, name: str, side: SideName) -> _Note:
        passage = self._texts.passages[name]
        own = self._anchors.change(name, side)
        if not (passage.old and passage.new and (passage.moved or self._view == "columns")):
            return _Note(own, passage, self._sign(passage))
        there: SideName = "new" if side == "old" else "old"
        at = (passage.new if side == "old" else passage.old)[0]
        paragraph = self._texts.paragraphs[there == "new"][at]
        label = self._texts.labels[there == "new"]
        words = f"{'to' if side == 'old' else 'from'} {label} ¶{paragraph}"
        return _Note(own, passage, self._sign(passage), self._anchors.change(name, there, self._view), words)

    def _sign(self, passage: Passage) -> str:
        """Return the sign of a change; of two different texts a sentence of one side alone has none."""
        if not (passage.old and passage.new):
            return ("+" if passage.new else "−") if self._texts.aligned else ""
        return "⇅" if passage.moved else "±"

    def _draw(self, runs: Iterable[Run], side: SideName) -> Iterator[Markup]:
        """Yield the markup of runs, those of one change together, with its anchor at the first."""
        for name, group in groupby(runs, key=lambda run: run.change):
            held = list(group)
            if not name:
                yield from (self._draw_run(run, _GAPS["\n" in run.text]) for run in held)
                continue
            anchor = self._anchors.change(name, self._side_of(held[0], side), self._view)
            place = Markup(' id="{}"').format(anchor) if self._anchors.claim(anchor) else Markup()
            passage = self._texts.passages[name]
            if passage.old and passage.new:
                drawn = Markup().join(map(self._draw_run, held))
                yield Markup(f'<span class="change"{place}>{drawn}</span>')  # noqa: S704 (both are markup)
            else:
                yield from (self._draw_run(run, Markup(' class="change"{}').format(place)) for run in held)

    def _draw_run(self, run: Run, attributes: Markup = _NO_ATTRIBUTES) -> Markup:
        text = mark_hidden(run.text)
        if run.kind == "kept":
            return text
        if "moved" in run.kind:
            attributes = Markup(' class="moved{}"').format(" edited" * run.edited)
        old, new = self._texts.languages
        if old != new and run.kind in IN_SIDE["old"]:
            attributes += Markup(' lang="{}" dir="{}"').format(old, find_direction(old))
        tag = _RUN_TAGS[run.kind]
        # Formatting by Markup takes ten times as long, and there are a thousand runs in a page.
        return Markup(f"<{tag}{attributes}>{text}</{tag}>")  # noqa: S704 (all three are markup)


def _split(runs: Iterable[Run], *, kept: bool = False) -> Iterator[list[Run]]:
    """Yield runs up to each line break between segments, or each that both texts have there."""
    gathered: list[Run] = []
    for run in runs:
        gathered.append(run)
        if not run.change and "\n" in run.text and (run.kind == "kept" or not kept):
            yield gathered
            gathered = []
    if gathered:
        yield gathered


def _join_places(paragraphs: Sequence[int]) -> str:
    first, last = min(paragraphs), max(paragraphs)
    return f"¶{first}" if first == last else f"¶{first}-{last}"
