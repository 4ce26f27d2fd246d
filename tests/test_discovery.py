from __future__ import annotations

import gzip
from html import escape

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.thorough import long
from tracker.capture.links import discover, nested_indexes, read_index, source_of
from tracker.errors import DocumentUnreadable
from tracker.model.watching import Discovery, Fetched, Source, Validators
from tracker.references import parse_reference

HOME = "https://www.example.org/speeches/index.html"
INDEX = Source(
    "list", HOME, is_index=True, links=r"unga-(?P<session>[^/?.]+)", rule="XAA/UNGA/{session}~prepared.en",
    selector="main", remove=("aside",), pace=5.0, rights="CC0", access="restricted", min_words=50,
)  # fmt: skip
EVERY = Source("every", HOME, is_index=True, links=".")


def _fetched(data: bytes | str, url: str = HOME) -> Fetched:
    content = data.encode() if isinstance(data, str) else data
    return Fetched("list", url, content, None, (), Validators(), 0.1)


def _discover(fetched: Fetched, source: Source) -> tuple[Discovery, ...]:
    return discover(read_index(fetched, source), source)


def _nest(fetched: Fetched, source: Source) -> tuple[Source, ...]:
    return nested_indexes(read_index(fetched, source), source)


def _addresses(data: bytes | str, source: Source = EVERY, url: str = HOME) -> list[str]:
    return [discovery.address for discovery in _discover(_fetched(data, url), source)]


PAGE = """<!doctype html><html><head><title>Speeches</title></head><body>
<a href="/speeches/unga-79?utm_source=list#top">Our <b>speech</b>
   at the 79th session</a>
<a href="unga-78" rel="nofollow">78</a>
<a href="unga-78#again">Once more</a>
<a href="../speeches/unga-seventy_seventh.pdf">77</a>
<a href="//cdn.example.org/unga-76.pdf">76</a>
<a href="unga-rivers">Rivers</a>
<a href="mailto:a@example.org?unga-75">mail</a> <a href="javascript:unga-74()">script</a>
<a href="ftp://example.org/unga-73">ftp</a> <a href="http://me:pw@example.org/unga-72">pw</a>
<a href="http://[unga-71">broken</a> <a>none</a> <a href="">empty</a> <a href="/about">About</a>
</body></html>"""


def test_the_links_of_a_page_and_their_references() -> None:
    found = _discover(_fetched(PAGE), INDEX)
    assert [(entry.address, entry.text, str(entry.reference)) for entry in found] == [
        ("https://www.example.org/speeches/unga-79?utm_source=list", "Our speech at the 79th session",
         "XAA/UNGA/79~prepared.en"),
        ("https://www.example.org/speeches/unga-78", "78", "XAA/UNGA/78~prepared.en"),
        ("https://www.example.org/speeches/unga-seventy_seventh.pdf", "77", "XAA/UNGA/77~prepared.en"),
        ("https://cdn.example.org/unga-76.pdf", "76", "XAA/UNGA/76~prepared.en"),
        ("https://www.example.org/speeches/unga-rivers", "Rivers", "None"),
    ]  # fmt: skip


def test_links_lead_from_the_base_that_a_page_declares_and_from_where_it_was_redirected() -> None:
    page = '<html><head><base href="/other/"></head><body><a href="a">a</a></body></html>'
    assert _addresses(page) == ["https://www.example.org/other/a"]
    assert _addresses(page.replace("/other/", "")) == ["https://www.example.org/speeches/a"]
    assert _addresses("<p><a href='a'>a</a>", url="https://new.example.org/b/") == [
        "https://new.example.org/b/a"
    ]


def test_the_index_itself_is_no_statement() -> None:
    assert _addresses("<p><a href='index.html#top'>up</a><a href='a'>a</a>") == [
        "https://www.example.org/speeches/a"
    ]


RSS = """<?xml version="1.0"?><rss version="2.0"><channel><title>News</title><link>https://www.example.org/</link>
<item><title>At the &lt;b&gt;79th&lt;/b&gt; session</title>
<link> https://www.example.org/unga-79 </link></item>
<item><title>78</title><guid>https://www.example.org/unga-78</guid></item>
<item><title>77</title><guid isPermaLink="false">unga-77</guid></item>
<item><title>No link</title></item></channel></rss>"""
RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">
<channel rdf:about="x"><title>News</title></channel>
<item rdf:about="y"><title>79</title><link>https://www.example.org/unga-79</link></item></rdf:RDF>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://www.example.org/news/"><title>News</title>
<link rel="self" href="feed.atom"/>
<entry><title type="html">79</title><link href="unga-79"/><link rel="enclosure" href="unga-79.mp4"/></entry>
<entry><title>78</title><link rel="alternate" href="/unga-78"/></entry></feed>"""
SITEMAP = """<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<!-- new --><url><loc>https://www.example.org/unga-79?a=1&amp;b=2</loc><lastmod>2024-09-27</lastmod></url>
<url><loc>
  https://www.example.org/unga-78
</loc></url><url><loc></loc></url></urlset>"""


@pytest.mark.parametrize(
    ("data", "addresses"),
    [
        (RSS, ["https://www.example.org/unga-79", "https://www.example.org/unga-78"]),
        (RDF, ["https://www.example.org/unga-79"]),
        (ATOM, ["https://www.example.org/news/unga-79", "https://www.example.org/unga-78"]),
        (SITEMAP, ["https://www.example.org/unga-79?a=1&b=2", "https://www.example.org/unga-78"]),
        (SITEMAP.replace(' xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"', ""),
         ["https://www.example.org/unga-79?a=1&b=2", "https://www.example.org/unga-78"]),
    ],
    ids=["RSS 2", "RSS 1", "Atom", "sitemap", "sitemap without namespace"],
)  # fmt: skip
def test_feeds_and_sitemaps_are_told_by_their_content(data: str, addresses: list[str]) -> None:
    assert _addresses(data) == addresses
    assert _addresses(gzip.compress(data.encode())) == addresses
    assert _addresses(
        data.replace('encoding="UTF-8"', "").replace('<?xml version="1.0"?>', "").encode("utf-16")
    )[: len(addresses)] == (addresses)


def test_a_feed_with_a_fault_gives_what_can_be_read() -> None:
    broken = RSS.replace("&lt;b&gt;79th", "AT&T <79th").replace("</channel></rss>", "")
    assert "https://www.example.org/unga-78" in _addresses(broken)


def test_a_feed_may_quote_pages_and_a_page_may_begin_anyhow() -> None:
    quoting = RSS.replace("<title>News</title>", "<description><![CDATA[<html><body>]]></description>")
    assert _addresses(quoting) == ["https://www.example.org/unga-79", "https://www.example.org/unga-78"]
    assert _addresses("Speeches: <a href='/a'>a</a>") == ["https://www.example.org/a"]
    prefixed = ATOM.replace("<", "<a:").replace("<a:/", "</a:").replace("xmlns=", "xmlns:a=")
    assert _addresses(prefixed) == ["https://www.example.org/news/unga-79", "https://www.example.org/unga-78"]


def test_what_a_feed_is_relative_to_may_be_no_address() -> None:
    feed = ATOM.replace("https://www.example.org/news/", "https://[a")
    assert _addresses(feed.replace("unga-79", "https://www.example.org/unga-79", 1)) == [
        "https://www.example.org/unga-79",
        "https://www.example.org/unga-78",
    ]


def test_the_title_of_an_entry_may_name_the_session() -> None:
    source = Source(
        "feed",
        HOME,
        is_index=True,
        link_text="the (?P<session>[A-Za-z-]+) session",
        rule="XAA/UNGA/{session}",
    )
    feed = RSS.replace("the &lt;b&gt;79th&lt;/b&gt;", "the Seventy-ninth")
    (found,) = _discover(_fetched(feed), source)
    assert found.reference == parse_reference("XAA/UNGA/79")


@pytest.mark.parametrize(
    ("written", "reference"),
    [
        ("79", "XAA/UNGA/79"),
        ("79th", "XAA/UNGA/79"),
        ("seventy-ninth", "XAA/UNGA/79"),
        ("seventy%20ninth", "XAA/UNGA/79"),
        ("seventy_ninth", "XAA/UNGA/79"),
        ("76-resumed", "XAA/UNGA/76-resumed"),
        ("s-32", "XAA/UNGA/S-32"),
        ("79%2Fitem-4", None),
        ("79~verbatim", None),
        ("79@2", None),
        ("..", None),
        ("--help", None),
        ("0", None),
        ("rivers", None),
        ("%00", None),
    ],
)
def test_what_a_group_says_becomes_a_session_or_nothing(written: str, reference: str | None) -> None:
    source = Source("list", HOME, is_index=True, links="/s=(?P<session>[^/]+)$", rule="XAA/UNGA/{session}")
    (found,) = _discover(_fetched(f'<p><a href="/s={written}">x</a>'), source)
    assert found.reference == (parse_reference(reference) if reference else None)


def test_a_group_that_took_no_part_fills_nothing_in() -> None:
    source = Source(
        "list", HOME, is_index=True, links="/(a|b(?P<session>[0-9]+))$", rule="XAA/UNGA/{session}"
    )
    found = _discover(_fetched('<p><a href="/a">a</a><a href="/b79">b</a>'), source)
    assert [str(entry.reference) for entry in found] == ["None", "XAA/UNGA/79"]


def test_without_a_rule_there_is_no_reference() -> None:
    assert [entry.reference for entry in _discover(_fetched(SITEMAP), EVERY)] == [None, None]


def test_an_index_that_has_not_changed_leads_nowhere_new() -> None:
    unchanged = Fetched("list", HOME, None, None, (), Validators(), 0.1)
    assert _discover(unchanged, INDEX) == ()
    assert _nest(unchanged, INDEX) == ()


@pytest.mark.parametrize(
    "data",
    [b"", b"Only words.", b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n", b"\x1f\x8bnot gzip", b"<note><a>x</a></note>"],
)
def test_what_is_no_index_is_said_so(data: bytes) -> None:
    with pytest.raises(DocumentUnreadable):
        _discover(_fetched(data), EVERY)


# ---------------------------------------------------------------------------------------------------
# Sitemap indexes

MAPS = """<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<sitemap><loc>https://www.example.org/map-1.xml.gz</loc></sitemap>
<sitemap><loc>/map-2.xml</loc></sitemap><sitemap><loc>https://www.example.org/speeches/index.html</loc></sitemap>
</sitemapindex>"""


def test_a_sitemap_index_leads_to_sitemaps_and_these_no_further() -> None:
    assert _addresses(MAPS) == []
    nested = _nest(_fetched(MAPS), INDEX)
    assert [source.address for source in nested] == [
        "https://www.example.org/map-1.xml.gz",
        "https://www.example.org/map-2.xml",
    ]
    assert all(source.is_index and source.rule == INDEX.rule for source in nested)
    assert len({source.id for source in nested}) == 2
    assert _nest(_fetched(MAPS), nested[0]) == ()
    assert _nest(_fetched(SITEMAP), INDEX) == ()


def test_a_discovered_source_has_the_manners_of_its_index_and_the_same_id_each_night() -> None:
    discovery = Discovery(
        "list", "https://www.example.org/unga-79", "79", parse_reference("XAA/UNGA/79~prepared.fr")
    )
    source = source_of(discovery, INDEX)
    assert source == source_of(discovery, INDEX)
    assert source.id.startswith("list:")
    assert (source.address, source.reference, source.language) == (
        discovery.address,
        discovery.reference,
        "fr",
    )
    assert not source.is_index
    assert (source.links, source.rule) == (None, None)
    assert (source.selector, source.remove, source.pace) == ("main", ("aside",), 5.0)
    assert (source.rights, source.access, source.min_words) == ("CC0", "restricted", 50)


# ---------------------------------------------------------------------------------------------------
# Hostile indexes


def test_entities_are_not_expanded() -> None:
    lol = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY l0 "lol">{lol}]>'
    rss = RSS.removeprefix('<?xml version="1.0"?>').replace("<title>78", "<title>&l9;78")
    found = _discover(_fetched(bomb + rss), EVERY)
    assert found
    assert all(len(entry.text) < 100 for entry in found)


def test_no_file_and_no_address_is_read_for_an_entity() -> None:
    places = '<!ENTITY file SYSTEM "file:///etc/passwd"><!ENTITY net SYSTEM "http://127.0.0.1:9/x">'
    data = f"<!DOCTYPE urlset [{places}]><urlset><url><loc>https://a.org/&file;&net;/79</loc></url></urlset>"
    assert _addresses(data) == ["https://a.org/&file;&net;/79"]


def test_a_packed_bomb_is_refused() -> None:
    with pytest.raises(DocumentUnreadable, match="bomb"):
        _discover(_fetched(gzip.compress(bytes(60_000_000))), EVERY)


@long
def test_a_deep_page_and_a_long_one_are_read() -> None:
    deep = "<html><body>" + "<div>" * 20_000 + "<a href='a'>a</a>"
    assert len(_addresses(deep)) <= 1
    long = "<html><body>" + "".join(f"<a href='/{number}'>{number}</a>" for number in range(20_000))
    assert len(_addresses(long)) == 20_000


@given(st.binary(max_size=400))
@example(b"")
def test_any_bytes_are_an_index_or_refused(data: bytes) -> None:
    link = b"https://a.org/79"
    for before, after in (
        (b'<html><body><a href="' + link + b'">79</a>', b""),
        (b"<rss><channel><item><link>" + link + b"</link></item>", b"</channel></rss>"),
        (b"<urlset><url><loc>" + link + b"</loc></url>", b"</urlset>"),
    ):
        for content in (data, before + data, before + data + after):
            try:
                found = _discover(_fetched(content), EVERY)
            except DocumentUnreadable:
                assert data or content != before + after
                continue
            assert all(entry.address.startswith("http") for entry in found)
            assert data or not content or [entry.address for entry in found] == [link.decode()]


@given(st.text(max_size=60))
def test_any_address_of_a_link_is_absolute_http_or_left_out(text: str) -> None:
    page = f'<html><body><a href="{escape(text)}">We will protect our rivers.</a></body></html>'
    try:
        found = _discover(_fetched(page), EVERY)
    except DocumentUnreadable:
        return
    for entry in found:
        assert entry.address.startswith(("http://", "https://"))
        assert "#" not in entry.address
        assert entry.address.isprintable()
