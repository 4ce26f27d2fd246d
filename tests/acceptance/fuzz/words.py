"""What is typed, pasted or written by scripts: references, dates, search queries, phrases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.acceptance.fuzz.archive import put_archive
from tests.acceptance.fuzz.calling import call
from tests.acceptance.fuzz.damage import WIDE, damage
from tests.acceptance.fuzz.target import Found, Target
from tracker.errors import ReferenceInvalid
from tracker.references import parse_reference
from tracker.references.grammar import looks_like_reference

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from random import Random

    from tests.running import Ran

_COUNTRIES: Final = (
    "XAA",
    "GBR",
    "uk",
    "EU",
    "United Kingdom",
    "Côte d’Ivoire",
    "côte d'ivoire",
    "YUG",
    "İ",
    "ß",
)
_BODIES: Final = (
    "CCPCJ",
    "UNGA",
    "hrc",
    "HRC52",
    "General Assembly",
    "COP",
    "security council",
    "CCPCJ 31-bis",
)
_SESSIONS: Final = (
    "33", "79", "31-reconvened", "S-36", "ES-11", "COP26", "seventy-ninth", "79th", "2024", "0", "٣٣",
    "xxxiii", "thirty-third session", "999", "1e3", "²", "2024-02-30", "first resumed", "79/80",
)  # fmt: skip
_ITEMS: Final = ("item-4", "4", "a.b", "ITEM 4", "..", "item-", "item--4", "é")
_EDITIONS: Final = (
    "~verbatim.fr",
    "~prepared",
    "~en",
    "~.en",
    "~original.en.fr",
    "~zh-hant",
    "~",
    "~verbatim.",
)
_SNAPSHOTS: Final = (
    "@1",
    "@2024",
    "@2024-05",
    "@2024-05-20",
    "@0",
    "@-1",
    "@999999",
    "@9999999",
    "@latest",
    "@",
    "@1e9",
)
_DATES: Final = (
    "2024", "2024-05", "2024-05-20", "1900", "0000-00-00", "9999-12-31", "2024-02-30", "2024-5-2", "20240520",
    "2024-W20", "2024-141", "2024-05-20T10:00:00Z", "2024-05-20T10:00:00+25:00", "24 September 2024",
    "２０２４",
    "2024~", "2024?", "19XX", "2024/2025", "-0044-03-15", "24.9.2024", "٢٠٢٤-٠٥-٢٠", "10000-01-01", "",
)  # fmt: skip
_QUERIES: Final = (
    "corruption", "loss AND damage", '"first priority" OR cyber*', "NOT corruption", "(a OR b) NOT c",
    "NEAR(a b, 5)", "text:corruption", "^mr", "counter-terrorism", "A/RES/78/1", "主席先生", "ё", "السَّيِّد",
    '"', "*", "a*b", "-corruption", "{a b}", "a + b", "'; DROP TABLE segments; --", "\x02a\x03",
    "corruption NOT (", "“first priority”", "𝒞orruption",
)  # fmt: skip
_OPERATORS: Final = (
    b"AND", b" OR ", b" NOT ", b"(", b")", b'"', b"*", b"^", b"NEAR(", b":", b"-", b"+", b"{", b"}", b",",
    b" corruption ", b" will ", b"\x02", b"\x03", b"\xe2\x80\x8b", "主".encode(), "ـ".encode(), "ٱ".encode(),
    b" a* ", b'"a b" ',
)  # fmt: skip
_PATHS: Final = (
    "a.txt", "33.txt", "snapshots", "snapshots/tracker.db", "~nobody-of-that-name/a", "a" * 300, "a/" * 1000,
    "-", "--", "-x", "XAA/CCPCJ", "XAA/CCPCJ/33", "a b\n", "é.toml", "\u202e.csv", "https://",
    "file://33.txt", "fd::17", "ext::touch a", "a:b", "host:path", "[::1]:x", "33.txt/a", "*", "[",
    "{country}/{session}.txt", "{", "{country", "(?P<a>", "a.warc.gz", "a.ttl", "a.csv", "con", ".", "nul:",
)  # fmt: skip
_PIECES: Final = tuple(
    piece.encode() for piece in (*_COUNTRIES, *_BODIES, *_SESSIONS, *_ITEMS, *_EDITIONS, *_SNAPSHOTS, *"/~@ ")
)


def make_reference(random: Random) -> bytes:
    """Return a reference, whole or damaged."""
    parts = (_COUNTRIES, _BODIES, _SESSIONS, _ITEMS)[: random.randint(1, 4)]
    text = "/".join(_pick(random, options) for options in parts)
    for more in (_EDITIONS, _SNAPSHOTS):
        text += _pick(random, more) if random.randrange(2) else ""
    return _maybe(random, text, _PIECES)


def _pick(random: Random, options: Sequence[str]) -> str:
    """Return mostly one of the first, which are sound."""
    return random.choice(options[:3] if random.randrange(4) else options)


def make_date(random: Random) -> bytes:
    """Return a date, whole or damaged."""
    return _maybe(
        random, random.choice(_DATES), (b"-", b":", b"T", b"Z", b"0", b"9", "٣".encode(), b"~", b"X")
    )


def make_query(random: Random) -> bytes:
    """Return a query, whole or damaged, or operators without end."""
    return _maybe(random, " ".join(random.choices(_QUERIES, k=random.randint(1, 4))), _OPERATORS)


def _maybe(random: Random, text: str, marks: tuple[bytes, ...]) -> bytes:
    data = text.encode()
    return (
        damage(random, data, (*marks, *WIDE) if random.randrange(3) else marks, most=3)
        if random.randrange(2)
        else data
    )


def read_argument(data: bytes) -> str:
    """Return an argument as the system hands it over: no zeros, and surrogates for what is no UTF-8."""
    return data.replace(b"\0", b"").decode("utf-8", "surrogateescape")


def use_reference(data: bytes, folder: Path) -> str:
    """Parse a reference, which written again is the same, and give it to commands as operand and option."""
    text = read_argument(data)
    put_archive(folder)
    looks_like_reference(text)
    is_one = _parses(text)
    ran = [
        call("log", "--", text), call("show", "--", text), call("list", "--", text),
        call("priorities", "--", text), call("diff", "--", text, "./33.txt"),
        call("diff", "XAA/CCPCJ", "--", text), call("blame", "--", text), call("timeline", "--", text),
        call("timeline", "XAA/CCPCJ", "--from", text), call("expect", "--by", "A", "--", text),
        call("timeline", "--", "CCPCJ", text),
        call("withdraw", "--reason", "a", "--authority", "b", "--", text),
        call("export", "warc", "--", "a.warc", text), call("add", "33.txt", "--as", text), call("verify"),
    ]  # fmt: skip
    if ran[-1].code:
        raise Found(f"verify finds faults after that: {ran[-1].out}")
    added = ran[-2]
    if not added.code and not is_one:
        raise Found(f"kept under what is no reference: {added.out}")
    return "kept" if not added.code else "parsed" if is_one else "refused"


def _parses(text: str) -> bool:
    try:
        reference = parse_reference(text)
    except ReferenceInvalid:
        return False
    if parse_reference(str(reference)) != reference:
        raise Found(f"another reference once it was written: {reference}")
    return True


def use_date(data: bytes, folder: Path) -> str:
    """Give a date to the commands that take one."""
    text = read_argument(data)
    put_archive(folder)
    ran = (
        call("add", "33.txt", "--as", "XAA/CCPCJ/40", "--date", text),
        call("expect", "--by", "A", "--due", text, "XAA/CCPCJ/41"),
        call("sources", "add", "https://a.org/1", "--as", "XAA/CCPCJ/42", "--valid-from", text),
        call("status", "--year", text),
        call("log", f"XAA/CCPCJ/33@{text}"),
    )  # fmt: skip
    call("schedule", "cron", "--at", text)
    for command in ("list", "expect", "verify"):
        if call(command).code == 2:
            raise Found(f"{command} ends in trouble after that")
    return _any(*ran)


def make_path(random: Random) -> bytes:
    """Return a name of a file, whole or damaged."""
    return _maybe(
        random,
        random.choice(_PATHS),
        (b"/", b".", b"~", b":", b"-", b" ", b"a" * 300, b".git", b".db", b".toml"),
    )


def use_path(data: bytes, folder: Path) -> str:
    """Give a name, made to stay in the folder, to the commands that read or write a file of that name."""
    text = read_argument(data).lstrip("/").replace("..", ".") or "a"
    text = text if not text.startswith("~/") and text != "~" else "a"
    put_archive(folder)
    ran = (
        call("show", "--", text), call("diff", "--", "./32.txt", text),
        call("add", "--as", "XAA/CCPCJ/40", "--", text),
        call("import", "--body", "UNGA", "--pattern", text, "--", text),
        call("import", "--path", text, "--", text), call("import", "--", text),
        call("topics", "check", "--", text), call("priorities", "XAA/CCPCJ/33", "--vocabulary", text),
        call("judge", "--from", text), call("list", "--archive", text), call("verify", "--archive", text),
        call("topics", "learn", "--vocabulary", text, "--", text), call("export", "warc", "--", text),
        call("export", "corpus", "--", f"c-{text}.csv", text),
        call("export", "tables", "--", f"t-{text}", text),
        call("export", "bag", "--", f"b-{text}"), call("backup", "--", f"c-{text}"),
        call("diff", "./32.txt", "./33.txt", "--encoder", "none", "-o", f"d-{text}"),
        call("sources", "add", "--as", "XAA/CCPCJ/42", "--", text), call("init", "--archive", f"f-{text}"),
        call("verify"),
    )  # fmt: skip
    if ran[-1].code:
        raise Found(f"verify finds faults after that: {ran[-1].out}")
    # An address is asked for over the network, as it should be, unless it names a program.
    if ":" not in text or text.startswith(("fd::", "ext::")):
        call("rebuild", "--archive", "r", "--", text)
        call("mirror", "push", "--", text if ":" in text else f"e-{text}")
    return _any(*ran[:-1])


def use_query(data: bytes, folder: Path) -> str:
    """Search for a query, and trace it as a phrase."""
    text = read_argument(data)
    put_archive(folder)
    ran = (
        call("search", "--", text), call("search", "--format", "json", "--body", "CCPCJ", "--", text),
        call("trace", "--", "XAA/CCPCJ", text),
        call("trace", "--format", "csv", "--or", text[:20], "--", "CCPCJ", text),
    )  # fmt: skip
    call("search", "--language", text[:50], "--session", text[-50:], "--", "corruption")
    call("list", "--topics", "--", text)
    return _any(*ran)


def _any(*ran: Ran) -> str:
    return "refused" if all(each.code == 2 for each in ran) else "read"


TARGETS: Final = (
    Target("references", make_reference, use_reference),
    Target("dates", make_date, use_date),
    Target("paths", make_path, use_path),
    Target("queries", make_query, use_query),
)
