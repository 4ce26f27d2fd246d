"""One request and its whole answer, redirects followed by hand, with every step kept as evidence."""

from __future__ import annotations

import re
import ssl
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

import httpcore
import httpx

from tracker.capture.causes import Fault
from tracker.capture.web.network import SLACK, WatchedStream, deadline
from tracker.capture.web.pace import read_retry_after, stamp
from tracker.capture.web.payload import redact, unpack
from tracker.model.watching import Exchange

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tracker.capture.web.network import Transport
    from tracker.capture.web.pace import Clock

MOST_REDIRECTS: Final = 10

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_OK, _NOT_MODIFIED = 200, 304
_FRAMED = "HTTP/2"
_BODILESS = frozenset({204, 304})
_NAMED = {204: "no content", 205: "no content", 206: "partial"}
_MOST_HEADERS, _LONGEST_HEAD = 200, 64 * 1024
_LONGEST_DETAIL = 300
_PROTOCOL = {
    "Server disconnected": "reset",
    "closed connection without sending complete": "truncated",
    "ConnectionTerminated": "reset",
}
"""What httpcore and h11 say, which give every breach of the protocol the same type, and the cause it is."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with status 200 or 304; ``data`` is None for the latter."""

    url: str
    data: bytes | None
    headers: httpx.Headers


@dataclass(frozen=True, slots=True)
class Asking:
    """How requests are made in one run."""

    transport: Transport
    clock: Clock
    timeout: float
    most_bytes: int


def ask(
    asking: Asking,
    url: str,
    headers: Mapping[str, str],
    trail: list[Exchange],
    before: Callable[[httpx.URL], None],
) -> Answer:
    """Ask for an address, follow its redirects, and return the whole answer.

    ``before`` is called with each address before it is asked: it waits for the host's turn, or raises.
    Cookies live as long as this call. Raises ``Fault`` with one of the causes for everything else than a
    complete 200 or 304. Each exchange is appended to ``trail`` as it happens.
    """
    cookies = httpx.Cookies()
    target = read_url(url)
    seen: set[tuple[str, frozenset[str]]] = set()
    while True:
        # A redirect to itself that sets a cookie is no loop: many pages begin so.
        key = (str(target), frozenset(map(repr, cookies.jar)))
        if key in seen:
            raise Fault("redirect loop", f"leads back to {target}")
        if len(seen) > MOST_REDIRECTS:
            raise Fault("too many redirects", f"more than {MOST_REDIRECTS}, the last to {target}")
        seen.add(key)
        before(target)
        found = _exchange(asking, target, headers, cookies, trail)
        if isinstance(found, Answer):
            return found
        target = found


def read_url(text: str, onto: httpx.URL | None = None) -> httpx.URL:
    """Read an address, relative to another where one is given; without its fragment.

    Raises ``Fault``: ``bad scheme``, or ``bad address`` for one that holds a password or cannot be read.
    """
    try:
        url = onto.join(text) if onto else httpx.URL(text)
        url = url.copy_with(fragment=None) if url.fragment else url
    except (httpx.InvalidURL, ValueError, UnicodeError) as error:
        raise Fault("bad address", f"{_show(text)} cannot be read") from error
    if url.scheme not in {"http", "https"}:
        raise Fault("bad scheme", _show(text))
    if url.userinfo or not url.host:
        raise Fault("bad address", "an address with a user name, or without a host")
    return url


def _show(address: str) -> str:
    """Return an address to print, without the user name and password that it may hold."""
    return repr(re.sub(r"//[^/]*@", "//", address[:_LONGEST_DETAIL]))


def _exchange(
    asking: Asking, url: httpx.URL, headers: Mapping[str, str], cookies: httpx.Cookies, trail: list[Exchange]
) -> Answer | httpx.URL:
    """Make one request; return its answer, or where it redirects to."""
    request = httpx.Request("GET", url, headers=headers)
    if cookies:
        # A cookie that no header can hold is not sent back.
        with suppress(UnicodeEncodeError):
            cookies.set_cookie_header(request)
    requested = stamp(asking.clock.now())
    response = None
    with deadline(asking.clock.monotonic() + SLACK * asking.timeout):
        try:
            response = asking.transport.send(request, asking.timeout)
            trail.append(_evidence(requested, request, response))
            return _read(asking, response, cookies)
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as error:
            raise _explain(error) from error
        finally:
            if response is None:
                trail.append(_evidence(requested, request, None))
            else:
                response.close()


def _read(asking: Asking, response: httpx.Response, cookies: httpx.Cookies) -> Answer | httpx.URL:
    headers = response.headers
    if response.status_code != _OK:
        _drain(response, asking)
    if len(headers.raw) > _MOST_HEADERS or sum(map(len, sum(headers.raw, ()))) > _LONGEST_HEAD:
        raise Fault("malformed", f"{len(headers.raw)} headers, more than {_MOST_HEADERS} or 64 KB")
    if response.status_code in _REDIRECTS:
        if "set-cookie" in headers:
            cookies.extract_cookies(response)
        return _redirect(response)
    if response.status_code == _NOT_MODIFIED:
        return Answer(str(response.url), None, headers)
    if response.status_code != _OK:
        raise _refusal(response, asking.clock)
    return Answer(str(response.url), _body(response, asking.most_bytes), headers)


def _drain(response: httpx.Response, asking: Asking) -> None:
    """Read a body that nobody wants, if it is short: only then can the connection be used again."""
    left = _LONGEST_HEAD
    with (
        suppress(httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError),
        deadline(asking.clock.monotonic() + asking.timeout),
    ):
        for chunk in _raw(response):
            left -= len(chunk)
            if left < 0:
                return
        _breaks_length(response, 0 if response.status_code in _BODILESS else _announced(response))


def _redirect(response: httpx.Response) -> httpx.URL:
    places = [value for name, value in response.headers.raw if name.lower() == b"location"]
    if not places or not places[0].strip():
        raise Fault("bad address", f"{response.status_code} without an address")
    if len(set(places)) > 1:
        raise Fault("bad address", f"{response.status_code} with {len(places)} addresses")
    return read_url(_decode(places[0]).strip(), response.url)


def _refusal(response: httpx.Response, clock: Clock) -> Fault:
    status = response.status_code
    cause = _NAMED.get(status, f"http {status}")
    detail = f"{status} {response.reason_phrase}".strip()
    return Fault(
        cause,
        f"{detail} from {response.url}"[:_LONGEST_DETAIL],
        retry_after=read_retry_after(response.headers.get("retry-after"), clock.now()),
    )


def _body(response: httpx.Response, limit: int) -> bytes:
    announced = _announced(response)
    if announced is not None and announced > limit:
        raise Fault("too large", f"{announced} bytes are announced; the limit is {limit}")
    data = unpack(_raw(response), response.headers.get("content-encoding", ""), limit)
    if _breaks_length(response, announced):
        raise Fault("wrong length", f"more came than the {announced} bytes that were announced")
    return data


def _breaks_length(response: httpx.Response, announced: int | None) -> bool:
    """Tell whether more came than announced; if so close the connection: the rest is no next answer."""
    stream = response.extensions.get("network_stream")
    if announced is None or not isinstance(stream, WatchedStream) or response.http_version == _FRAMED:
        return False
    if not stream.surplus(announced):
        return False
    stream.close()
    return True


def _raw(response: httpx.Response) -> Iterator[bytes]:
    # httpx's own iteration would give the connection back before what is left on it was looked at.
    yield from cast("httpx.SyncByteStream", response.stream)


def _announced(response: httpx.Response) -> int | None:
    """Return the length that an HTTP/1 answer announces; HTTP/2 frames bodies itself."""
    length: str | None = response.headers.get("content-length")
    if response.http_version == _FRAMED or "transfer-encoding" in response.headers:
        return None
    return int(length) if length and length.isascii() and length.isdigit() else None


def _evidence(requested: str, request: httpx.Request, response: httpx.Response | None) -> Exchange:
    return Exchange(
        requested=requested,
        url=str(request.url),
        request_headers=_redact(request.headers),
        status=None if response is None else response.status_code,
        headers=() if response is None else _redact(response.headers),
    )


def _redact(headers: httpx.Headers) -> tuple[tuple[str, str], ...]:
    """Return headers as sent, those that let somebody in left blank, and no more of them than we read."""
    return redact((_decode(name), _decode(value)) for name, value in headers.raw[:_MOST_HEADERS])


def _decode(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _explain(error: Exception) -> Fault:
    """Tell the cause of a failed exchange from httpcore's error and the one behind it."""
    behind = error.__cause__ or error.__context__
    detail = str(error)[:_LONGEST_DETAIL] or type(error).__name__
    if isinstance(error, httpcore.TimeoutException):
        return Fault("timeout", detail)
    if isinstance(error, httpcore.ConnectError) and isinstance(behind, ssl.SSLError):
        return Fault("tls", getattr(behind, "verify_message", "") or str(behind)[:_LONGEST_DETAIL])
    if isinstance(error, httpcore.ConnectError):
        return Fault("refused", detail)
    if isinstance(error, httpcore.NetworkError):
        return Fault("reset", detail)
    return Fault(next((cause for words, cause in _PROTOCOL.items() if words in detail), "malformed"), detail)
