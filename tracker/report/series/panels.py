"""Many countries: groups, panels over sessions, and what became of topics between two; in every form."""

from __future__ import annotations

import shlex
from collections import Counter, defaultdict
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final, TypeAlias

from tracker.model.panels import PanelTable
from tracker.model.series import CountedTopic
from tracker.model.series_rows import MoveRecord, PanelRecord
from tracker.model.topics import DROPPED, PRIORITIES, TAKEN_UP
from tracker.references import country_name
from tracker.report.comparison.findings import FINDINGS
from tracker.report.comparison.provenance import name_body, session_words
from tracker.report.comparison.words import ARROW, LIKELY, chance_mark
from tracker.report.document import STATEMENTS, Column, Document, Entry, Section, Span, Tick
from tracker.report.layout import counted, draw, lay_table, line, wrap
from tracker.report.records import encode_json, write_csv, write_records
from tracker.report.safe import one_line
from tracker.report.series.parts import (
    NAMED,
    SURE_FROM,
    close_report,
    count_countries,
    count_halves,
    halve,
    list_status,
    name_most,
    name_vocabulary,
    show_map,
    show_moves,
    warn_approximate,
    warn_few,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tracker.model.panels import CountriesDiff, CountryMove, MovedTopic, Panel, PanelCell, PanelEntry
    from tracker.model.topics import Status, Topic
    from tracker.references.groups import Group
    from tracker.report.records import RecordForm
    from tracker.report.series.parts import MapRow

_Heading: TypeAlias = "tuple[str, tuple[Status, ...]]"
_CODES: Final = 5
"""Countries that a row names; more are counted."""
_MOVES: Final = 10
"""Topics of the table where not everything is asked for."""
_HEADINGS: Final[Sequence[_Heading]] = tuple((status, (status,)) for status in FINDINGS)
_SHORT: Final[Sequence[_Heading]] = tuple((" or ".join(each), each) for each in (TAKEN_UP, DROPPED))

_GROUP_COLUMNS: Final = ("group", "name", "country", "since", "until", "source", "checked", "person")


def _order_topics(panel: Panel, topics: Sequence[str] = ()) -> tuple[tuple[Topic, int], ...]:
    """Return the topics that some statement has, or that are asked for, with how many put each first."""
    cells = [cell for entry in panel.entries for cell in entry.cells]
    first = Counter(cell.topic for cell in cells if cell.level in PRIORITIES)
    known = set(topics) or {cell.topic for cell in cells}
    found = [(topic, first[topic.id]) for topic in panel.vocabulary.topics if topic.id in known]
    return tuple(sorted(found, key=lambda row: (-row[1], row[0].label)))


def panel_json(panel: Panel, topics: Sequence[str] = ()) -> str:
    """Return a panel as JSON that ``panel.schema.json`` describes."""
    shown = _order_topics(panel, topics)
    known = {topic.id for topic, _ in shown}
    return encode_json(
        PanelTable(
            body=panel.body,
            sessions=panel.sessions,
            countries=panel.countries,
            vocabulary=name_vocabulary(panel.vocabulary),
            sure=panel.sure,
            unmeasured=panel.unmeasured,
            topics=tuple(CountedTopic(topic.id, topic.label, topic.kind, first) for topic, first in shown),
            entries=tuple(
                replace(entry, cells=tuple(cell for cell in entry.cells if cell.topic in known))
                for entry in panel.entries
            ),
        )
    )


def build_panel(
    panel: Panel, topics: Sequence[str] = (), *, notes: Sequence[str] = (), everything: bool = False
) -> Document:
    """Return the report of a panel: what moved most, then how many have each topic as a priority."""
    rows = _order_topics(panel, topics)
    rows = rows if topics else tuple(row for row in rows if row[1])
    read = [entry for entry in panel.entries if entry.state == "read"]
    whole = everything or bool(topics)
    statements = counted(len(read), "statement")
    sure = _count_sure(read)
    counts = ((one_line(topic.label), number, f", {sure[topic.id]} sure") for topic, number in rows)
    spoken = _gather_spoken(panel, read)
    numbers = [(entries[0].session, len(entries)) for entries in spoken]
    few = warn_few(numbers) if len({entry.country for entry in read}) > 1 else ()
    return Document(
        title=_name_panel(panel, read),
        sides=(),
        cautions=(*few, *warn_approximate(panel.unmeasured)),
        verdict=name_most(counts, statements),
        sections=(
            *_show_moves(rows, spoken, whole=whole),
            *([_show_counts(panel, rows, read)] if rows else []),
            *(_show_ends(topic, spoken) for topic, number in rows if topics and number),
        ),
        closing=(
            *_explain_step(spoken),
            *map(one_line, notes),
            *close_report(
                _lead_on(panel),
                f"{panel.body} {_span(panel.sessions)}{_whose(panel)}, {statements}",
                panel.vocabulary,
                topics=[topic.id for topic, _ in rows],
                whole=whole,
                sure=panel.sure,
            ),
        ),
        whole=whole,
    )


def _span(labels: Sequence[str]) -> str:
    return "–".join(dict.fromkeys((labels[0], labels[-1])))


def _whose(panel: Panel) -> str:
    return f", {one_line(panel.countries)}" if panel.countries else ""


def _lead_on(panel: Panel) -> list[str]:
    """Return commands that show who it is."""
    hints = ["each country: --format csv"]
    if len(panel.sessions) > 1 and panel.countries:
        pair = shlex.join(panel.sessions[-2:])
        hints.insert(0, f"who: tracker diff {panel.body} {pair} --countries {shlex.quote(panel.countries)}")
    return hints


def _name_panel(panel: Panel, read: Sequence[PanelEntry]) -> str:
    years = {entry.session: entry.year for entry in panel.entries}
    ends = (
        f"{label} ({years[label]})" if years.get(label) else label
        for label in (panel.sessions[0], panel.sessions[-1])
    )
    number = len({entry.country for entry in read})
    who = count_countries(number)
    named = f"{one_line(panel.named)} ({who})" if panel.named and number > 1 else panel.named or who
    return f"{one_line(named)} at the {name_body(panel.body)}, {' to '.join(dict.fromkeys(ends))}"


Spoken: TypeAlias = "Sequence[Sequence[PanelEntry]]"
"""By session at which anybody spoke, the statements read."""


def _gather_spoken(panel: Panel, read: Sequence[PanelEntry]) -> Spoken:
    by_session = ([entry for entry in read if entry.session == label] for label in panel.sessions)
    return [entries for entries in by_session if entries]


def _list_step(spoken: Spoken) -> list[PanelEntry]:
    """Return the statements of the last session that are held against the one before it, and no other."""
    *_, before, after = spoken
    return [entry for entry in after if entry.before == before[0].session]


def _explain_step(spoken: Spoken) -> Iterator[str]:
    if len(spoken) > 1:
        before, after = (one_line(each[0].session) for each in spoken[-2:])
        step = f"at {after} since {before}, of {count_countries(len(_list_step(spoken)))}"
        yield f"New or back, not repeated: {step}; + 3: three more are likely."


def _show_ends(topic: Topic, spoken: Spoken) -> Section:
    """Return for each session of one topic who has it as a priority first in what was read, and who last."""
    having = [
        [
            entry.country
            for entry in entries
            if any(cell.topic == topic.id and cell.level in PRIORITIES for cell in entry.cells)
        ]
        for entries in spoken
    ]
    first = {country: at for at, some in reversed([*enumerate(having)]) for country in some}
    last = {country: at for at, some in enumerate(having) for country in some}
    latest = {entry.country: at for at, entries in enumerate(spoken) for entry in entries}
    entries = []
    for at, (some, statements) in enumerate(zip(having, spoken, strict=True)):
        newly = [each for each in some if first[each] == at]
        lastly = [each for each in some if last[each] == at != latest[each]]
        figures = f"{len(some)} of {len(statements)}", *map(_list_codes, (newly, lastly))
        entries.append(Entry((Span(_name_session(statements[0])),), figures))
    columns = Column("a priority of"), Column("first here", right=False), Column("last here", right=False)
    note = "in what was read, by code; last: of those who spoke later"
    return Section(one_line(topic.label), tuple(entries), note=note, columns=columns, head="session")


def _list_codes(codes: Sequence[str]) -> str:
    return ", ".join(codes) if len(codes) <= _CODES else count_countries(len(codes))


def _name_session(entry: PanelEntry) -> str:
    label = one_line(entry.session)
    return f"{label} ({entry.year})" if entry.year else label


def _show_moves(rows: Sequence[tuple[Topic, int]], spoken: Spoken, *, whole: bool) -> Iterator[Section]:
    """Yield the topics that the statements of the earlier and the later sessions differ in most.

    What is new or not repeated is counted between the last two sessions: no count is of several steps.
    """
    if len(spoken) < 2:  # noqa: PLR2004 (an earlier and a later one)
        return
    halves = [[entry for entries in half for entry in entries] for half in halve(spoken)]
    firsts, sizes = [_count_first(half) for half in halves], [len(half) for half in halves]
    cells: dict[str, list[PanelCell]] = defaultdict(list)
    for entry in _list_step(spoken):
        for cell in entry.cells:
            cells[cell.topic].append(cell)
    moved = []
    for topic, _ in rows:
        counts = [first[topic.id] for first in firsts]
        changed = (_count_moved(cells[topic.id], statuses) for statuses in (TAKEN_UP, DROPPED))
        figures = (count_halves(counts, sizes), *changed)
        moved.append(((counts[0] / sizes[0], counts[1] / sizes[1]), one_line(topic.label), figures))
    labels = [[entry.session for entry in half] for half in halves]
    heads = ("a priority of", *(head for head, _ in _SHORT))
    yield from show_moves(labels, moved, heads, unit="% of statements", whole=whole)


def _count_first(entries: Sequence[PanelEntry]) -> Counter[str]:
    """Return by topic how many statements have it as a priority."""
    return Counter(cell.topic for entry in entries for cell in entry.cells if cell.level in PRIORITIES)


def _count_moved(cells: Sequence[PanelCell], statuses: Sequence[str]) -> str:
    likely = sum(cell.likely in statuses for cell in cells)
    return _write_sure(sum(cell.status in statuses for cell in cells), likely)


def _count_sure(read: Sequence[PanelEntry]) -> Counter[str]:
    """Return by topic how many statements surely have it as a priority, as a timeline calls it sure."""
    cells = (cell for entry in read for cell in entry.cells if cell.level in PRIORITIES)
    return Counter(cell.topic for cell in cells if cell.priority is None or cell.priority >= SURE_FROM)


def _show_counts(panel: Panel, rows: Sequence[tuple[Topic, int]], read: Sequence[PanelEntry]) -> Section:
    by_session = [[entry for entry in read if entry.session == label] for label in panel.sessions]
    sure = _count_sure(read)
    spoke = [len(entries) for entries in by_session]
    shown: list[MapRow] = [("statements read", (str(len(read)), ""), _write(spoke), ())]
    firsts = [_count_first(each) for each in by_session]
    for topic, number in rows:
        numbers = [first[topic.id] for first in firsts]
        parts = tuple(each / of if of else None for each, of in zip(numbers, spoke, strict=True))
        figures = str(number), str(sure[topic.id])
        shown.append((one_line(topic.label), figures, _write(numbers), parts))
    years = {entry.session: entry.year for entry in panel.entries}
    ticks = [Tick(one_line(label), str(years.get(label) or "")) for label in panel.sessions]
    note = "statements that have each as a priority, those of them that are sure, then by session"
    title, heads = "priorities by session", ("all", "sure")
    return show_map(title, shown, ticks, heads=heads, note=note, scale=STATEMENTS)


def _write(numbers: Sequence[int]) -> list[Span]:
    return [Span(str(each or "")) for each in numbers]


def build_countries_diff(
    diff: CountriesDiff, *, notes: Sequence[str] = (), whole: bool = False, only: frozenset[str] = frozenset()
) -> Document:
    """Return for each topic for whom it is new, back, of another rank, or not repeated, or some of it.

    Who is claimed stands by name; then who may be, with how likely that is. Counts come first.
    """
    told = [topic for topic in diff.topics if any(_list_moves(topic))]
    counted = [each for each in _HEADINGS if not only.isdisjoint(each[1])] if only else _SHORT
    sections = (*_count_moves(told, counted, whole=whole), *([_name_countries(told)] if told else []))
    pair = shlex.join([f"{diff.compared[0]}/{diff.body}", diff.old, diff.new])
    one = f"one country, with its words: tracker diff {one_line(pair)}"
    texts = f"{diff.body} {diff.old} {ARROW} {diff.new}, {one_line(diff.countries)}"
    return Document(
        title=_name_compared(diff),
        sides=(),
        cautions=tuple(_warn_missing(diff)),
        verdict=_tell_moves(told, counted, len(diff.compared)),
        sections=sections,
        closing=(
            *map(one_line, notes),
            *close_report([one], texts, diff.vocabulary, whole=whole, sure=diff.sure),
        ),
        whole=whole,
    )


def _name_compared(diff: CountriesDiff) -> str:
    sessions = f" {ARROW} ".join(session_words(diff.body, label) for label in (diff.old, diff.new))
    who = f"{one_line(diff.countries)} ({count_countries(len(diff.compared))})"
    return f"{who} at the {name_body(diff.body)}, {sessions}"


def _warn_missing(diff: CountriesDiff) -> Iterator[str]:
    if diff.missing:
        names = ", ".join(map(country_name, diff.missing))
        yield f"Not compared, without both statements ({len(diff.missing)}): {names}."
    yield from warn_approximate(diff.unmeasured)


def _tell_moves(topics: Sequence[MovedTopic], counted: Sequence[_Heading], compared: int) -> str:
    """Say of which topics most is claimed to be new or back, and not repeated."""
    parts = []
    for heading, statuses in counted:
        counts = [(len(_choose(topic.countries, statuses)), one_line(topic.label)) for topic in topics]
        most = sorted((each for each in counts if each[0]), key=lambda each: (-each[0], each[1]))[:NAMED]
        names = ", ".join(f"{label} ({number})" for number, label in most)
        parts.append(f"{heading}: {names}" if names else f"{heading}: nothing that is sure")
    said = "; ".join(parts) if topics else "no priority changed"
    return f"Of {count_countries(compared)}, {said}."


def _count_moves(
    topics: Sequence[MovedTopic], counted: Sequence[_Heading], *, whole: bool
) -> Iterator[Section]:
    """Yield the topics that are new, back or not repeated for most, with of how many that is claimed."""
    columns = tuple(Column(heading) for heading, _ in counted)
    entries = []
    for topic in topics:
        counts = ((_choose(topic.countries, each), _likely(topic, each)) for _, each in counted)
        cells = tuple(_write_sure(len(claimed), len(possible)) for claimed, possible in counts)
        label = one_line(topic.label)
        entries += [Entry((Span(label),), cells, brief=label)] if any(cells) else []
    if entries:
        shown = entries if whole else entries[:_MOVES]
        title = "most changed, by countries (behind + what is likely)"
        yield Section(title, tuple(shown), columns=columns, first=_MOVES)


def _write_sure(claimed: int, possible: int) -> str:
    """Return how many are claimed, and how many more may be: ``3 + 5``."""
    if not possible:
        return str(claimed or "")
    return f"{claimed} + {possible}"


def _name_countries(topics: Sequence[MovedTopic]) -> Section:
    entries = (
        Entry(
            (Span(one_line(topic.label), "bold"),),
            notes=tuple(_list_moves(topic)),
            brief=one_line(topic.label),
        )
        for topic in topics
    )
    return Section("countries by topic", tuple(entries), note="in brackets how likely each holds", first=1)


def _list_moves(topic: MovedTopic) -> Iterator[Span]:
    for heading, statuses in _HEADINGS:
        if sure := _choose(topic.countries, statuses):
            yield Span(f"{heading} ({len(sure)}): {', '.join(country_name(move.country) for move in sure)}")
        if likely := _likely(topic, statuses):
            names = ", ".join(
                f"{country_name(move.country)} {chance_mark(move.certainty)}" for move in likely
            )
            yield Span(f"{LIKELY} {heading} ({len(likely)}): {names}", "dim")


def _choose(moves: Sequence[CountryMove], statuses: Sequence[str]) -> list[CountryMove]:
    return [move for move in moves if move.status in statuses]


def _likely(topic: MovedTopic, statuses: Sequence[str]) -> list[CountryMove]:
    found = [move for move in topic.countries if move.likely in statuses]
    return sorted(found, key=lambda move: (-(move.certainty or 0.0), move.country))


def panel_table(panel: Panel, topics: Sequence[str], form: RecordForm) -> str | bytes:
    """Return what ``list_panel`` yields as a table."""
    return write_records(PanelRecord, list_panel(panel, topics), form)


def list_panel(panel: Panel, topics: Sequence[str]) -> Iterator[PanelRecord]:
    """Yield one row for each country, session and topic; ``absent`` where it was read and is not there.

    A statement that was not read has one row, with its ``state`` and no topic.
    """
    shown = [topic for topic, _ in _order_topics(panel, topics)]
    for entry in panel.entries:
        row = partial(
            PanelRecord,
            body=panel.body,
            country=entry.country,
            name=country_name(entry.country),
            session=entry.session,
            year=entry.year,
            state=entry.state,
            before=entry.before,
            statement=entry.statement,
        )
        if entry.state != "read":
            yield row()
            continue
        cells = {cell.topic: cell for cell in entry.cells}
        for topic in shown:
            cell = cells.get(topic.id)
            moved = cell if cell and (cell.status or cell.likely) else None
            yield row(
                topic=topic.id,
                label=topic.label,
                level=(cell.level if cell else None) or "absent",
                sentences=cell.sentences if cell else 0,
                share=cell.share if cell else 0.0,
                **list_status(moved),
            )


def moves_table(diff: CountriesDiff, form: RecordForm) -> str | bytes:
    """Return one row for each topic and each country in whose statements something became of it."""
    rows = (
        MoveRecord(
            body=diff.body,
            old=diff.old,
            new=diff.new,
            country=move.country,
            name=country_name(move.country),
            topic=topic.id,
            label=topic.label,
            kind=topic.kind,
            status=move.status,
            likely=move.likely,
            certainty=move.certainty,
            measured=move.measured,
            share_unsure=move.share_unsure,
        )
        for topic in diff.topics
        for move in topic.countries
    )
    return write_records(MoveRecord, rows, form)


def groups_csv(groups: Iterable[Group]) -> str:
    """Return one row for each membership; an empty ``since`` is one that nobody has dated."""
    rows = (
        (
            group.id,
            group.name,
            *(each.country, each.since, each.until),
            group.source,
            group.checked,
            group.person,
        )
        for group in groups
        for each in group.members
    )
    return write_csv(_GROUP_COLUMNS, rows)


def render_groups(groups: Sequence[Group], date: str, *, width: int = 80, color: bool = False) -> str:
    """Return a table of groups, with how many belong on a date, and who keeps each."""
    rows = [
        (group.id, str(len(group.members_on(date))), group.checked, group.person or "tracker", group.name)
        for group in groups
    ]
    head = ("group", f"members {date}", "checked", "kept by", "name")
    hint = "Members with dates: tracker list --groups EU; your own: tracker groups edit"
    return draw([*lay_table(head, rows, width, (1,)), line(), *wrap([Span(hint, "dim")], width)], color=color)


def render_group(group: Group, at: str | None = None, *, width: int = 80, color: bool = False) -> str:
    """Return the members of a group by when they joined."""
    when = f" at {at}" if at else ""
    lines = [line(f"{group.id} {one_line(group.name)}: {len(group.members)} memberships{when}", "bold")]
    keeper = f"kept by {one_line(group.person)}" if group.person else "comes with tracker"
    lines += wrap([Span(f"{one_line(group.source)}; checked {group.checked}; {keeper}", "dim")], width)
    members = sorted(group.members, key=lambda each: (each.since or "", each.country))
    rows = [
        (each.since or "?", each.until or "", each.country, country_name(each.country)) for each in members
    ]
    lines += lay_table(("since", "until", "code", "country"), rows, width, ())
    if any(each.since is None for each in members):
        lines += wrap([Span("?: not dated here; counts at every date", "dim")], width)
    return draw(lines, color=color)
