"""The formats of reports in one table: what each is called as a file, which reports have it, who renders it.

A new format is an entry of ``FORMATS``, its name in the rows of ``REPORTS`` that have it, and a renderer.
Commands read their choices here; what a renderer needs is loaded when it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from tracker.model.changes import Comparison
    from tracker.model.rows import RowKind
    from tracker.model.topics import Topic, Vocabulary
    from tracker.report.comparison.findings import SideWeights
    from tracker.report.document import Document, Note
    from tracker.report.records import RecordForm


class Asked(NamedTuple):
    """A comparison, and what of it is asked for."""

    comparison: Comparison
    vocabulary: Vocabulary
    everything: bool = False
    only: frozenset[str] = frozenset()
    topics: Sequence[Topic] = ()
    reasons: Sequence[tuple[SideWeights, SideWeights]] = ()
    """Of each of the topics, what its levels rest on."""
    table: RowKind = "topics"
    observed: Callable[[], str | None] = lambda: None
    """Says when the new text was seen, for a format that dates its changes."""
    width: int = 80
    color: bool = False


class Format(NamedTuple):
    """A format in which reports are given."""

    media_type: str
    endings: tuple[str, ...] = ()
    """Endings of a file's name that mean it; the others mean none."""
    compare: Callable[[Asked, str], str | bytes] | None = None
    """Renders a comparison, in the format of that name."""
    draw: Callable[[Document, int, bool], str] | None = None
    """Renders any report that is a document, of so many columns, in colour or not."""
    is_table: bool = False
    """Whether it has the rows of one table, each by itself."""
    whole: str = ""
    """What it has all of, for which reason it cannot be narrowed."""
    needs_file: bool = False
    notice: Callable[[Comparison], str] = lambda _comparison: ""
    """Says what of both texts it cannot hold."""


def find_format(output: Path, choices: Iterable[str], usual: str, command: str) -> str:
    """Return which of a command's formats the ending of a file means; the ``usual`` one for ``.txt`` or none.

    Raises ``TrackerError`` where it means another, or nothing.
    """
    ending = output.suffix.lower()
    meant = [form for form, endings in _ENDINGS.items() if ending in endings]
    found = [form for form in meant if form in choices]
    if found or (not meant and ending in _PLAIN):
        return found[0] if found else usual
    from tracker.errors import TrackerError

    means = f"is that of {meant[0]}, which tracker {command} does not write" if meant else "means no format"
    raise TrackerError(f"{output}: the ending {means}; say which with --format: {', '.join(choices)}")


def check_ending(output: Path, form: str) -> None:
    """Raise ``TrackerError`` where the ending of a file means another format than was asked for."""
    meant = [each for each, endings in _ENDINGS.items() if output.suffix.lower() in endings]
    if meant and form not in meant:
        from tracker.errors import TrackerError

        raise TrackerError(
            f"{output}: the ending is that of {meant[0]}, and the format is {form}; leave out --format, or"
            " take another ending"
        )


def refuse_output(form: str, output: Path | None) -> None:
    """Raise ``TrackerError`` before any work where a format has no file to go to, or lacks its library."""
    if form in FORMATS and FORMATS[form].needs_file and output is None:
        from tracker.errors import TrackerError

        raise TrackerError(f"--format {form} makes a file; name it with -o FILE")
    if form == "parquet":
        from tracker.report.records import refuse_parquet

        refuse_parquet(output)


def draw_report(build: Callable[[], Document], form: str, *, width: int, color: bool) -> str:
    """Return a report in a format that draws documents, and in all others as text of so many columns."""
    draw = FORMATS[form].draw or _draw_text
    return draw(build(), width, color)


def render_comparison(asked: Asked, form: str) -> str | bytes:
    """Return a comparison in a format that it has."""
    render = FORMATS[form].compare
    if render is None:
        raise ValueError(f"a comparison has no format {form}")
    return render(asked, form)


def _draw_text(document: Document, width: int, color: bool) -> str:
    from tracker.report.render.terminal import render_terminal

    return render_terminal(document, width=width, color=color)


def _draw_markdown(document: Document, _width: int, _color: bool) -> str:
    from tracker.report.render.markdown import render_markdown

    return render_markdown(document)


def _draw_page(document: Document, _width: int, _color: bool) -> str:
    from tracker.report.render.html import render_html

    return render_html(document)


def _build(asked: Asked) -> Document:
    from tracker.report.comparison.build import build_report

    return build_report(
        asked.comparison,
        asked.vocabulary,
        everything=asked.everything,
        only=asked.only,
        topics=asked.topics,
        reasons=asked.reasons,
    )


def _compare_drawn(asked: Asked, form: str) -> str:
    return draw_report(lambda: _build(asked), form, width=asked.width, color=asked.color)


def _compare_page(asked: Asked, _form: str) -> str:
    from tracker.report.comparison.both_texts import build_texts
    from tracker.report.render.html import render_html

    return render_html(_build(asked), build_texts(asked.comparison))


def _compare_json(asked: Asked, _form: str) -> str:
    from tracker.report.comparison.build import render_json

    return render_json(asked.comparison)


def _compare_rows(asked: Asked, form: str) -> str | bytes:
    from tracker.model.rows import TABLES
    from tracker.report.records import write_records

    kind, list_rows = TABLES[asked.table]
    return write_records(kind, list_rows(asked.comparison), cast("RecordForm", form))


def _compare_latex(asked: Asked, _form: str) -> str:
    from tracker.report.comparison.findings import render_latex

    return render_latex(asked.comparison, asked.vocabulary)


def _note_texts(asked: Asked) -> tuple[Document, tuple[Note, ...]]:
    """Return the report, what the format cannot hold among its cautions, and what is noted on passages."""
    from tracker.report.comparison.both_texts import list_notes

    report, lost = _build(asked), _tell_lost(asked.comparison)
    cautions = (*report.cautions, lost) if lost else report.cautions
    return report._replace(cautions=cautions), list_notes(asked.comparison, everything=asked.everything)


def _compare_word(asked: Asked, _form: str) -> bytes:
    """Return both texts with tracked changes where they correspond or all is asked for, else a brief."""
    from tracker.report.comparison.sentences import is_revision

    if not (asked.everything or is_revision(asked.comparison)):
        return _write_brief(asked)
    from tracker.report.render.word import render_word

    return render_word(asked.comparison, *_note_texts(asked), asked.observed())


def _write_brief(asked: Asked) -> bytes:
    from tracker.report.comparison.brief import build_brief
    from tracker.report.render.word_brief import render_brief

    made = asked.comparison
    languages = made.old.version.language, made.new.version.language
    return render_brief(build_brief(made, _build(asked)), languages, asked.observed())


def _compare_tei(asked: Asked, _form: str) -> str:
    from tracker.report.render.tei import render_tei

    return render_tei(asked.comparison, *_note_texts(asked))


def _tell_lost(comparison: Comparison) -> str:
    from tracker.report.comparison.both_texts import tell_lost

    return tell_lost(comparison)


_BOTH, _ROWS, _WHOLE = "holds both texts whole", "has all rows", "is made of the whole comparison"
_PARQUET: Final = "application/vnd.apache.parquet"
_WORD: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

FORMATS: Final[Mapping[str, Format]] = {
    "text": Format("text/plain", compare=_compare_drawn, draw=_draw_text),
    "markdown": Format("text/markdown", (".md",), _compare_drawn, _draw_markdown),
    "html": Format("text/html", (".html", ".htm"), _compare_page, _draw_page),
    "json": Format("application/json", (".json",), _compare_json),
    "csv": Format("text/csv", (".csv",), _compare_rows, is_table=True, whole=_ROWS),
    "jsonl": Format("application/jsonl", (".jsonl",), _compare_rows, is_table=True, whole=_ROWS),
    "parquet": Format(_PARQUET, (".parquet",), _compare_rows, is_table=True, whole=_ROWS, needs_file=True),
    "latex": Format("application/x-tex", (".tex",), _compare_latex, whole="has all priorities"),
    "docx": Format(_WORD, (".docx",), _compare_word, whole=_WHOLE, needs_file=True, notice=_tell_lost),
    "tei": Format("application/tei+xml", (".tei", ".xml"), _compare_tei, whole=_BOTH, notice=_tell_lost),
}
"""The formats by the names that ``--format`` has for them."""

_ENDINGS: Final[Mapping[str, tuple[str, ...]]] = {
    **{form: each.endings for form, each in FORMATS.items()},
    "bibtex": (".bib",),
    "csl": (".json",),
    "ris": (".ris",),
    "a picture (--plot)": (".svg", ".png", ".pdf"),
}
"""The endings of files that mean a format, those of citations and pictures too."""

_PLAIN: Final = ("", ".txt")
"""Endings that leave a file what a command usually writes."""

REPORTS: Final[Mapping[str, tuple[str, ...]]] = {
    "comparison": ("text", "json", "markdown", "html", "docx", "tei", "csv", "jsonl", "parquet", "latex"),
    "statement": ("text", "csv", "json", "jsonl", "parquet", "latex"),
    "origins": ("text", "html", "json"),
    "traced": ("text", "html", "csv", "json", "jsonl", "parquet"),
    "series": ("text", "markdown", "html", "csv", "json", "jsonl", "parquet"),
}
"""Which formats a report has, in the order in which its command names them."""
