"""``tracker.open_archive``: what commands say of an archive, asked by a program or in a notebook.

Each answer is the value that the command's report is made of, with its table as plain records and as a data
frame. What was worked out is kept in the archive as commands keep it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Literal, Self, TypeVar

from tracker.archive import ArchiveSession
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.comparing.topics.vocabulary.naming import name_topics
from tracker.errors import ReferenceInvalid, TrackerError
from tracker.model.topics import SURE
from tracker.text.encoder import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from os import PathLike

    from tracker.model.changes import Comparison
    from tracker.model.panels import Panel
    from tracker.model.rows import RowKind
    from tracker.model.series import Timeline
    from tracker.model.topics import Vocabulary
    from tracker.model.tracing import Biography, Spread
    from tracker.record.reading.reader import Reader
    from tracker.text.encoder import Encoder

    Row = dict[str, Any]

Value = TypeVar("Value")
FrameLibrary = Literal["pandas", "polars"]


@dataclass(frozen=True, slots=True)
class Answer(Generic[Value]):
    """What was asked of an archive, with its table."""

    value: Value
    """What the report of the command is made of."""
    _list: Callable[[], Iterable[Any]]

    def rows(self) -> list[Row]:
        """Return plain records, whose names and types are those of the command's CSV and JSON Lines."""
        return [asdict(record) for record in self._list()]

    def frame(self, library: FrameLibrary | None = None) -> Any:  # noqa: ANN401 (of a library that may be missing)
        """Return the rows as a data frame of pandas or polars, the first that is installed unless named.

        Raises ``TrackerError`` where it is not installed.
        """
        return make_frame(self.rows(), library)

    def _repr_html_(self) -> str | None:
        """Return the report as a notebook shows it, where the value has one."""
        show: Callable[[], str | None] | None = getattr(self.value, "_repr_html_", None)
        return show() if show else None

    def __repr__(self) -> str:
        return f"<Answer of {len(self.rows()):,} rows: {type(self.value).__name__}>"


class Archive:
    """An archive open for reading; use it in a ``with`` statement, or call ``close``."""

    def __init__(self, session: ArchiveSession, vocabulary: Vocabulary, sure: float) -> None:
        self._session = session
        self._vocabulary = vocabulary
        self._sure = sure

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Archive in {str(self._session.folder)!r}>"

    def close(self) -> None:
        """Close what was opened, and keep what was derived."""
        self._session.close()

    @property
    def reader(self) -> Reader:
        """The statements one by one: ``statements``, ``side``, ``search`` and others."""
        return self._session.reader

    def compare(
        self, *what: str, of: RowKind = "topics", encoder: Encoder | None = DEFAULT
    ) -> Answer[Comparison]:
        """Compare two statements, as ``tracker diff`` does: two references, or a series and two sessions.

        Its rows are those ``of`` topics, changes or shifts. Raises ``TrackerError`` where a side cannot be
        had.
        """
        from tracker.diff.diff import diff  # noqa: PLC0415 (what one question needs others do without)
        from tracker.model.rows import list_records  # noqa: PLC0415 (as above)

        found = diff(list(what), self._session, self._vocabulary, encoder, self._sure)
        return Answer(found, lambda: list_records(found, of))

    def timeline(
        self,
        series: str,
        topics: str | Sequence[str] = (),
        *,
        first: str | None = None,
        last: str | None = None,
    ) -> Answer[Timeline]:
        """Follow topics through the sessions of a series such as ``GBR/UNGA``, as ``tracker timeline`` does.

        ``topics`` are ids or labels, all that are named unless given; ``first`` and ``last`` are sessions.
        Raises ``TrackerError`` for a series or topic that is unknown.
        """
        from tracker.follow.series import Within  # noqa: PLC0415 (as above)
        from tracker.follow.timeline import follow_topics  # noqa: PLC0415
        from tracker.report.series.timeline import list_timeline, select_rows  # noqa: PLC0415

        named = self._name(topics)
        found = follow_topics(self._session, series, self._vocabulary, Within(first, last), sure=self._sure)
        return Answer(found, lambda: list_timeline(found, select_rows(found, named, everything=not named)))

    def trace(
        self,
        place: str,
        *phrases: str,
        topics: str | Sequence[str] = (),
        first: str | None = None,
        last: str | None = None,
        countries: str | None = None,
    ) -> Answer[Biography | Spread]:
        """Follow phrases, or the terms of topics, through a series or a body, as ``tracker trace`` does.

        Of a body, such as ``UNGA``, ``countries`` are codes and groups with commas between. Raises
        ``TrackerError`` where there is nothing to trace.
        """
        from tracker.follow.series import Within, parse_place  # noqa: PLC0415 (as above)
        from tracker.follow.trace import read_asked, trace_body, trace_series  # noqa: PLC0415
        from tracker.report.series.biography import list_sayings  # noqa: PLC0415

        named = self._name(topics)
        asked = read_asked(phrases, named, self._vocabulary if named else None)
        reference, within = parse_place(place), Within(first, last)
        if reference.country and countries:
            raise ReferenceInvalid(f"countries go with a body, not with the series {place}")
        found: Biography | Spread = (
            trace_series(self._session, reference, asked, within)
            if reference.country
            else trace_body(self._session, reference, asked, within, countries)
        )
        return Answer(found, lambda: list_sayings(found))

    def panel(
        self,
        body: str,
        sessions: str | None = None,
        countries: str | None = None,
        topics: str | Sequence[str] = (),
    ) -> Answer[Panel]:
        """Read countries at sessions of a body, as ``tracker timeline BODY`` does.

        ``sessions`` is a range or a list (``70-79``), ``countries`` codes and groups with commas between.
        Raises ``TrackerError`` for what is unknown, and where nobody spoke.
        """
        from tracker.follow.panel import read_panel  # noqa: PLC0415 (as above)
        from tracker.report.series.panels import list_panel  # noqa: PLC0415

        named = self._name(topics)
        found = read_panel(
            self._session, body, sessions, countries, self._vocabulary, sure=self._sure, topics=named
        )
        return Answer(found, lambda: list_panel(found, named))

    def _name(self, topics: str | Sequence[str]) -> tuple[str, ...]:
        return tuple(name_topics(self._vocabulary, [topics] if isinstance(topics, str) else list(topics)))


def open_archive(
    folder: str | PathLike[str], *, vocabulary: Vocabulary | None = None, sure: float = SURE
) -> Archive:
    """Open the archive in a folder for reading.

    ``vocabulary`` and ``sure`` are those of every answer: the shipped vocabulary unless given, and 0.9, 0.8
    or 0.7 as the share of claims about topics that is to be true. Names mean the archive's own bodies
    too, until another one is opened. Raises ``BodiesInvalid`` for a fault in its table of them, and
    ``ArchiveUnusable``, once something is asked, where there is no archive, or it is damaged or of a newer
    release.
    """
    from tracker.references.bodies import use_own_bodies  # noqa: PLC0415 (an archive alone has some)
    from tracker.references.own_bodies import read_own_bodies  # noqa: PLC0415 (as above)

    use_own_bodies(read_own_bodies(Path(folder)))
    return Archive(ArchiveSession(Path(folder)), vocabulary or load_vocabulary(), sure)


def make_frame(rows: Sequence[Row], library: FrameLibrary | None = None) -> Any:  # noqa: ANN401 (as ``frame``)
    """Return rows as a data frame of the library, or else of the first of both that is installed.

    Raises ``TrackerError`` where it is not installed.
    """
    from importlib import import_module  # noqa: PLC0415 (for frames alone)

    for name in (library,) if library else ("pandas", "polars"):
        try:
            return import_module(name).DataFrame(rows)
        except ModuleNotFoundError:
            continue
    needs = library or "pandas or polars"
    raise TrackerError(f"a data frame needs {needs}; install it: pip install {needs.split()[0]}")
