"""``tracker sources``: the watch list of an archive is shown and extended."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tracker.capture.watch_list import (
    RECEIVED_FILE,
    WATCH_FILE,
    accept_received,
    describe_source,
    extend,
    read_watch_list,
)
from tracker.capture.web.network import is_allowed
from tracker.errors import DecisionInvalid, WatchListInvalid
from tracker.inputs.passwords import is_web_address
from tracker.model.decisions import Coder
from tracker.model.watching import Closing, Received
from tracker.record.modes import archive_permissions
from tracker.record.reading.ledger import open_ledger
from tracker.watch.requests import list_links

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tracker.model.watching import Source, WatchList

_NAMELESS = "source"
_HOST = re.compile(r"www\.|[\w.-]+\.(?:com|edu|gov|int|net|org)(?:/|$)", re.IGNORECASE)
"""How an address begins that lacks its ``https://``."""
# Characters of a name that is made up; the watch list allows 80, and a number may follow.
_LONGEST = 60


def list_sources(archive: Path) -> WatchList:
    """Return an archive's watch list, its sources in their order. Raises ``WatchListInvalid``."""
    return read_watch_list(archive / WATCH_FILE)


def read_received(archive: Path) -> Received:
    """Return what a watch list that came with a mirror would reach. Raises ``WatchListInvalid``."""
    path = archive / RECEIVED_FILE
    if not path.exists():
        raise WatchListInvalid(f"{path} does not exist; tracker rebuild makes it from a mirror's watch list")
    watched = read_watch_list(path)
    private = watched.settings.allow_private
    return Received(
        str(path),
        len(watched.sources),
        private,
        tuple(source for source in watched.sources if _is_inside(source, private)),
        tuple(source for source in watched.sources if not is_web_address(source.address)),
    )


def accept(archive: Path) -> None:
    """Use the watch list that came with a mirror from now on. Raises ``WatchListInvalid``."""
    accept_received(archive / WATCH_FILE)


def _is_inside(source: Source, private: Sequence[str]) -> bool:
    """Return whether an address has a host that the list allows to be private, on any of its ports."""
    host = urlsplit(source.address).hostname
    return host is not None and any(is_allowed(host, port, private) for port in _ports(private))


def _ports(private: Sequence[str]) -> set[int]:
    return {0, *(int(port) for name in private if (port := name.rpartition(":")[2]).isdigit())}


def describe(archive: Path, address: str, table: Mapping[str, object], name: str | None = None) -> Source:
    """Return a source as the watch list of an archive would have it.

    ``table`` has the keys of a watch list's table, except the address. Without a name the source is named
    after what it feeds. Raises ``WatchListInvalid``, also for a path that is not there: most likely it is
    misspelt, and each night would fail at it. One that comes later has a first day, ``valid_from``.
    """
    if _HOST.match(address) and not (archive / address).exists():
        raise WatchListInvalid(f"{address}: no such file in {archive}; did you mean https://{address}?")
    path = archive / WATCH_FILE
    taken = {source.id for source in read_watch_list(path).sources} if path.exists() else set()
    place = {"url" if is_web_address(address) else "path": address}
    source = describe_source(name or _NAMELESS, {**table, **place})
    if "path" in place and source.valid_from is None and not (archive / address).exists():
        raise WatchListInvalid(
            f"{address}: no such file in {archive}; if it comes later, give its first day: --valid-from"
        )
    if name is None:
        source = replace(source, id=_free_name(source, taken))
    return source


def watch(archive: Path, source: Source) -> None:
    """Add a source to the watch list of an archive. Raises ``WatchListInvalid`` where it would be invalid."""
    extend(archive / WATCH_FILE, source, permissions=archive_permissions(archive))


def close(
    archive: Path, id_: str, by: str, on: str, reason: str, superseded_by: str | None = None
) -> Source | None:
    """End the watching of a source, or of a link that an index led to; the watch list says who and why.

    An address that took its place is watched for the same edition from then on, and returned. Raises
    ``WatchListInvalid`` for what is not watched, or closed already, ``DecisionInvalid`` without a reason.
    """
    coder = Coder(by, on, reason.strip())
    if not coder.note:
        raise DecisionInvalid("missing option --reason TEXT")
    path = archive / WATCH_FILE
    watched = read_watch_list(path)
    source = _find(archive, id_, watched)
    closing = Closing(id_, coder.person, coder.decided, coder.note, superseded_by)
    follower = None
    taken = {each.id: each for each in watched.sources}
    known = {*taken, *(each.address for each in watched.sources)}
    if superseded_by and superseded_by not in known:
        if source.is_index or source.reference is None:
            raise WatchListInvalid(
                f"{id_} feeds no edition of its own; first add what takes its place: tracker sources add"
            )
        follower = replace(source, address=superseded_by, exclude=None, valid_until=None)
        follower = replace(follower, id=_free_name(follower, set(taken)))
    extend(path, *([follower] if follower else []), closing, permissions=archive_permissions(archive))
    return follower


def _find(archive: Path, id_: str, watched: WatchList) -> Source:
    """Return what has an id: a source of the watch list, or a link that one of its indexes has had."""
    done = next((each for each in watched.closed if each.id == id_), None)
    if done:
        raise WatchListInvalid(f"{id_} was {done} already")
    for source in watched.sources:
        if source.id == id_:
            return source
        if source.is_index and id_.partition(":")[0] == source.id:
            with open_ledger(archive) as ledger:
                for link in list_links(source, watched, ledger):
                    if link.source.id == id_:
                        return link.source
    raise WatchListInvalid(
        f"nothing is watched under the id {id_}; see: tracker sources list, tracker status"
    )


def _free_name(source: Source, taken: set[str]) -> str:
    feeds = source.rule or str(source.reference or "") or source.address.partition("://")[2]
    words = re.findall(r"[a-z0-9]+", re.sub(r"\{.*?\}", " ", feeds.partition("~")[0].lower()))
    name = "-".join([*words, *(["index"] if source.is_index else [])])[:_LONGEST].strip("-") or _NAMELESS
    return next(
        one for number in count(1) if (one := name if number == 1 else f"{name}-{number}") not in taken
    )
