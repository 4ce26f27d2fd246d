"""Tables in CSV and JSON: who spoke, what coders filled in, coded sentences, and models made of them."""

from __future__ import annotations

import csv
import io
import json
from functools import cache
from typing import TYPE_CHECKING, Final

from tests.acceptance.fuzz.archive import archive_files, make_files, put_archive, put_files
from tests.acceptance.fuzz.calling import call, outcome
from tests.acceptance.fuzz.damage import read_seeds
from tests.acceptance.fuzz.odd import ODD, change_json
from tests.acceptance.fuzz.tables import CSV_MARKS, make_table
from tests.acceptance.fuzz.target import Found, Target

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random

_VOCABULARY: Final = read_seeds("vocabulary.toml")[0]
_METADATA: Final = read_seeds("metadata-*")
_METADATA_MARKS: Final = (
    *CSV_MARKS, b"XAA,33,", b"XAA,thirty-third,", b"xaa,33", b"country", b"session", b"item", b"2024-99-99",
    b"verbatim", b"general-debate", b"fr", b"javascript:alert(1)", b"EU", b"\xff",
)  # fmt: skip
_CODED, _CODED_CSV = read_seeds("coded.jsonl"), read_seeds("coded.csv")
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
    given = {**archive_files(), "v.toml": _VOCABULARY, "coded.jsonl": _CODED[0] * 20}
    return make_files(("topics", "learn", "coded.jsonl", "--vocabulary", "v.toml"), given=given)[
        "v.model.json"
    ]


def make_metadata(random: Random) -> bytes:
    """Return a table of speakers, damaged."""
    return make_table(random, _METADATA, _METADATA_MARKS)


def make_sheet(random: Random) -> bytes:
    """Return a coding sheet with other cells, or damaged."""
    if random.randrange(2):
        return make_table(random, (_sheet(),), CSV_MARKS)
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
    if random.randrange(2):
        return b"".join(_code_unit(random) for _ in range(random.choice((1, 39, 40, 80))))
    if random.randrange(3):
        return make_table(random, (_CODED[0], _CODED[0] * 12), _JSON_MARKS)
    return make_table(random, _CODED_CSV, CSV_MARKS)


def _code_unit(random: Random) -> bytes:
    """Return a unit of odd words, coded with topics that there are."""
    words = [str(word) for word in ODD if isinstance(word, str)]
    text = " ".join(random.choices((*words, "corruption", "rivers", "we", "will"), k=random.randint(0, 9)))
    codes = random.choices(("corruption", "Rivers", "rivers", " CORRUPTION "), k=random.randrange(3))
    return json.dumps({"text": text, "codes": codes}).encode() + b"\n"


def make_model(random: Random) -> bytes:
    """Return the file of a model with other values, or damaged."""
    if random.randrange(2):
        return make_table(
            random,
            (_model(),),
            (*_JSON_MARKS, b'"threshold": 0', b'"bias": "a"', b'"language": "xx"', b'"terms": {}'),
        )
    content = json.loads(_model())
    change_json(random, content)
    return json.dumps(content).encode()


def use_metadata(data: bytes, folder: Path) -> str:
    """Import a folder whose speakers a table names."""
    put_files({"c/XAA/33.txt": b"We agree.\n", "c/GBR/33.txt": b"We do not.\n", "m.csv": data}, folder)
    call("init")
    ran = call(
        "import", "c", "--body", "CCPCJ", "--pattern", "{country}/{session}.txt", "--metadata", "m.csv"
    )
    for command in (("list",), ("list", "--format", "json"), ("verify",), ("status", "--runs")):
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
    put_files({name: data, "v.toml": _VOCABULARY}, folder)
    ran = call("topics", "learn", name, "--vocabulary", "v.toml")
    if ran.code == 0 and call("priorities", "XAA/CCPCJ/33", "--vocabulary", "v.toml").code:
        raise Found("a model that was learned cannot be used")
    return outcome(ran)


def use_model(data: bytes, folder: Path) -> str:
    """Use a vocabulary beside which somebody's model lies."""
    put_archive(folder)
    put_files({"v.toml": _VOCABULARY, "v.model.json": data}, folder)
    call("list", "--topics", "corruption", "--vocabulary", "v.toml")
    call("diff", "XAA/CCPCJ", "32", "33", "--vocabulary", "v.toml")
    return outcome(call("priorities", "XAA/CCPCJ/33", "--vocabulary", "v.toml"))


TARGETS: Final = (
    Target("metadata", make_metadata, use_metadata),
    Target("coding-sheets", make_sheet, use_sheet),
    Target("coded-sentences", make_coded, use_coded),
    Target("models", make_model, use_model),
)
