"""Tables that people and their tools write: watch lists, vocabularies, speakers, sheets, coded sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.acceptance.fuzz.archive import put_archive, put_files
from tests.acceptance.fuzz.calling import call, outcome
from tests.acceptance.fuzz.damage import WIDE, damage, read_seeds
from tests.acceptance.fuzz.target import Found, Target
from tests.running import ROOT

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random

# TOML -------------------------------------------------------------------------------------------------

_WATCH: Final = ((ROOT / "seeds" / "watch.toml").read_bytes(), *read_seeds("watch-*"))
_WATCH_MARKS: Final = (
    b"[settings]\n", b"[sources.x]\n", b"[sources.'../x']\n", b"[[sources]]\n", b"sources.a.b = 1\n",
    b"kind = 'index'\n",
    b"pace = 1.5\n",
    b"remove = ['.x', 'p > a']\n",
    b"rights = 'CC'\n",
    b"language = 'en'\n",
    b"valid_from = 2024-01-01\n",
    b"access = 'restricted'\n",
    b"min_words = 5\n",
    b"selector = 'main'\n", b"path = '/etc/passwd'\n", b"path = '/dev/zero'\n", b"path = 'mirror.git'\n",
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
    *read_seeds("vocabulary.toml"),
    (ROOT / "tracker" / "comparing" / "topics" / "vocabulary" / "vocabularies" / "un" / "peace.toml")
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
_VOCABULARY_CSV: Final = read_seeds("vocabulary-*.csv")
CSV_MARKS: Final = (
    b",", b";", b'"', b'""', b"\r", b"\r\n", b"\n\n", b"id", b"label", b"terms", b"broader", b",,,,", b"=1+1",
    b"@x", b"'=1", b"\t", b"\xef\xbb\xbf", b"rivers", b'"\n"', b"x" * 140_000, b"\x00", b"\xe2\x80\xae",
    b"accept", b"reject", b"reworded",
)  # fmt: skip


def make_watch_list(random: Random) -> bytes:
    """Return a watch list with keys that cannot be, or damaged."""
    return make_table(random, _WATCH, _WATCH_MARKS)


def make_vocabulary(random: Random) -> bytes:
    """Return a vocabulary in TOML with keys that cannot be, or damaged."""
    return make_table(random, _VOCABULARY, _VOCABULARY_MARKS)


def make_vocabulary_csv(random: Random) -> bytes:
    """Return a vocabulary in CSV, damaged."""
    return make_table(random, _VOCABULARY_CSV, CSV_MARKS)


def make_table(random: Random, seeds: tuple[bytes, ...], marks: tuple[bytes, ...]) -> bytes:
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
    for command in ("status", "review", "list", "reextract"):
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
        call("list", "--topics", "--vocabulary", name, "--format", "csv"),
        call("list", "--topics", "--vocabulary", name),
        call("list", "--topics", "rivers", "--vocabulary", name),
        call("priorities", "XAA/CCPCJ/33", "--vocabulary", name),
        call("diff", "XAA/CCPCJ", "32", "33", "--vocabulary", name, "--encoder", "none"),
        call("timeline", "XAA/CCPCJ", "--vocabulary", name, "--format", "csv"),
        call("timeline", "XAA/CCPCJ", "--phrases", "--vocabulary", name),
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


TARGETS: Final = (
    Target("watch-lists", make_watch_list, use_watch_list),
    Target("vocabularies-toml", make_vocabulary, use_vocabulary),
    Target("vocabularies-csv", make_vocabulary_csv, use_vocabulary_csv),
)
