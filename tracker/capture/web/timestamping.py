"""Time-stamps (RFC 3161): an authority signs that it has seen a digest at an instant."""

from __future__ import annotations

import hashlib
from datetime import UTC
from typing import TYPE_CHECKING, Literal

from tracker.capture.causes import FetchFault
from tracker.capture.web.payload import ENCODINGS, unpack
from tracker.errors import TrackerError

if TYPE_CHECKING:
    from rfc3161_client import TimeStampResponse

_QUERY, _REPLY = "application/timestamp-query", "application/timestamp-reply"
_MOST_BYTES = 1024 * 1024
"""The longest answer; one with all its certificates has about 6 KB."""

_EXTRA = "install it, in a clone of tracker: pip install '.[timestamp]'"

TokenResult = tuple[Literal["ok", "fault", "unverifiable"], str]
"""Whether a token confirms bytes, and why not."""


def request_token(data: bytes, authority: str, seconds: float) -> tuple[bytes, str]:
    """Have an authority confirm the SHA-256 of bytes; return its answer, and the instant that it names.

    Raises ``TrackerError`` where it cannot be reached within ``seconds``, or its answer is no such token.
    """
    try:
        from rfc3161_client import HashAlgorithm, TimestampRequestBuilder
    except ImportError:
        raise TrackerError(f"a time-stamp needs rfc3161-client; {_EXTRA}") from None
    builder = TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256)
    query = builder.cert_request(cert_request=True).nonce(nonce=True).build()
    answer = _ask(authority, query.as_bytes(), seconds)
    response = _decode(answer)
    if response is None or response.status:
        raise TrackerError("its answer is no time-stamp")
    if response.tst_info.nonce != query.nonce or _imprint(response) != hashlib.sha256(data).digest():
        raise TrackerError("its answer is about something else")
    return answer, _instant(response)


def _ask(authority: str, query: bytes, seconds: float) -> bytes:
    import httpx

    headers = {"Content-Type": _QUERY, "Accept-Encoding": ENCODINGS}
    try:
        with httpx.stream("POST", authority, content=query, headers=headers, timeout=seconds) as answer:
            if answer.is_error:
                raise TrackerError(f"it answers HTTP {answer.status_code}")
            return unpack(answer.iter_raw(), answer.headers.get("content-encoding", ""), _MOST_BYTES)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise TrackerError(f"it cannot be reached ({type(error).__name__})") from error
    except FetchFault as fault:
        raise TrackerError(f"its answer cannot be read ({fault})") from fault


def verify_token(token: bytes, data: bytes, roots: bytes | None) -> TokenResult:
    """Tell whether a token confirms bytes; ``roots`` are the certificates, in PEM, that are trusted."""
    try:
        from cryptography import x509
        from rfc3161_client import VerificationError, VerifierBuilder
    except ImportError:
        return "unverifiable", f"rfc3161-client is not installed; {_EXTRA}"
    response = _decode(token)
    if response is None:
        return "fault", "the token cannot be read"
    if _imprint(response) != hashlib.sha256(data).digest():
        return "fault", "the token is about something else"
    if roots is None:
        return "unverifiable", "the token is about this commit; its signature is not checked without roots"
    try:
        verifier = VerifierBuilder(roots=x509.load_pem_x509_certificates(roots)).build()
        verifier.verify_message(response, data)
    except (VerificationError, ValueError) as error:
        return "fault", f"the token is not signed as it should be ({error})"
    return "ok", ""


def _decode(answer: bytes) -> TimeStampResponse | None:
    from rfc3161_client import decode_timestamp_response

    try:
        return decode_timestamp_response(answer)
    except ValueError:
        return None


def _imprint(response: TimeStampResponse) -> bytes:
    return response.tst_info.message_imprint.message


def _instant(response: TimeStampResponse) -> str:
    return response.tst_info.gen_time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
