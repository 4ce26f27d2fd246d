"""Tables that people and their tools write: watch lists, vocabularies, speakers, sheets, coded sentences."""

from __future__ import annotations

import csv
import io
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.acceptance.fuzz.archive import archive_files, make_files, put_archive, put_files
from tests.acceptance.fuzz.calling import call, outcome
from tests.acceptance.fuzz.damage import WIDE, damage
from tests.acceptance.fuzz.target import Found, Target
from tests.running import ROOT

if TYPE_CHECKING:
    from random import Random

# TOML -------------------------------------------------------------------------------------------------

_WATCH: Final = (
    (ROOT / "seeds" / "watch.toml").read_bytes(),
    b'[settings]\npace = 0.0\n[sources.a]\nreference = "XAA/UNGA/79~prepared.en"\npath = "given.txt"\n',
    b'[sources.a]\nreference = "XAA/UNGA/79"\npath = "../33.txt"\n[sources.b]\nreference = "XAA/HRC/52/item-4"\n'
    b'path = "./tracker.db"\naccess = "embargoed"\nopen_from = 2030-01-01\nremove = ["p > a", "::x"]\n',
    b"[sources.a]\nkind = 'index'\nurl = 'https://www.example.org/a?b=c#d'\nlinks = '(?P<session>[0-9]+)'\n"
    b"text = '(?i)^session'\nreference = 'XAA/UNGA/{session}~prepared.en'\nvalid_from = 2024-01-01\n",
)
_WATCH_MARKS: Final = (
    b"[settings]\n", b"[sources.x]\n", b"[sources.'../x']\n", b"[[sources]]\n", b"sources.a.b = 1\n",
    b"kind = 'index'\n", b"path = '/etc/passwd'\n", b"path = '/dev/zero'\n", b"path = 'mirror.git'\n",
    b"path = '..'\n", b"path = ''\n", b"path = 'lock'\n", b"url = 'file:///etc/passwd'\n",
    b"url = 'http://[::1'\n", b"url = 'https://a:b@c.org'\n", b"links = '(a+)+$'\n", b"links = '(?P<a>'\n",
    b"links = '\\\\'\n", b"text = '" + b"(" * 200 + b"'\n", b"links = 'a{99999}{99999}'\n",
    b"selector = ':has(:has(a))'\n", b"selector = '" + b"a " * 500 + b"'\n",
    b"selector = ':nth-child(99999999999999n+1)'\n", b"selector = '[a=\"'\n", b"remove = []\n",
    b"remove = [[['a']]]\n", b"pace = nan\n", b"pace = -inf\n", b"timeout = 1e400\n",
    b"connections = 99999999999999999999999\n", b"allow_private = ['*']\n",
    b"allow_private = ['localhost:99999', '::1', '[::1]:80']\n", b"min_words = true\n",
    b"reference = 'XAA/UNGA/{session}/{0.__class__}'\n", b"reference = 'XAA/UNGA/79@2'\n",
    b"valid_until = 10:00:00\n", b"valid_from = 0001-01-01\n", b"open_from = 2024-13-40\n",
    b"contact = '\\u202e'\n", b'rights = """\n\\u0000"""\n', b"a = " + b"[" * 300,
    b"a = " + b"{b=" * 300, b"a." * 300 + b"b = 1\n", b"[" + b"a." * 300 + b"b]\n", b"'' = 1\n", b"0x",
    b"1_000", b"2024-01-01T00:00:00Z", b'"""', b"'''", b"\\U0010ffff", b"#", b"=", b".", b"{", b"}",
)  # fmt: skip
_VOCABULARY: Final = (
    b'name = "codebook"\noverlap = true\n[rivers]\nlabel = "Rivers"\nen = ["river", "Treaty on the Protection of Rivers"]\n'
    b'hints.en = "dykes; banks"\nnear_misses.en = ["river bed"]\nsdgs = ["6.5", "14"]\nscope_note = "water"\n'
    b'[corruption]\nlabel = "Corruption"\nbroader = "rivers"\nund = "corruption; bribe*"\nru = ["reka"]\nkind = "situation"\n',
    (ROOT / "tracker" / "topics" / "vocabularies" / "un" / "peace.toml")
    .read_bytes()[:3000]
    .rpartition(b"\n[")[0],
)
_VOCABULARY_MARKS: Final = (
    b"broader = 'rivers'\n", b"broader = 'corruption'\n", b"broader = ''\n", b"[rivers]\n", b"['']\n",
    b"['a/b']\n", b'["\\u202e"]\n', b"label = 'Rivers'\n", b"label = ' '\n", b"en = ['']\n",
    b"en = 'the'\n", b"en = '*'\n", b"en = 'a**'\n", b"en = 'corruption'\n", b"und = 'corruption'\n",
    b"zh = ['\xe6\xb2\xb3']\n", b"ar = '\xd9\x86\xd9\x87\xd8\xb1'\n", b"en = '-'\n",
    b"en = ['" + b"we " * 400 + b"']\n", b"near_misses.en = 'corruption is our first priority'\n",
    b"hints = 3\n", b"sdgs = ['18']\n", b"kind = 'x'\n", b"near_misses = {en = 'a', xx = 'b'}\n",
    b"overlap = 'yes'\n", b"en = ['\\u0000']\n", b"en = 'SDG; SDG SDG; SDG SDG SDG'\n", *_WATCH_MARKS[-17:],
)  # fmt: skip
_VOCABULARY_CSV: Final = (
    b"id,label,terms,broader\nrivers,Rivers,river;rivers,\ncorruption,Corruption,bribe;bribes,rivers\n",
    b'\xef\xbb\xbf"id","label"\r\n"a","first priority"\r\n"b","A ""quoted"" label, with a comma"\r\n',
)
_CSV_MARKS: Final = (
    b",", b";", b'"', b'""', b"\r", b"\r\n", b"\n\n", b"id", b"label", b"terms", b"broader", b",,,,", b"=1+1",
    b"@x", b"'=1", b"\t", b"\xef\xbb\xbf", b"rivers", b'"\n"', b"x" * 140_000, b"\x00", b"\xe2\x80\xae",
    b"accept", b"reject", b"reworded",
)  # fmt: skip


def make_watch_list(random: Random) -> bytes:
    """Return a watch list with keys that cannot be, or damaged."""
    return _make(random, _WATCH, _WATCH_MARKS)


def make_vocabulary(random: Random) -> bytes:
    """Return a vocabulary in TOML with keys that cannot be, or damaged."""
    return _make(random, _VOCABULARY, _VOCABULARY_MARKS)


def make_vocabulary_csv(random: Random) -> bytes:
    """Return a vocabulary in CSV, damaged."""
    return _make(random, _VOCABULARY_CSV, _CSV_MARKS)


def _make(random: Random, seeds: tuple[bytes, ...], marks: tuple[bytes, ...]) -> bytes:
    """Return a table into which lines of the format are put at line ends, or which is damaged, or both."""
    data = random.choice(seeds)
    for _ in range(random.choice((0, 1, 1, 2, 3))):
        lines = data.splitlines(keepends=True)
        lines.insert(random.randint(0, len(lines)), random.choice(marks))
        data = b"".join(lines)
    return damage(random, data, (*marks, *WIDE), seeds, most=2) if random.randrange(2) else data


def use_watch_list(data: bytes, folder: Path) -> str:
    """List what a watch list names, add to it, and where it names nothing but files, run a night."""
    put_archive(folder)
    put_files({"snapshots/watch.toml": data, "snapshots/given.txt": b"We agree.\n" * 40}, folder)
    listed = call("sources", "list", "--format", "json")
    call("sources", "list")
    added = call("sources", "add", "https://a.org/1", "--as", "XAA/UNGA/80", "--name", "added-last")
    if listed.code:
        if added.code == 0 and call("sources", "list").code:
            raise Found("added to a list that cannot be read")
        return "refused"
    if added.code:
        raise Found(f"sources add refuses what sources list reads: {added.err}")
    (folder / "snapshots" / "watch.toml").write_bytes(data)
    if "://" in listed.out:
        return "read"
    night = call("snapshot", "--json")
    call("sources", "check")
    for command in ("health", "runs", "review", "list", "reextract"):
        if call(command).code == 2:
            raise Found(f"{command} ends in trouble after a night that ended with {night.code}")
    if call("verify").code:
        raise Found("verify finds faults after a night")
    return "night" if night.code < 2 else "read"


def use_vocabulary(data: bytes, folder: Path) -> str:
    """Check, list and use a vocabulary in TOML."""
    return use_vocabulary_as(data, folder, "v.toml")


def use_vocabulary_csv(data: bytes, folder: Path) -> str:
    """Check, list and use a vocabulary in CSV."""
    return use_vocabulary_as(data, folder, "v.csv")


def use_vocabulary_as(data: bytes, folder: Path, name: str) -> str:
    """Check, list and use a vocabulary under a name that tells its form."""
    put_archive(folder)
    (folder / name).write_bytes(data)
    checked = call("topics", "check", name)
    used = (
        call("topics", "list", "--vocabulary", name, "--format", "csv"),
        call("topics", "list", "--vocabulary", name),
        call("topics", "show", "rivers", "--vocabulary", name),
        call("priorities", "XAA/CCPCJ/33", "--vocabulary", name),
        call("diff", "XAA/CCPCJ", "32", "33", "--vocabulary", name, "--encoder", "none"),
        call("timeline", "XAA/CCPCJ", "--vocabulary", name, "--format", "csv"),
        call("phrases", "XAA/CCPCJ", "--vocabulary", name),
    )
    refused = [ran.code == 2 for ran in used if ran is not used[2]]
    # What is wrong with a vocabulary that can be read is told by check, with 1, and refused by the others.
    if (
        any(refused) != all(refused)
        or any(refused) < (checked.code == 2)
        or any(refused) > bool(checked.code)
    ):
        raise Found(
            f"check ended with {checked.code}, others with {[ran.code for ran in used]}: {used[3].err}"
        )
    return outcome(checked)


# CSV and JSON -----------------------------------------------------------------------------------------

_METADATA: Final = (
    b"country,session,speaker,post,date,title,language,kind,url,symbol,on_behalf_of\n"
    b"XAA,33,Ana Reed,President,2024-05-20,A title,en,prepared,https://a.org/1,A/78/PV.9,EU\nGBR,33,B,,,,,,,,\n",
    b"\xef\xbb\xbfCountry;Session\r\nXAA;33\r\n",
)
_METADATA_MARKS: Final = (
    *_CSV_MARKS, b"XAA,33,", b"XAA,thirty-third,", b"xaa,33", b"country", b"session", b"item", b"2024-99-99",
    b"verbatim", b"general-debate", b"fr", b"javascript:alert(1)", b"EU", b"\xff",
)  # fmt: skip
_CODED: Final = (
    b'{"text": "Corruption is our first priority.", "codes": ["corruption"]}\n'
    b'{"text": "We protect rivers.", "codes": ["Rivers", "corruption"], "more": 1}\n{"text": "Thank you.", "codes": []}\n',
)
_CODED_CSV: Final = (
    b'text,codes\nCorruption is our priority.,corruption\n"We protect, rivers.",Rivers;corruption\nThanks,\n',
)
_JSON_MARKS: Final = (
    b"{", b"}", b"[", b"]", b":", b",", b"null", b"true", b"1e999", b"-0", b"NaN", b"Infinity", b'"\\ud800"',
    b'"\\u0000"', b'"codes"', b'"text"', b'"text": 1', b'"codes": "corruption"', b'"codes": [[]]',
    b'"codes": [null]', b'{"a":' * 2000, b"[" * 100_000, b"9" * 5000, b'"' + b"a" * 5000 + b'"',
    b"\xef\xbb\xbf", b"\\", b'""', b"\n", b'{"text": "", "codes": [""]}\n',
)  # fmt: skip


@cache
def _sheet() -> bytes:
    """Return the coding sheet of the archive, as the program writes it."""
    files = make_files(("decisions", "--format", "csv", "-o", "sheet.csv"), given=archive_files())
    return files["sheet.csv"]


@cache
def _model() -> bytes:
    """Return a model that was taught, as the program writes it."""
    given = {**archive_files(), "v.toml": _VOCABULARY[0], "coded.jsonl": _CODED[0] * 20}
    return make_files(("topics", "learn", "coded.jsonl", "--vocabulary", "v.toml"), given=given)[
        "v.model.json"
    ]


def make_metadata(random: Random) -> bytes:
    """Return a table of speakers, damaged."""
    return _make(random, _METADATA, _METADATA_MARKS)


def make_sheet(random: Random) -> bytes:
    """Return a coding sheet with other cells, or damaged."""
    if random.randrange(2):
        return _make(random, (_sheet(),), _CSV_MARKS)
    rows = list(csv.reader(io.StringIO(_sheet().decode())))
    for _ in range(random.randint(1, 4)):
        row = random.choice(rows)
        cells = (
            "",
            "level",
            "sentences",
            "strength",
            "XAA/CCPCJ/33",
            "corruption",
            "absent",
            "coder Bo",
            "note Bo",
            "x",
            "'=a",
        )
        row[random.randrange(len(row))] = random.choice(cells)
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def make_coded(random: Random) -> bytes:
    """Return coded sentences, a JSON object a line or CSV, damaged."""
    if random.randrange(3):
        return _make(random, (_CODED[0], _CODED[0] * 12), _JSON_MARKS)
    return _make(random, _CODED_CSV, _CSV_MARKS)


def make_model(random: Random) -> bytes:
    """Return the file of a model with other values, or damaged."""
    if random.randrange(2):
        return _make(
            random,
            (_model(),),
            (*_JSON_MARKS, b'"threshold": 0', b'"bias": "a"', b'"language": "xx"', b'"terms": {}'),
        )
    content = json.loads(_model())
    change_json(random, content)
    return json.dumps(content).encode()


ODD: Final = (
    None, True, 0, -1, 2**31, 2**63, 2**70, -(2**63), 0.5, 1e300, float("inf"), float("nan"), "", "a", "é",
    "\x00", "\u202e", "1", "-1", "../x", "9" * 400, "2024-02-30", "2024-05-20T10:00:00Z", "[]",
    "[[0, 1, 0, 1]]", "[[1]]", "{}", "\ud800", [], {}, [[]], {"": 0}, "XAA", "GBR/UNGA/79", "en", "prepared",
    "x' OR 1", '"', "a" * 20_000, "https://a.org/1", "=1+1", "\n", {"base64": "AAE="},
)  # fmt: skip
"""Values where others are expected."""


def change_json(random: Random, content: object) -> None:
    """Put odd values, or those of other places, into what JSON holds, at one to three places; in place."""
    for _ in range(random.randint(1, 3)):
        holders = [value for value in _walk(content) if isinstance(value, dict | list) and value]
        holder = random.choice(holders)
        key = random.choice(list(holder)) if isinstance(holder, dict) else random.randrange(len(holder))
        match random.randrange(8):
            case 0:
                del holder[key]
            case 1 if isinstance(holder, dict):
                holder[random.choice(["", "id", "text", "x", 'a" b', str(key).upper()])] = holder.pop(key)
            case 1 | 2 if isinstance(holder, list):
                holder.insert(key, holder[key])
            case 3:
                holder[key] = (
                    random.choice(list(_walk(content))[:500]) if random.randrange(2) else {"a": holder[key]}
                )
            case _:
                holder[key] = random.choice(ODD)


def _walk(content: object) -> list[object]:
    """Return a value and all those in it."""
    found = [content]
    for value in found:
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        found.extend(inner)
        if len(found) > 5000:
            break
    return found


def use_metadata(data: bytes, folder: Path) -> str:
    """Import a folder whose speakers a table names."""
    put_files({"c/XAA/33.txt": b"We agree.\n", "c/GBR/33.txt": b"We do not.\n", "m.csv": data}, folder)
    call("init")
    ran = call(
        "import", "c", "--body", "CCPCJ", "--pattern", "{country}/{session}.txt", "--metadata", "m.csv"
    )
    for command in (("list",), ("list", "--format", "json"), ("verify",), ("runs",)):
        if call(*command).code:
            raise Found(f"{command} ends in trouble or with findings after that")
    return outcome(ran)


def use_sheet(data: bytes, folder: Path) -> str:
    """Read what coders filled in."""
    put_archive(folder)
    (folder / "s.csv").write_bytes(data)
    ran = call("judge", "--from", "s.csv")
    for command in (
        ("decisions",),
        ("decisions", "--format", "csv"),
        ("verify",),
        ("priorities", "XAA/CCPCJ/33"),
    ):
        if call(*command).code:
            raise Found(f"{command} ends in trouble or with findings after that")
    return outcome(ran)


def use_coded(data: bytes, folder: Path) -> str:
    """Teach a vocabulary from coded sentences, under the name that the bytes look like."""
    put_archive(folder)
    name = "coded.csv" if data.startswith(b"text,") else "coded.jsonl"
    put_files({name: data, "v.toml": _VOCABULARY[0]}, folder)
    ran = call("topics", "learn", name, "--vocabulary", "v.toml")
    if ran.code == 0 and call("priorities", "XAA/CCPCJ/33", "--vocabulary", "v.toml").code:
        raise Found("a model that was learned cannot be used")
    return outcome(ran)


def use_model(data: bytes, folder: Path) -> str:
    """Use a vocabulary beside which somebody's model lies."""
    put_archive(folder)
    put_files({"v.toml": _VOCABULARY[0], "v.model.json": data}, folder)
    call("topics", "show", "corruption", "--vocabulary", "v.toml")
    call("diff", "XAA/CCPCJ", "32", "33", "--vocabulary", "v.toml")
    return outcome(call("priorities", "XAA/CCPCJ/33", "--vocabulary", "v.toml"))


TARGETS: Final = (
    Target("watch-lists", make_watch_list, use_watch_list),
    Target("vocabularies-toml", make_vocabulary, use_vocabulary),
    Target("vocabularies-csv", make_vocabulary_csv, use_vocabulary_csv),
    Target("metadata", make_metadata, use_metadata),
    Target("coding-sheets", make_sheet, use_sheet),
    Target("coded-sentences", make_coded, use_coded),
    Target("models", make_model, use_model),
)
