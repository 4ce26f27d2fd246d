"""What a shell offers behind a word begun: references, sessions, countries, bodies, topics, groups, sources.

An archive, list or vocabulary that cannot be read offers nothing: a shell has no room for an error.
"""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import typer  # noqa: TC002 (Typer reads what is annotated)

from tracker.cli import everywhere
from tracker.errors import TrackerError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tracker.cli.click import Command, Context
    from tracker.model.texts import Reference


def complete_reference(context: typer.Context, incomplete: str) -> list[str]:
    """Offer series, then statements; behind a series its sessions, and behind a body those of the body."""
    country, body = _read_place(context)
    if body and "/" not in incomplete:
        return complete_session(context, incomplete)
    held = [each for each in _list_recorded(context) if country in {None, each.country}]
    statements = [f"{each.country}/{each.body}/{each.session}" for each in held]
    series = [each.rpartition("/")[0] for each in statements]
    return offer(series if incomplete.count("/") < 2 else statements, incomplete)  # noqa: PLR2004 (two slashes)


def complete_session(context: typer.Context, incomplete: str) -> list[str]:
    """Offer the sessions of the series or body that was typed before; of a range or list its last one."""
    country, body = _read_place(context)
    lead = incomplete[: max(map(incomplete.rfind, ",:.-")) + 1]
    held = [
        str(each.session)
        for each in _list_recorded(context)
        if country in {None, each.country} and body in {None, each.body}
    ]
    return offer((*held, *(f"{lead}{each}" for each in held)), incomplete)


def complete_kind(context: typer.Context, incomplete: str) -> list[str]:
    """Offer kinds of text, and behind ``verbatim:`` sessions."""
    from tracker.model.texts import TextKind

    return (
        complete_session(context, incomplete) if ":" in incomplete else offer(get_args(TextKind), incomplete)
    )


def complete_country(context: typer.Context, incomplete: str) -> list[str]:
    """Offer the countries of the archive."""
    return offer((each.country for each in _list_recorded(context)), incomplete)


def complete_known_country(incomplete: str) -> list[str]:
    """Offer all countries, for what is to be recorded."""
    from tracker.references.countries import countries

    return offer((each.code for each in countries()), incomplete)


def complete_body(context: typer.Context, incomplete: str) -> list[str]:
    """Offer the bodies of the archive, then all that are known."""
    from tracker.references.bodies import bodies

    held = [each.body for each in _list_recorded(context)]
    return offer((*held, *(each.id for each in bodies())), incomplete)


def complete_countries(context: typer.Context, incomplete: str) -> list[str]:
    """Offer countries of the archive and groups, for the last word of a list parted by commas."""
    lead = incomplete[: incomplete.rfind(",") + 1]
    held = [each.country for each in _list_recorded(context)]
    return offer((f"{lead}{each}" for each in (*held, *complete_group(context, ""))), incomplete)


def complete_group(context: typer.Context, incomplete: str) -> list[str]:
    """Offer groups whose members are known."""
    from tracker.archive import ArchiveSession
    from tracker.follow.groups import known_groups
    from tracker.references.groups import packaged_groups

    with suppress(TrackerError), ArchiveSession(everywhere.archive(context)) as archive:
        return offer(known_groups(archive), incomplete)
    return offer(packaged_groups(), incomplete)


def complete_topic(context: typer.Context, incomplete: str) -> list[str]:
    """Offer the ids of topics: of the vocabulary that was named, or of the shipped one."""
    from tracker.comparing.topics.vocabulary.load import load_vocabulary

    path = context.params.get("vocabulary")
    with suppress(TrackerError):
        return offer((each.id for each in load_vocabulary(Path(path) if path else None).topics), incomplete)
    return []


def complete_source(context: typer.Context, incomplete: str) -> list[str]:
    """Offer the sources of the watch list by their names, and the series of the archive."""
    from tracker.watch.sources import list_sources

    names: list[str] = []
    with suppress(TrackerError):
        names = [each.id for each in list_sources(everywhere.archive(context)).sources]
    return offer([*names, *complete_reference(context, incomplete)], incomplete)


def complete_command(context: typer.Context, incomplete: str) -> list[str]:
    """Offer commands, or those of the group that was typed before, ``all`` and ``words``."""
    known: dict[str, Command] = getattr(context.find_root().command, "commands", {})
    if not read_words(context):
        return offer([*known, "all", "words"], incomplete)
    for word in read_words(context):
        known = getattr(known.get(word), "commands", {})
    return offer(known, incomplete)


def offer(offers: Iterable[str], incomplete: str) -> list[str]:
    """Return the offers that begin with what was typed, each once, in their order."""
    return list(dict.fromkeys(offer for offer in offers if offer.startswith(incomplete)))


def _list_recorded(context: Context) -> tuple[Reference, ...]:
    """Return the editions of the archive by country, body and order of session."""
    return _read_editions(everywhere.archive(context))


@cache
def _read_editions(folder: Path) -> tuple[Reference, ...]:
    from tracker.archive import ArchiveSession

    with suppress(TrackerError), ArchiveSession(folder) as archive:
        return tuple(entry.reference for entry in archive.reader.statements())
    return ()


def read_words(context: Context) -> list[str]:
    """Return the words that were typed as operands before the one that is begun."""
    return list(_list_words(context.params.values()))


def _list_words(values: Iterable[object]) -> Iterator[str]:
    for value in values:
        if isinstance(value, (list, tuple)):
            yield from _list_words(value)
        elif isinstance(value, str):
            yield value


def _read_place(context: Context) -> tuple[str | None, str | None]:
    """Return the country and the body that were typed before, as far as they were."""
    held = _list_recorded(context)
    series = {(each.country, each.body) for each in held}
    for word in read_words(context):
        country, _, body = word.upper().partition("/")
        if (country, body) in series:
            return country, body
        if country in {each.body for each in held} and not body:
            return None, country
    return None, None
