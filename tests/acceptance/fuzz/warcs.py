"""Web archives of others, whose records are packed, chunked and damaged in each of their layers."""

from __future__ import annotations

import gzip
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from tests.acceptance.fuzz.archive import put_archive
from tests.acceptance.fuzz.calling import call
from tests.acceptance.fuzz.damage import damage
from tests.acceptance.fuzz.streams import ANSWER, EMPTY, PACKED, TEXTS, chunk, pack
from tests.acceptance.fuzz.target import Found, Target
from tracker.capture.causes import FetchFault, find_cause
from tracker.capture.warc.reading import open_warc, read_payload
from tracker.errors import WarcUnusable

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random

_IDENTICAL: Final = b"WARC-Profile: http://netpreserve.org/warc/1.1/revisit/identical-payload-digest\r\n"
_RECORD: Final = (
    b"WARC/1.0\r\n", b"WARC/1.1\r\n", b"WARC/9.9\r\n", b"WARC-Type: revisit\r\n", b"WARC-Type: metadata\r\n",
    b"Content-Length: 0\r\n", b"Content-Length: 99999999999999999999\r\n", b"Content-Length: -1\r\n",
    b"WARC-Date: 0001-01-01T00:00:00+23:59\r\n", b"WARC-Date: 9999-12-31T23:59:59-23:59\r\n",
    b"WARC-Truncated: x\r\n",
    b"WARC-Target-URI: <https://example.org/a b>\r\n", b"WARC-Target-URI: file:///etc/passwd\r\n",
    b"WARC-Block-Digest: sha1:AAAA\r\n", b"WARC-Payload-Digest: sha256:00\r\n", b"WARC-Segment-Number: 2\r\n",
    b"WARC-Refers-To: <urn:a:0>\r\n", b"WARC-Concurrent-To: <urn:a:1>\r\n", b"WARC-Record-ID: \r\n",
    _IDENTICAL,
    b"WARC-Profile: http://netpreserve.org/warc/1.1/revisit/server-not-modified\r\n",
    b"Content-Type: application/json\r\n", b"Content-Encoding: gzip\r\n", b"Transfer-Encoding: chunked\r\n",
    b'{"tracker": 1, "reference": "XAA/UNGA/79"}',
    b'{"tracker": 1, "reference": "XAA/UNGA/79", "delivered": "x"}',
    b"Content-Type: application/warc-fields\r\n", b'tracker: 1\r\nreference: "XAA/UNGA/79"\r\n',
    b'answer: {"status": 304, "headers": [["a", 1], 3, []]}\r\n', b"answer: [1]\r\n",
    b"A: " + b"b" * 70_000 + b"\r\n", b"\r\n\r\n", b"\r\n", b" \r\n", *ANSWER,
)  # fmt: skip
_TYPES: Final = ("response",) * 4 + ("resource", "revisit", "request", "metadata", "warcinfo", "conversion")


def _record(random: Random, number: int) -> bytes:
    kind = random.choice(_TYPES)
    coding, body = pack(random, random.choice(TEXTS), random.randrange(3))
    status = random.choice(("200 OK", "404 Not Found", "304 Not Modified"))
    lines = [f"HTTP/1.1 {status}", "Content-Type: text/plain"]
    if coding:
        lines.append(f"Content-Encoding: {coding}")
    if not random.randrange(3):
        body = chunk(random, body[:30_000])
        lines.append("Transfer-Encoding: chunked")
    content = "\r\n".join([*lines, "", ""]).encode() + body if kind in {"response", "revisit"} else body
    fields = [
        "WARC/1.1",
        f"WARC-Type: {kind}",
        f"WARC-Record-ID: <urn:a:{number}>",
        f"WARC-Date: 2024-09-{random.randint(1, 30):02}T10:00:00Z",
        f"WARC-Target-URI: https://example.org/{random.choice((79, 79, 79, 80))}",
        f"WARC-Block-Digest: sha256:{sha256(content).hexdigest()}",
        f"Content-Length: {len(content)}",
    ]
    if kind == "revisit":
        fields += [_IDENTICAL.decode().strip(), f"WARC-Refers-To: <urn:a:{random.randint(0, number)}>"]
    return "\r\n".join([*fields, "", ""]).encode() + content + b"\r\n\r\n"


def make_warc(random: Random) -> bytes:
    """Return a web archive, its records damaged, packed one by one or not, and damaged again."""
    records = []
    for number in range(random.randint(1, 5)):
        record = _record(random, number)
        records.append(damage(random, record, _RECORD, most=2) if not random.randrange(6) else record)
    if random.randrange(2):
        return b"".join(records) if random.randrange(3) else damage(random, b"".join(records), _RECORD)
    packed = b"".join(random.choice((b"", EMPTY)) + gzip.compress(record, mtime=0) for record in records)
    return damage(random, packed, PACKED, most=2) if not random.randrange(4) else packed


def read_warc(data: bytes, folder: Path) -> str:
    """Read all records, and each by itself: the same, or the place where the file is damaged."""
    path = folder / "given.warc"
    path.write_bytes(data)
    offsets = [-1]
    try:
        with open_warc(path) as warc:
            found = list(warc.records(lambda _record: True))
            for record, content in found:
                if record.offset <= offsets[-1]:
                    raise Found("offsets: a record stands before the one before it")
                offsets.append(record.offset)
                if warc.content(record.offset) != (record, content or b""):
                    raise Found("content: another one when a record is read by itself")
    except WarcUnusable as error:
        if not str(error).isprintable():
            raise Found(f"words: {str(error)!r}") from error
        return "refused"
    for record, content in found:
        try:
            read_payload(record, content)
        except FetchFault as fault:
            if fault.cause != "altered":
                find_cause(fault.cause)
    return "read"


def use_warc(data: bytes, folder: Path) -> str:
    """Import a web archive with each of its ways: what is kept can be verified, and comes only once."""
    put_archive(folder)
    (folder / "given.warc").write_bytes(data)
    told = ("--as", "XAA/UNGA/79", "--unjudged") if len(data) % 3 else ()
    dry = call("import", "given.warc", *told, "--dry-run")
    ran = call("import", "given.warc", *told)
    if (dry.code == 2) != (ran.code == 2):
        raise Found(f"dry run: it ends with {dry.code}, and the run with {ran.code}: {dry.err}{ran.err}")
    if ran.code == 2:
        return "refused"
    again = call("import", "given.warc", *told)
    if " 0 new, 0 changed, 0 unchanged," not in again.out:
        raise Found(f"again: {again.out}{again.err}")
    checked = call("verify")
    if checked.code:
        raise Found(f"verify ends with {checked.code}: {checked.out[-500:]}{checked.err}")
    return "kept" if " 0 new," not in ran.out else "skipped"


TARGETS: Final = (
    Target("warcs", make_warc, read_warc, seconds=10.0),
    Target("warc-imports", make_warc, use_warc, seconds=120.0),
)
