"""The report of a comparison as a document: what is said, in which order, what is left out; or counts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.model.changes import AXES, count_changes
from tracker.model.topics import STATUSES
from tracker.report.comparison import findings, provenance, sentences
from tracker.report.comparison import words as wording
from tracker.report.comparison.inside import FILTER, show_inside
from tracker.report.comparison.lead import build_lead, list_quoted, read_lead
from tracker.report.comparison.phrases import PAIR_NOTE, show_phrases
from tracker.report.document import Document, Named, Section
from tracker.report.layout import MORE, counted, draw, line
from tracker.report.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from tracker.model.changes import Comparison
    from tracker.model.topics import Topic, Vocabulary
    from tracker.report.document import Sentence


def build_report(
    comparison: Comparison,
    vocabulary: Vocabulary,
    *,
    everything: bool = False,
    only: Collection[str] = frozenset(),
    topics: Sequence[Topic] = (),
    reasons: Sequence[tuple[findings.SideWeights, findings.SideWeights]] = (),
    explain: bool = False,
) -> Document:
    """Return the report of a comparison, of a revision the edits first, of two sessions the topics.

    ``everything`` adds what is not claimed, the sentences of one side alone, rules and sources, in full;
    ``only`` narrows to statuses, operations and axes (``sentences.FILTERS``), and ``topics``,
    with their ``reasons``, to some and every sentence about them, or to why they have their levels, if to
    ``explain`` that is asked, shown whole.
    """
    lead = () if topics or only else build_lead(comparison)
    if topics:
        sections = tuple(findings.show_topics(comparison, topics, vocabulary, reasons, explain=explain))
    else:
        sections = tuple(_build_sections(comparison, lead, everything=everything, only=only))
    cautions = (*comparison.caveats, *_list_decisions(comparison))
    if only and not sections:
        cautions = (*cautions, sentences.none_words(only))
    old, new = wording.side_labels(comparison)
    title = provenance.title_words(comparison)
    return Document(
        title=title,
        sides=(
            Named(old, wording.side_details(comparison.old, title)),
            Named(new, wording.side_details(comparison.new, title)),
        ),
        cautions=cautions,
        verdict=wording.verdict(comparison),
        sections=sections,
        lead=lead,
        closing=tuple(_close(comparison, vocabulary, everything=everything, narrowed=bool(only or topics))),
        whole=everything or bool(only) or bool(topics),
        provenance=provenance.provenance_words(comparison, vocabulary),
    )


def render_json(comparison: Comparison) -> str:
    """Return a comparison as JSON that ``comparison.schema.json`` describes, indented by two.

    The lead stands first, then keys in the order of ``tracker.model``. Text is not escaped, except what
    cannot be seen or would act on a terminal. Shares, scores and confidences have four decimals. Each side's
    ``text`` is its clean text, cut at the offsets of its ``segments``; the edits of a change that are not
    inserted, joined, are the texts of its old segments joined by blanks, and those not deleted its new ones.
    """
    from tracker.report.records import encode_json, plain_fields  # noqa: PLC0415 (6 ms that no other form takes)

    return encode_json({"lead": read_lead(build_lead(comparison)), **plain_fields(comparison)})


def build_moves(
    comparison: Comparison,
    vocabulary: Vocabulary,
    *,
    everything: bool = False,
    only: frozenset[str] = frozenset(),
    topics: Sequence[Topic] = (),
) -> Document:
    """Return the report of a comparison with its largest moves alone, of a revision too."""
    report = build_report(comparison, vocabulary, everything=everything, only=only)
    asked = {topic.id for topic in topics}
    narrowed = bool(only or asked)
    sections = []
    for section in findings.show_moves(comparison, everything=everything or narrowed):
        entries = tuple(
            entry
            for entry in section.entries
            if (not asked or entry.topic in asked) and (not only or only.intersection(entry.kinds))
        )
        sections += [section._replace(entries=entries)] if entries else []
    return report._replace(sections=tuple(sections))


def show_part(comparison: Comparison) -> str:
    """Return the report of a comparison as a part of a page, as notebooks show a value."""
    from tracker.report.render.html import render_part  # noqa: PLC0415 (templates, that others do without)

    shipped = load_vocabulary()
    own = comparison.provenance.vocabulary.split()[0] != shipped.digest
    return render_part(build_report(comparison, replace(shipped, name="own") if own else shipped))


def _list_decisions(comparison: Comparison) -> Iterator[str]:
    if judged := wording.decisions_summary(comparison):
        yield f"Applies {judged}."
    yield from wording.opinions_summary(comparison)


def _build_sections(
    comparison: Comparison, lead: Sequence[Sentence], *, everything: bool, only: Collection[str]
) -> Iterator[Section]:
    """Yield the sections; what stands in the ``lead`` is shown again only where all is asked for."""
    if wording.is_unchanged(comparison) and not everything:
        return
    topics = _build_topics(comparison, lead, everything=everything, only=only)
    edits = _build_edits(comparison, lead, everything=everything, only=only)
    revision = sentences.is_revision(comparison)
    yield from (*edits, *topics) if revision else (*topics, *edits)
    if everything or not (revision or only):  # in a revision the edits say who is named
        yield from findings.show_names(comparison, everything=everything)
    if not only or "phrases" in only:
        yield from show_phrases(comparison, everything=everything or "phrases" in only)


def _build_topics(
    comparison: Comparison, lead: Sequence[Sentence], *, everything: bool, only: Collection[str]
) -> Iterator[Section]:
    """Yield largest moves, findings and what is unsure; of a revision, whose edits are shown, names alone."""
    if not comparison.topics and not only:
        yield Section(wording.NO_PRIORITIES, ())
        return
    whole = everything or bool(only)
    if sentences.is_revision(comparison) and not whole:
        yield from findings.list_changed(comparison)
        yield from findings.show_kept(comparison, (), everything=False, rows=1, spare=True)
        return
    moves = () if only else tuple(findings.show_moves(comparison, everything=everything))
    moved = findings.list_moved(moves)
    yield from moves
    led = () if whole else list_quoted(lead)
    if not only or FILTER in only:
        yield from show_inside(comparison, everything=whole, led=led)
    yield from findings.show_findings(comparison, moved, everything=whole, only=only, led=led)
    ids = {name for sentence in lead for name in sentence.topics}
    named = {one_line(topic.label) for topic in comparison.topics if topic.topic in ids}
    yield from findings.show_doubts(comparison, {*moved, *named}, everything=whole, only=only)
    if not only or "kept" in only:
        yield from findings.show_kept(comparison, moved, everything=whole)


def _build_edits(
    comparison: Comparison, lead: Sequence[Sentence], *, everything: bool, only: Collection[str]
) -> Iterator[Section]:
    """Where most sentences are listed, their redlines are the context of the shifts."""
    changes = sentences.select_changes(comparison, everything=everything, only=only)
    context = not changes or sentences.hides_sentences(comparison)
    led = sum(bool(sentence.changes) for sentence in lead)
    yield from sentences.show_changes(comparison, changes, everything=everything, led=led)
    yield from sentences.show_shifts(comparison, context=context, everything=everything, only=only)


def _close(
    comparison: Comparison,
    vocabulary: Vocabulary,
    *,
    everything: bool,
    narrowed: bool,
) -> Iterator[str]:
    if everything:
        if comparison.phrases and not narrowed:
            yield PAIR_NOTE
        yield from provenance.provenance_words(comparison, vocabulary)
    elif not narrowed and not wording.is_unchanged(comparison):
        yield from _go_on(comparison)
    yield provenance.citation(comparison, vocabulary)


def _go_on(comparison: Comparison) -> Iterator[str]:
    """Say how much is withheld, and how to see it and more of what is shown."""
    hidden = sum(
        len(change.old) + len(change.new) for change in comparison.changes if not (change.old and change.new)
    )
    hides = sentences.hides_sentences(comparison) and hidden
    every = f"{MORE} ({counted(hidden, 'sentence')})" if hides else MORE
    largest = wording.rank_moves(comparison.topics)[: findings.MOVES]
    topic = min((each.topic for each in largest), key=len, default="")
    one = f" · one topic: --topic {topic} · why: --explain {topic}" if topic else ""
    yield f"More: {every}{one}"


def render_stat(comparison: Comparison) -> str:
    """Return the size of both sides, then changes by operation, priorities by status and shifts by axis.

    What does not occur has no line.
    """
    return draw((line(f"{name:<14}{words}".rstrip()) for name, words in _rows(comparison)), color=False)


def _rows(comparison: Comparison) -> Iterator[tuple[str, str]]:
    old, new = comparison.old, comparison.new
    yield "compared", f"{one_line(old.name)} {wording.ARROW} {one_line(new.name)}"
    yield "length", f"{wording.size_words(old)} {wording.ARROW} {wording.size_words(new)}"
    yield "sentences", f"{len(old.version.segments):,} {wording.ARROW} {len(new.version.segments):,}"
    yield "aligned", wording.aligned_words(comparison)
    for name, number in count_changes(comparison.changes):
        yield from _count(f"  {name}", number)
    if judged := wording.decisions_summary(comparison):
        yield "applies", judged
    claimed = [topic for topic in comparison.topics if topic.claimed]
    yield from _count("priorities", len(claimed))
    for status in STATUSES:
        yield from _count(f"  {status}", sum(topic.status == status for topic in claimed))
    yield from _count(f"  {wording.LIKELY}", sum(bool(topic.likely) for topic in comparison.topics))
    shifts = [row.shift for row in sentences.select_shifts(comparison, AXES)]
    yield from _count("shifts", len(shifts))
    for axis in AXES:
        some = [shift for shift in shifts if shift.axis == axis]
        if some:
            yield f"  {axis}", f"{len(some):>5,}  {wording.tally_shifts(some)}"


def _count(name: str, number: int) -> Iterator[tuple[str, str]]:
    if number:
        yield name, f"{number:>5,}"
