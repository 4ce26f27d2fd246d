"""One request and its whole answer, following redirects, with every step kept as evidence."""

from __future__ import annotations

import re
import ssl
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, cast

import httpcore2
import httpx2

from tracker.capture.causes import LONGEST_QUOTE, MOST_REDIRECTS, FetchFault
from tracker.capture.web.network import SLACK, WatchedStream, deadline, read_url
from tracker.capture.web.pacing import read_retry_after
from tracker.capture.web.payload import MOST_HEADERS, decode_header, redact, unpack
from tracker.model.watching import Exchange

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from tracker.capture.web.network import Transport
    from tracker.capture.web.pacing import Clock

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_OK, _NOT_MODIFIED = 200, 304
_FRAMED = "HTTP/2"
_BODILESS = frozenset({204, 304})
_NAMED = {204: "no content", 205: "no content", 206: "partial"}
# Bytes of all headers; Python's own client accepts as many in one line.
_LONGEST_HEAD = 64 * 1024
_PROTOCOL = {
    "Server disconnected": "reset",
    "closed connection without sending complete": "truncated",
    "ConnectionTerminated": "reset",
}
"""Messages of httpcore2 and h11, which have one type for all protocol errors, and their causes."""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """An answer with status 200 or 304; ``data`` is None for the latter."""

    url: str
    data: bytes | None
    headers: httpx2.Headers


@dataclass(frozen=True, slots=True)
class RequestContext:
    """How requests are made in one run."""

    transport: Transport
    clock: Clock
    timeout: float
    most_bytes: int


def send_request(
    context: RequestContext,
    url: str,
    headers: Mapping[str, str],
    trail: list[Exchange],
    before: Callable[[httpx2.URL], None],
) -> HttpAnswer:
    """Request an address, follow its redirects, and return the whole answer.

    ``before`` is called with each address before its request: it waits for the host's turn, or raises.
    Cookies are kept during this call only. Raises ``FetchFault`` for everything except a complete 200 or 304.
    Each exchange is appended to ``trail`` when it happens.
    """
    cookies = httpx2.Cookies()
    target = read_url(url)
    seen: set[tuple[str, frozenset[str]]] = set()
    while True:
        # A redirect to itself that sets a cookie is no loop: many pages do this.
        key = (str(target), frozenset(map(repr, cookies.jar)))
        if key in seen:
            raise FetchFault("redirect loop", f"leads back to {target}")
        if len(seen) > MOST_REDIRECTS:
            raise FetchFault("too many redirects", f"more than {MOST_REDIRECTS}, the last to {target}")
        seen.add(key)
        before(target)
        found = _exchange(context, target, headers, cookies, trail)
        if isinstance(found, HttpAnswer):
            return found
        target = found


def _exchange(
    context: RequestContext,
    url: httpx2.URL,
    headers: Mapping[str, str],
    cookies: httpx2.Cookies,
    trail: list[Exchange],
) -> HttpAnswer | httpx2.URL:
    """Make one request; return its answer, or where it redirects to."""
    request = httpx2.Request("GET", url, headers=headers)
    if cookies:
        # A cookie that no header can hold is not sent back.
        with suppress(UnicodeEncodeError):
            cookies.set_cookie_header(request)
    requested = _stamp(context.clock.now())
    response = None
    with deadline(context.clock.monotonic() + SLACK * context.timeout):
        try:
            response = context.transport.send(request, context.timeout)
            trail.append(_evidence(requested, request, response))
            return _read(context, response, cookies)
        except (httpcore2.NetworkError, httpcore2.TimeoutException, httpcore2.ProtocolError) as error:
            raise _explain(error) from error
        finally:
            if response is None:
                trail.append(_evidence(requested, request, None))
            else:
                response.close()


def _read(
    context: RequestContext, response: httpx2.Response, cookies: httpx2.Cookies
) -> HttpAnswer | httpx2.URL:
    headers = response.headers
    if response.status_code != _OK:
        _drain(response, context)
    if len(headers.raw) > MOST_HEADERS or sum(map(len, sum(headers.raw, ()))) > _LONGEST_HEAD:
        raise FetchFault("malformed", f"{len(headers.raw)} headers, more than {MOST_HEADERS} or 64 KB")
    if response.status_code in _REDIRECTS:
        if "set-cookie" in headers:
            cookies.extract_cookies(response)
        return _redirect(response)
    if response.status_code == _NOT_MODIFIED:
        return HttpAnswer(str(response.url), None, headers)
    if response.status_code != _OK:
        raise _refusal(response, context.clock)
    return HttpAnswer(str(response.url), _body(response, context.most_bytes), headers)


def _drain(response: httpx2.Response, context: RequestContext) -> None:
    """Read a short body that is not needed, so that the connection can be used again."""
    left = _LONGEST_HEAD
    with (
        suppress(httpcore2.NetworkError, httpcore2.TimeoutException, httpcore2.ProtocolError),
        deadline(context.clock.monotonic() + context.timeout),
    ):
        for chunk in _raw(response):
            left -= len(chunk)
            if left < 0:
                return
        _breaks_length(response, 0 if response.status_code in _BODILESS else _announced(response))


def _redirect(response: httpx2.Response) -> httpx2.URL:
    places = [value for name, value in response.headers.raw if name.lower() == b"location"]
    if not places or not places[0].strip():
        raise FetchFault("bad address", f"{response.status_code} without an address")
    if len(set(places)) > 1:
        raise FetchFault("bad address", f"{response.status_code} with {len(places)} addresses")
    return read_url(decode_header(places[0]).strip(), response.url)


def _refusal(response: httpx2.Response, clock: Clock) -> FetchFault:
    status = response.status_code
    cause = _NAMED.get(status, f"http {status}")
    detail = f"{status} {response.reason_phrase}".strip()
    return FetchFault(
        cause,
        f"{detail} from {response.url}"[:LONGEST_QUOTE],
        retry_after=read_retry_after(response.headers.get("retry-after"), clock.now()),
    )


def _body(response: httpx2.Response, limit: int) -> bytes:
    announced = _announced(response)
    if announced is not None and announced > limit:
        raise FetchFault("too large", f"{announced} bytes are announced; the limit is {limit}")
    data = unpack(_raw(response), response.headers.get("content-encoding", ""), limit)
    if _breaks_length(response, announced):
        raise FetchFault("wrong length", f"more came than the {announced} bytes that were announced")
    return data


def _breaks_length(response: httpx2.Response, announced: int | None) -> bool:
    """Tell whether more came than announced; if so, close the connection: the rest is not the next answer."""
    stream = response.extensions.get("network_stream")
    if announced is None or not isinstance(stream, WatchedStream) or response.http_version == _FRAMED:
        return False
    if not stream.surplus(announced):
        return False
    stream.close()
    return True


def _raw(response: httpx2.Response) -> Iterator[bytes]:
    # httpx2's own iteration would return the connection before the surplus on it was checked.
    yield from cast("httpx2.SyncByteStream", response.stream)


def _announced(response: httpx2.Response) -> int | None:
    """Return the length that an HTTP/1 answer announces; HTTP/2 has frames instead."""
    length: str | None = response.headers.get("content-length")
    if response.http_version == _FRAMED or "transfer-encoding" in response.headers:
        return None
    return int(length) if length and length.isascii() and length.isdigit() else None


def _evidence(requested: str, request: httpx2.Request, response: httpx2.Response | None) -> Exchange:
    return Exchange(
        requested=requested,
        url=str(request.url),
        request_headers=_redact(request.headers),
        status=None if response is None else response.status_code,
        headers=() if response is None else _redact(response.headers),
    )


def _stamp(instant: datetime) -> str:
    """Return an instant as it is recorded: ``2024-05-20T01:02:03.456Z``."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _redact(headers: httpx2.Headers) -> tuple[tuple[str, str], ...]:
    """Return headers as sent, up to the limit, with credentials redacted."""
    return redact((decode_header(name), decode_header(value)) for name, value in headers.raw)


_ERRNO = re.compile(r"^\[Errno -?\d+\] (.)")


def _explain(error: Exception) -> FetchFault:
    """Return the fault of a failed exchange, from httpcore2's error and its cause."""
    behind = error.__cause__ or error.__context__
    detail = _ERRNO.sub(lambda found: found[1].lower(), str(error))[:LONGEST_QUOTE] or type(error).__name__
    if isinstance(error, httpcore2.TimeoutException):
        return FetchFault("timeout", detail)
    if isinstance(error, httpcore2.ConnectError) and isinstance(behind, ssl.SSLError):
        return FetchFault("tls", getattr(behind, "verify_message", "") or str(behind)[:LONGEST_QUOTE])
    if isinstance(error, httpcore2.ConnectError):
        return FetchFault("refused", detail)
    if isinstance(error, httpcore2.NetworkError):
        return FetchFault("reset", detail)
    return FetchFault(
        next((cause for words, cause in _PROTOCOL.items() if words in detail), "malformed"), detail
    )
