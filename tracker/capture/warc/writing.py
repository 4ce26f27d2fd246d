"""Writing a WARC with warcio, record by record; the same records give the same bytes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from tracker.errors import WarcUnusable
from tracker.inputs.extras import install_words
from tracker.inputs.passwords import strip_user

if TYPE_CHECKING:
    from collections.abc import Mapping

_VERSION = "1.1"
FORMAT = f"WARC File Format {_VERSION}"
STANDARD = f"http://iipc.github.io/warc-specifications/specifications/warc-format/warc-{_VERSION}/"

_SAFE = "%/:?#[]@!$&'()*+,;=~-._|"
_BREAKS = re.compile(r"[\x00-\x1f\x7f]+")


@dataclass(frozen=True, slots=True)
class HttpMessage:
    """The head of an HTTP request or answer."""

    first_line: str
    headers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class WarcOutput:
    """One record to write; its length and block digest are computed."""

    type: str
    id: str
    date: str
    fields: Mapping[str, str]
    """Fields of its head besides type, id, date and length."""
    content: bytes = b""
    message: HttpMessage | None = None
    """The HTTP head of the content, written before it."""


def name_record(*parts: str) -> str:
    """Return an id that depends on these parts only."""
    return f"urn:uuid:{uuid5(NAMESPACE_URL, ' '.join(('tracker', *parts)))}"


def write_uri(text: str) -> str:
    """Return an address as WARCs may have it: in ASCII, without blanks, user name and password."""
    return quote(strip_user(text), safe=_SAFE)


def open_writer(out: BinaryIO, *, packed: bool) -> Writer:
    """Return a writer of WARC records, each packed separately or not at all.

    Raises ``WarcUnusable`` where warcio is not installed.
    """
    try:
        from warcio.warcwriter import WARCWriter
    except ImportError:
        raise WarcUnusable(f"WARC needs warcio; {install_words('warc')}") from None

    class Sha256Writer(WARCWriter):  # type: ignore[misc] # warcio is untyped
        """Computes SHA-256 of blocks, and no digest of payloads, since callers give them."""

        @staticmethod
        def _create_digester() -> _Digester:
            return _Digester()

        def ensure_digest(self, record: Any, block: bool = True, payload: bool = True) -> None:  # noqa: ANN401, ARG002 (warcio's own signature)
            super().ensure_digest(record, block=block, payload=False)

    return Writer(Sha256Writer(out, gzip=packed, warc_version=_VERSION))


class _Digester:
    """Writes a digest in hexadecimal; warcio's Base32 ends with characters that no field may have."""

    def __init__(self) -> None:
        self._digest = sha256()

    def update(self, data: bytes) -> None:
        """Add bytes."""
        self._digest.update(data)

    def __str__(self) -> str:
        return f"sha256:{self._digest.hexdigest()}"


class Writer:
    """Writes records in the given order."""

    def __init__(self, warcio: Any) -> None:  # noqa: ANN401 (warcio is untyped)
        self._warcio = warcio

    def write(self, record: WarcOutput) -> None:
        """Write one record."""
        fields = {
            "WARC-Type": record.type,
            "WARC-Record-ID": f"<{record.id}>",
            "WARC-Date": record.date,
            **{name: _one_line(value) for name, value in record.fields.items()},
        }
        self._warcio.write_record(
            self._warcio.create_warc_record(
                fields.get("WARC-Target-URI", ""),
                record.type,
                payload=BytesIO(record.content),
                length=len(record.content),
                warc_content_type=fields.get("Content-Type", ""),
                warc_headers_dict=fields,
                http_headers=_write_message(record.message) if record.message else None,
            )
        )


def _write_message(message: HttpMessage) -> Any:  # noqa: ANN401 (warcio is untyped)
    from warcio.statusandheaders import StatusAndHeaders

    class UnencodedHeaders(StatusAndHeaders):  # type: ignore[misc] # warcio is untyped
        """Keeps letters beyond ASCII, which warcio would encode."""

        def to_ascii_bytes(self, header_filter: Any = None) -> bytes:  # noqa: ANN401 (warcio's own signature)
            return bytes(self.to_bytes(header_filter))

    protocol, _, rest = message.first_line.partition(" ")
    headers = [(_one_line(name), _one_line(value)) for name, value in message.headers]
    return UnencodedHeaders(rest, headers, protocol=protocol)


def _one_line(text: str) -> str:
    return _BREAKS.sub(" ", text)
