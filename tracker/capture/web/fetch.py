"""Fetching the bytes of a source, or the reason why there are none; one source, or many at once."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from tracker.capture.causes import FetchFault, find_cause
from tracker.capture.web.pacing import LONGEST_WAIT, Pace, Schedule, backoff
from tracker.capture.web.payload import ENCODINGS, conditions, merge, read_validators
from tracker.inputs.files import NotRegular, open_file, read_beyond
from tracker.inputs.passwords import is_web_address
from tracker.model.watching import Fetched, FetchFailed, Validators

if TYPE_CHECKING:
    import ssl
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    import httpx2

    from tracker.capture.web.answer import HttpAnswer, RequestContext
    from tracker.capture.web.pacing import Clock
    from tracker.capture.web.robots import Robots
    from tracker.model.watching import Exchange, Source, WatchSettings

Result = Fetched | FetchFailed

_ACCEPT: Final = "text/html, application/xhtml+xml, application/pdf, */*;q=0.8"
_MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Client:
    """What all fetches of a run share: connections, the pace of each host, rules of robots.txt."""

    settings: WatchSettings
    clock: Clock
    context: RequestContext
    pace: Pace
    robots: Robots
    headers: Mapping[str, str]


@contextmanager
def open_client(
    settings: WatchSettings, *, release: str, clock: Clock, ssl_context: ssl.SSLContext | None = None
) -> Iterator[Client]:
    """Yield the client of one run; ``release`` is tracker's own, for the User-Agent."""
    from tracker.capture.web.answer import RequestContext
    from tracker.capture.web.network import open_transport
    from tracker.capture.web.robots import Robots

    transport = open_transport(settings, clock.monotonic, ssl_context)
    contact = f" (+{settings.contact})" if settings.contact else ""
    try:
        yield Client(
            settings=settings,
            clock=clock,
            context=RequestContext(transport, clock, settings.timeout, settings.max_megabytes * _MEGABYTE),
            pace=Pace(clock),
            robots=Robots(),
            headers={
                "User-Agent": f"tracker/{release}{contact}",
                "Accept": _ACCEPT,
                "Accept-Encoding": ENCODINGS,
            },
        )
    finally:
        transport.close()


def fetch(
    source: Source,
    client: Client,
    *,
    folder: Path,
    validators: Validators | None = None,
    unconditional: bool = False,
) -> Result:
    """Fetch one source: over HTTP, or from a file below ``folder``, the archive's.

    Never raises for errors of a server, a network or a disk. With ``validators`` the request is conditional,
    and ``data`` is None where the server says that nothing has changed; ``unconditional`` requests everything
    nevertheless, since servers may be wrong. Otherwise ``data`` is the decoded body of a complete answer with
    status 200. After temporary faults there are two retries, but none at a host that failed three sources in
    a row.

    The outcome ``gone`` is what the server says this time (404, 410); only several runs confirm it.
    """
    trail: list[Exchange] = []
    started = client.clock.monotonic()
    try:
        if is_web_address(source.address):
            asked = Validators() if unconditional else validators or Validators()
            fetched = _fetch_web(source, client, asked, trail)
        else:
            data = _read_file(folder, source.address, client.context.most_bytes)
            fetched = Fetched(source.id, source.address, data, None, (), Validators(), 0.0)
    except FetchFault as fault:
        outcome, seconds = find_cause(fault.cause).outcome, client.clock.monotonic() - started
        return FetchFailed(source.id, outcome, fault.cause, fault.detail, tuple(trail), round(seconds, 3))
    return replace(fetched, seconds=round(client.clock.monotonic() - started, 3))


def fetch_all(
    sources: Iterable[Source],
    client: Client,
    *,
    folder: Path,
    validators: Mapping[str, Validators] | None = None,
    unconditional: Collection[str] = (),
) -> Iterator[Result]:
    """Fetch sources with limited concurrency; yield each when it is done, in no fixed order.

    ``validators`` and ``unconditional`` are by source id. When the caller stops iterating, no further request
    begins.
    """
    every = tuple(sources)
    known = validators or {}
    schedule = Schedule(every, host_of, client.pace.free_at, lambda source: _pace_of(source, client) > 0)
    done: SimpleQueue[Result | BaseException] = SimpleQueue()

    def work() -> None:
        try:
            for source in schedule.take():
                asked = known.get(source.id)
                whole = source.id in unconditional
                done.put(fetch(source, client, folder=folder, validators=asked, unconditional=whole))
        except BaseException as error:  # noqa: BLE001 - a bug must end the run, not hang it
            done.put(error)

    for _ in range(min(client.settings.connections, len(every))):
        # A daemon thread, so that an interrupted run does not wait for a slow host.
        Thread(target=work, daemon=True).start()
    try:
        for _ in every:
            result = done.get()
            if isinstance(result, BaseException):
                raise result
            yield result
    finally:
        schedule.stop()


def _fetch_web(source: Source, client: Client, asked: Validators, trail: list[Exchange]) -> Fetched:
    host = host_of(source)
    try:
        answer = _retry(source, client, asked, trail, client.pace.attempts(host))
    except FetchFault as fault:
        client.pace.note(host, answered=not fault.is_retried)
        raise
    client.pace.note(host, answered=True)
    given = read_validators(answer.headers, client.clock.now())
    return Fetched(
        source=source.id,
        url=answer.url,
        data=answer.data,
        media_type=answer.headers.get("content-type"),
        exchanges=tuple(trail),
        validators=merge(asked, given) if answer.data is None else given,
        seconds=0.0,
    )


def _retry(
    source: Source, client: Client, asked: Validators, trail: list[Exchange], attempts: int
) -> HttpAnswer:
    """Request a source until there is an answer, up to some attempts; ``Retry-After`` is respected."""
    for attempt in range(attempts - 1):
        try:
            return _try_once(source, client, asked, trail)
        except FetchFault as fault:
            wait = max(backoff(attempt, source.id), fault.retry_after or 0)
            if not fault.is_retried or wait > LONGEST_WAIT:
                raise
            client.pace.hold(urlsplit(trail[-1].url).hostname or "", wait)
    return _try_once(source, client, asked, trail)


def _try_once(source: Source, client: Client, asked: Validators, trail: list[Exchange]) -> HttpAnswer:
    from tracker.capture.web.answer import send_request

    headers = {**client.headers, **conditions(asked)}
    if source.language:
        headers["Accept-Language"] = f"{source.language}, *;q=0.5"
    pace = _pace_of(source, client)

    def before(url: httpx2.URL) -> None:
        rules = client.robots.find(
            client.context, url, client.headers, lambda step: client.pace.wait_turn(step.host, pace)
        )
        try:
            rules.check(url)
        except FetchFault:
            trail.extend(rules.exchanges)
            raise
        client.pace.wait_turn(url.host, max(pace, rules.crawl_delay()))

    answer = send_request(client.context, source.address, headers, trail, before)
    if answer.data is None and not conditions(asked):
        raise FetchFault("not modified", "304 to a request for the whole")
    return answer


def _pace_of(source: Source, client: Client) -> float:
    return client.settings.pace if source.pace is None else source.pace


def host_of(source: Source) -> str:
    """Return the host of a source; empty for files, and for an address that the fetch will refuse."""
    try:
        return urlsplit(source.address).hostname or ""
    except ValueError:
        return ""


def _read_file(folder: Path, path: str, limit: int) -> bytes:
    """Return the bytes of a regular file below a folder; links are followed.

    Raises ``FetchFault`` where there is none, or it is outside, over the limit or unreadable.
    """
    try:
        place = (folder / path).resolve()
        if not place.is_relative_to(folder.resolve()):
            raise FetchFault("outside the archive", f"{path} leads to {place}")
        with open_file(place) as file:
            data = read_beyond(file, limit)
    except FileNotFoundError:
        raise FetchFault("no such file", f"{path} is not in {folder}") from None
    except (NotRegular, IsADirectoryError) as error:
        raise FetchFault("not a file", f"{path}: {error.strerror}") from None
    except (OSError, RuntimeError, ValueError) as error:
        # Python 3.11 and 3.12 raise RuntimeError for circular links.
        raise FetchFault("unreadable file", f"{path}: {getattr(error, 'strerror', None) or error}") from error
    if len(data) > limit:
        raise FetchFault("too large", f"{path} is over {limit} bytes")
    return data
