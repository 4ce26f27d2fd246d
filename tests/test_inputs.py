"""What users name and others send: each input of the command, with what would hang it or fill the memory."""

from __future__ import annotations

import json
import os
import socket
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Final

import pytest

from tests.limits import assert_refused, run_limited
from tests.running import NEW
from tests.thorough import long
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.inputs.formats import parse_toml

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.running import Ran

VOCABULARY: Final = '[rivers]\nlabel = "Rivers"\nen = ["river"]\n'
RDF: Final = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
    ' xmlns:skos="http://www.w3.org/2004/02/skos/core#">'
)
CONCEPT: Final = (
    '<skos:Concept rdf:about="https://example.org/water"><skos:prefLabel xml:lang="en">Water</skos:prefLabel>'
    "</skos:Concept></rdf:RDF>"
)
TURTLE: Final = "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"

# Only regular files -------------------------------------------------------------------------------------

READING: Final = {
    "diff": ("diff", "./in", "new.txt"),
    "priorities": ("priorities", "./in"),
    "show": ("show", "./in"),
    "add": ("add", "in", "--as", "XAA/CCPCJ/34"),
    "a vocabulary in TOML": ("priorities", "./new.txt", "--vocabulary", "in.toml"),
    "a vocabulary in CSV": ("list", "--topics", "--vocabulary", "in.csv"),
    "a vocabulary in SKOS": ("topics", "check", "in.ttl"),
    "a model": ("list", "--topics", "--vocabulary", "taught.toml"),
    "coded units": ("topics", "learn", "in.jsonl", "--vocabulary", "taught.csv", "--language", "en"),
    "a table of speakers": (
        "import",
        "texts",
        "--pattern",
        "{country}_{session}_{year}.txt",
        "--body",
        "CCPCJ",
        "--metadata",
        "in.csv",
    ),
    "a coding sheet": ("judge", "--from", "in.csv"),
    "a web archive": ("import", "in.warc"),
}
INPUTS: Final = ("in", "in.toml", "in.csv", "in.ttl", "in.jsonl", "in.warc", "taught.model.json")


@pytest.fixture
def place(tmp_path: Path, archive: Callable[..., Ran]) -> Path:
    assert archive("list").code == 0
    (tmp_path / "taught.toml").write_text(VOCABULARY)
    (tmp_path / "taught.csv").write_text("id,label\nrivers,Rivers\n")
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "XAA_34_2025.txt").write_text(NEW)
    return tmp_path


@pytest.mark.parametrize("name", READING)
def test_a_pipe_is_no_file(name: str, place: Path) -> None:
    for each in INPUTS:
        os.mkfifo(place / each)
    assert_refused(run_limited(place, *READING[name]), "a pipe and no file")


@pytest.mark.parametrize("name", ["diff", "a vocabulary in SKOS", "a web archive"])
def test_a_device_is_no_file(name: str, place: Path) -> None:
    for each in INPUTS:
        (place / each).symlink_to("/dev/zero")
    assert_refused(run_limited(place, *READING[name]), "a device and no file")


def test_a_socket_is_no_file(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("in")
        assert_refused(run_limited(place, *READING["diff"]), "a socket and no file")


def test_a_watch_list_that_is_a_pipe_holds_up_no_night(place: Path) -> None:
    os.mkfifo(place / "snapshots" / "watch.toml")
    assert_refused(run_limited(place, "snapshot"), "watch.toml", "a pipe and no file")
    assert_refused(run_limited(place, "sources", "list"), "watch.toml", "a pipe and no file")


def test_standard_input_may_be_a_pipe(place: Path) -> None:
    assert run_limited(place, "diff", "-", "./new.txt", stdin=NEW.encode()).code == 0


# TOML ---------------------------------------------------------------------------------------------------

HOSTILE_TOML: Final = {
    "a key of 50,000 parts": ("a" + ".a" * 50_000 + " = 1\n", "a key of 50,001 parts (at line 4)"),
    "a quoted key of 50,000 parts": ('"a"' + ' . "a"' * 50_000 + " = 1\n", "a key of 50,001 parts"),
    "a table of 50,000 parts": ("[" + "a." * 50_000 + "a]\n", "a key of 50,001 parts"),
    "arrays in arrays": ("a = " + "[" * 50_000, "nested more than 32 deep (at line 4)"),
    "tables in tables": ("a = " + "{a = " * 50_000, "nested more than 32 deep"),
    "a number of 5,000 digits": ("a = " + "9" * 5000 + "\n", "4300 digits"),
    "a text that never ends": ('a = """' + '\\"""' * 500_000, "Unterminated string"),
    "nine million letters": ("# " + "a" * 9_000_000, "over 8,000,000 characters"),
}


@pytest.mark.parametrize("name", HOSTILE_TOML)
def test_hostile_toml_is_refused_before_it_is_parsed(name: str, place: Path) -> None:
    text, reason = HOSTILE_TOML[name]
    (place / "own.toml").write_text(VOCABULARY + text)
    assert_refused(run_limited(place, "topics", "check", "own.toml"), "own.toml: not valid TOML: ", reason)


def test_a_hostile_watch_list_is_refused_before_it_is_parsed(place: Path) -> None:
    (place / "snapshots" / "watch.toml").write_text("a" + ".a" * 50_000 + " = 1\n")
    for command in ("sources list", "snapshot", "mirror update"):
        assert_refused(run_limited(place, *command.split()), "watch.toml", "a key of 50,001 parts")


@pytest.mark.parametrize(
    "text",
    [
        'a = "' + "." * 100 + '"',
        "a = '" + "[" * 100 + "'  # " + "{" * 100,
        'a = """\n' + "[a.b" * 100 + '""\\""""""',
        "a = '''\n" + "a." * 100 + "''''",
        'a = [[1.5, 2.5], [3.5]]\nb.c."d.e".f = 1\n[x . y]\nz = {g = {h = 1}}',
    ],
)
def test_what_looks_deep_is_read_as_it_is(text: str) -> None:
    import tomllib  # noqa: PLC0415 - the reader that it is compared with

    assert parse_toml(text) == tomllib.loads(text)


# JSON ---------------------------------------------------------------------------------------------------

HOSTILE_JSON: Final = {
    "arrays in arrays": ("[" * 100_000, "nested too deeply"),
    "objects in objects": ('{"a":' * 100_000, "nested too deeply"),
    "a number of 5,000 digits": ('{"a": ' + "9" * 5000 + "}", "4300 digits"),
}


@pytest.mark.parametrize("name", HOSTILE_JSON)
def test_hostile_json_is_refused(name: str, place: Path) -> None:
    text, reason = HOSTILE_JSON[name]
    (place / "taught.model.json").write_text(text)
    (place / "coded.jsonl").write_text(json.dumps({"text": "a", "codes": []}) + "\n" + text)
    ran = run_limited(place, "list", "--topics", "--vocabulary", "taught.toml")
    assert_refused(ran, "taught.model.json: not valid JSON: ", reason)
    (place / "taught.model.json").unlink()
    ran = run_limited(place, "topics", "learn", "coded.jsonl", "--vocabulary", "taught.csv")
    assert_refused(ran, "coded.jsonl, line 2: not valid JSON: ", reason)


# SKOS ---------------------------------------------------------------------------------------------------

_LAUGHS: Final = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
HOSTILE_SKOS: Final = {
    "a billion laughs": ("rdf", f'<!DOCTYPE r [<!ENTITY l0 "lol">{_LAUGHS}]>{RDF}&l9;', "made of others"),
    "one laugh a million times":
        ("rdf", f'<!DOCTYPE r [<!ENTITY a "{"lol" * 300}">]>{RDF}' + "&a;" * 1_000_000, "more than 64 MB"),
    "an entity in attributes": (
        "xml",
        f'<!DOCTYPE r [<!ENTITY a "{"lol" * 300}">]>{RDF}' + f'<a b="{"&a;" * 1000}"/>' * 1000,
        "more than 64 MB",
    ),
    "a file": ("rdf", f'<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]>{RDF}&a;', "kept elsewhere"),
    "entities without end": (
        "rdf",
        "<!DOCTYPE r [" + "".join(f'<!ENTITY a{n} "b">' for n in range(100_000)) + f"]>{RDF}",
        "over 100 entities",
    ),
    "a parameter": ("rdf", f'<!DOCTYPE r [<!ENTITY % a "<!ENTITY b \'c\'>"> %a;]>{RDF}', "a parameter"),
    "defaults": (
        "rdf",
        f'<!DOCTYPE r [<!ATTLIST a b CDATA "{"c" * 100_000}">]>{RDF}' + "<a/>" * 100_000,
        "by default",
    ),
    "namespaces in namespaces": (
        "rdf",
        RDF + "".join(f'<skos:Concept xmlns:p{n}="http://a/{n}"><skos:broader>' for n in range(10_000)),
        "10,002 namespaces",
    ),
    "a label of a megabyte":
        ("rdf", RDF + CONCEPT.replace("Water", "a&amp;\n" * 150_000), "a label may have"),
    "a note of a megabyte":
        ("ttl", f'{TURTLE}<a> a skos:Concept; skos:prefLabel """{"a " * 500_000}""" .', "a label may have"),
    "prefixes": (
        "ttl",
        TURTLE + "".join(f"@prefix p{n}: <http://a/{n}#> .\n" for n in range(10_000)),
        "10,001 namespaces",
    ),
    "nodes in nodes": ("ttl", f"{TURTLE}<a> skos:broader " + "[" * 50_000, "not valid turtle"),
    "lists in lists": ("ttl", f"{TURTLE}<a> skos:broader " + "(" * 50_000, "not valid turtle"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE_SKOS)
def test_hostile_skos_is_refused(name: str, tmp_path: Path) -> None:
    suffix, text, reason = HOSTILE_SKOS[name]
    (tmp_path / f"own.{suffix}").write_text(text)
    ran = run_limited(tmp_path, "topics", "check", f"own.{suffix}")
    assert_refused(ran, f"own.{suffix}", reason)
    assert "root:" not in ran.err


def test_namespaces_may_be_entities(tmp_path: Path) -> None:
    path = tmp_path / "own.rdf"
    named = CONCEPT.replace("https://example.org/", "&own;")
    path.write_text(f'<!DOCTYPE r [<!ENTITY own "https://example.org/">]>{RDF}{named}')
    assert [topic.id for topic in load_vocabulary(path).topics] == ["water"]


@long
def test_many_concepts_of_one_name_are_numbered_at_once(tmp_path: Path) -> None:
    path = tmp_path / "own.ttl"
    rows = (f'<https://a/{n}/x> a skos:Concept ; skos:prefLabel "Topic {n}"@en .\n' for n in range(4000))
    path.write_text(TURTLE + "".join(rows))
    assert {topic.id for topic in load_vocabulary(path).topics} == {"x", *(f"x-{n}" for n in range(2, 4001))}


@pytest.mark.parametrize("suffix", ["rdf", "ttl", "nt"])
def test_nothing_is_fetched_for_skos(suffix: str, tmp_path: Path) -> None:
    asked: list[str] = []

    class Told(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Told) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        says = f"<{url}/a> <http://www.w3.org/2002/07/owl#imports> <{url}/b> .\n"
        texts = {
            "rdf": f'<!DOCTYPE rdf:RDF SYSTEM "{url}/a.dtd">{RDF}{CONCEPT}',
            "ttl": f"@base <{url}/> .\n{TURTLE}{says}<water> a skos:Concept ; skos:prefLabel 'Water'@en .",
            "nt": f"{says}<{url}/water> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
            " <http://www.w3.org/2004/02/skos/core#Concept> .\n"
            f'<{url}/water> <http://www.w3.org/2004/02/skos/core#prefLabel> "Water"@en .\n',
        }
        (tmp_path / f"own.{suffix}").write_text(texts[suffix])
        ran = run_limited(tmp_path, "list", "--topics", "--vocabulary", f"own.{suffix}")
        server.shutdown()
    assert ran.code == 0, ran.err
    assert "Water" in ran.out
    assert not asked


# Searches and phrases -----------------------------------------------------------------------------------

HOSTILE_SEARCHES: Final = {
    "ORs": (" OR ".join(["a"] * 20_000), "characters"),
    "words": ("a b " * 2000, "4,000 words, operators and brackets; it may have 200"),
    "NOTs": ("a NOT " * 1000 + "a", "words, operators and brackets"),
    "brackets": ("(" * 2000 + "a" + ")" * 2000, "words, operators and brackets"),
    "a phrase": ('"' + "a " * 20_000 + '"', "characters"),
}


@pytest.mark.parametrize("name", HOSTILE_SEARCHES)
def test_a_search_without_end_is_refused(name: str, archive: Callable[..., Ran], tmp_path: Path) -> None:
    query, reason = HOSTILE_SEARCHES[name]
    assert archive("list").code == 0
    assert_refused(run_limited(tmp_path, "search", query), reason)


def test_a_long_search_is_answered(archive: Callable[..., Ran]) -> None:
    assert "Cybercrime" in archive("search", " OR ".join([*(f"w{n}" for n in range(99)), "cybercrime"])).out


def test_a_phrase_without_end_is_not_traced(archive: Callable[..., Ran], tmp_path: Path) -> None:
    assert archive("list").code == 0
    ran = run_limited(tmp_path, "trace", "XAA/CCPCJ", "SDG " * 20_000)
    assert_refused(ran, "20000 words to trace", "at most 300")
