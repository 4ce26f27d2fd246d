"""What comes out of documents of every kind, and what is said about those that hold no statement."""

from __future__ import annotations

import codecs
import gzip
import re
from io import BytesIO
from zipfile import ZIP_STORED, ZipFile

import docx
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.builders import build_docx, build_pdf, build_zip, replace_member, save, typeset
from tests.thorough import examples
from tracker.capture.read import MAX_BYTES
from tracker.capture.read.extract import extract
from tracker.capture.read.extractors import read_extractor
from tracker.errors import DocumentUnreadable

TEXTS = {
    "en": "Mr. Chair, we pledge £10.5 million – the “largest” sum yet – to the Fund. It isn’t the end.",
    "fr": "Monsieur le Président, l’État réaffirme son engagement ; l’œuvre est loin d’être achevée.",
    "es": "Señor Presidente, ¿qué hemos hecho este año? La cooperación exigirá más recursos.",
    "ru": "Господин Председатель, наша страна подтверждает свою приверженность верховенству права и мира.",
    "ar": "السيد الرئيس، تؤكد بلادي من جديد التزامها بسيادة القانون ومنع الجريمة. وندعو إلى تعزيز التعاون.",
    "zh": "主席先生，我国重申对法治的承诺。我们呼吁加强国际合作，打击腐败和跨国有组织犯罪，保护儿童权益。",
    "zh-Hant": "主席先生，我國重申對法治的承諾。我們呼籲加強國際合作，打擊腐敗和跨國有組織犯罪。",
}
PARAGRAPHS = tuple(
    " ".join(paragraph.split())
    for paragraph in """
Mr. Chair,

My country attaches great importance to the prevention of crime and to the rule of law. In the past year we
have trained four hundred judges and opened two new courts in the provinces of XAA.

Excellencies,

Corruption remains our first priority. We have published every public contract since January, and we call on
all States to do the same without delay, because nothing undermines the trust of citizens more than secrecy
does.

We will contribute 5 million euros to the Trust Fund by 2026, and we will go on supporting the work of the
Office in the field, above all where young people are concerned and where resources are scarcest.

I thank you.
""".strip().split("\n\n")
)


def paragraphs_of(text: str) -> list[str]:
    """Return the paragraphs of an extractor's output, made whole across pages."""
    whole = re.sub(r"(?<![.,:])\n\f(?=[a-z])", " ", text).replace("\n\f", "\n\n")
    return [" ".join(part.split()) for part in re.split(r"\n\s*\n", whole) if part.strip()]


def complaint(data: bytes, name: str | None = "statement.pdf") -> str:
    with pytest.raises(DocumentUnreadable) as caught:
        extract(data, name)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(f"{name or 'the document'}: ")
    return message


# Plain text


@pytest.mark.parametrize(
    ("language", "encoding"),
    [
        *(
            (language, encoding)
            for language in TEXTS
            for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-32")
        ),
        *(
            (language, encoding)
            for language in ("en", "fr", "ru", "ar")
            for encoding in ("utf-16-le", "utf-16-be")
        ),
        *((language, "cp1252") for language in ("en", "fr", "es")),
        ("fr", "mac-roman"),
        *(("ru", encoding) for encoding in ("cp1251", "koi8-r", "iso-8859-5")),
        *(("ar", encoding) for encoding in ("cp1256", "iso-8859-6")),
        ("zh", "gb18030"),
        ("zh-Hant", "big5hkscs"),
    ],
)
@pytest.mark.parametrize("lines", [1, 30])
def test_text_in_any_encoding_is_read_and_the_encoding_named(
    language: str, encoding: str, lines: int
) -> None:
    data = "\r\n".join([TEXTS[language]] * lines).encode(encoding, "replace")
    extraction = extract(data, "a.txt")
    assert extraction.text == data.decode(encoding)
    read = read_extractor(extraction.extractor)
    assert (read.library, codecs.lookup(read.encoding).name) == ("text", codecs.lookup(encoding).name)
    assert extraction.media_type == "text/plain"


@pytest.mark.parametrize("mark", [codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE])
def test_big_endian_marks_are_told_apart(mark: bytes) -> None:
    encoding = "utf-16-be" if mark == codecs.BOM_UTF16_BE else "utf-32-be"
    assert extract(mark + TEXTS["zh"].encode(encoding)).text == TEXTS["zh"]


@pytest.mark.parametrize(
    "data",
    [
        TEXTS["fr"].encode("cp1252"),
        TEXTS["ru"].encode() * 20 + b"\xd0",
        b"caf\xe9 \x81 caf\xe9 and the rest of the sentence",
        codecs.BOM_UTF8 + b"Mr. Chair,\r\rWe agree.\r",
    ],
)
def test_plain_text_can_be_had_again_from_the_bytes_and_the_extractor(data: bytes) -> None:
    extraction = extract(data)
    name, *how = extraction.extractor.partition(" by ")[0].split()
    assert name == "text"
    assert data.decode(*how) == extraction.text


def test_one_broken_byte_does_not_turn_utf8_into_mojibake() -> None:
    extraction = extract(TEXTS["ru"].encode() * 20 + b"\xd0")
    assert extraction.extractor == "text utf-8 replace"
    assert extraction.text.startswith(TEXTS["ru"])


def test_line_ends_control_characters_and_marks_of_plain_text_are_kept() -> None:
    raw = (
        "1.\u00a0We agree.\r\rA/66/PV.11\x0c\r\n* * *\nIt is so\x07 decided by XAA, and nobody\u200b objects;"
        " so the work goes on, as it did last year and the year before."
    )
    assert extract(raw.encode()).text == raw


# Documents that hold no statement

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "the file is empty"),
        (b" \r\n\t\xc2\xa0\n", "no text in it"),
        (codecs.BOM_UTF8, "no text in it"),
        (b"... --- ...", "no text in it"),
        (bytes(5000), "binary data"),
        (bytes(range(256)) * 20, "binary data"),
        (PNG, "a PNG image"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0" + bytes(100), "a JPEG image"),
        (b"GIF89a" + bytes(100), "a GIF image"),
        (b"II*\0" + bytes(100), "a TIFF image"),
        (b"MM\0*" + bytes(100), "a TIFF image"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "a WebP image"),
        (b"ID3\x04\0\0\0\0\0\0" + bytes(50), "an MP3 recording"),
        (b"RIFF\0\0\0\0WAVEfmt ", "a WAV recording"),
        (b"OggS\0\x02" + bytes(50), "an Ogg recording"),
        (b"\0\0\0\x18ftypmp42" + bytes(50), "an MP4 or QuickTime recording"),
        (b"\x1aE\xdf\xa3" + bytes(50), "a Matroska or WebM video"),
        (gzip.compress(b"Mr. Chair", mtime=0), "a gzip archive"),
        (b"{\\rtf1\\ansi Mr. Chair}", "RTF"),
        (OLE + "WordDocument".encode("utf-16-le"), "an old Word (.doc) document"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "locked with a password"),
        (OLE, "an old Microsoft Office document"),
        (b"\0\x05\x16\x07\0\x02\0\0Mac OS X", "AppleDouble"),
        (build_zip({"a.txt": "Mr. Chair"}), "a ZIP archive without a Word document"),
        (build_zip({"xl/workbook.xml": "<x/>"}), "an Excel (.xlsx) workbook"),
        (build_zip({"ppt/presentation.xml": "<x/>"}), "a PowerPoint"),
        (b"PK\x03\x04" + bytes(40), "a damaged ZIP or DOCX file"),
        (b'<?xml version="1.0"?><rss><channel/></rss>', "an XML file that is no web page"),
    ],
)
@pytest.mark.parametrize("name", ["statement.pdf", "statement.txt", None])
def test_what_is_no_statement_is_named_whatever_it_is_called(
    data: bytes, said: str, name: str | None
) -> None:
    message = complaint(data, name)
    assert said in message
    assert re.search(r"; (?:give|save|fetch|check|unpack)", message)


def test_opendocument_is_named() -> None:
    out = BytesIO()
    with ZipFile(out, "w", ZIP_STORED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", "<x/>")
    assert "an OpenDocument text (.odt)" in complaint(out.getvalue())


def test_the_limit_is_stated() -> None:
    assert "50 MB" in complaint(b"a" * (MAX_BYTES + 1))


def test_a_name_cannot_break_the_line_of_its_message() -> None:
    with pytest.raises(DocumentUnreadable, match=r"^a\?b\?\.txt: the file is empty"):
        extract(b"", "a\nb\x1b.txt")


# Markdown


MARKDOWN = """---
title: 'Statement of XAA'
session: 31
---

# Statement

We **will** fund the
[Office](https://a.example) with *two* euros.

## Next

- one
- two

3. three
4. four

| a | b |
|---|---|
| 1 | 2 |
"""
MARKDOWN_TEXT = """# Statement

We will fund the
Office with two euros.

# Next

- one
- two

3. three
4. four

a | b
1 | 2
"""


def test_markdown_loses_its_marks_and_keeps_its_lines() -> None:
    extraction = extract(MARKDOWN.encode(), "a.md")
    assert extraction.text == MARKDOWN_TEXT
    assert extraction.title == "Statement of XAA"
    assert extraction.media_type == "text/markdown"
    assert re.fullmatch(r"markdown-it-py [\d.]+ utf-8", extraction.extractor)


@pytest.mark.parametrize("gap", ["", " ", "\r", "\r\n\r"])
def test_a_front_matter_without_a_title_has_none(gap: str) -> None:
    assert extract(f"---\ntitle:{gap}\nsession: 31\n---\nWe agree.\n".encode(), "a.md").title is None


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("# Statement\n\n## Crime\n\nWe agree.\n", True),
        ("**Mr. Chair,**\n\nWe agree.\n\n**Crime**\n\nWe do.\n", True),
        ("---\ntitle: A\n---\nWe agree.\n", True),
        ("Mr. Chair,\n\n* * *\n\nWe agree (see A/PV.707) [applause].\n", False),
        ("We are #1 in * and ** and 2*3*4.\n", False),
        ("One clause a line\n*\nand a star between\n*\nno Markdown.\n", False),
    ],
)
def test_text_counts_as_markdown_where_its_marks_are_clear(text: str, *, markdown: bool) -> None:
    assert (extract(text.encode(), "a.txt").media_type == "text/markdown") is markdown


# Web pages

PAGE = """<!DOCTYPE html><html><head>%s<title>Statement of XAA | Mission</title><style>p {}</style>
<script>var secret = "script";</script></head><body><nav><ul><li><a href="/">Home menu</a></li></ul></nav>
<main><article><h1>Statement of XAA</h1><p>Mr. Chair,</p>
<p>We pledge <b>£10.5 million</b> to the <a href="/f">Fund</a>, café included,
and we will go on.</p><h2>Priorities</h2><ul><li>Corruption;</li><li><p>Cybercrime.</p></li></ul>
<table><tr><th>Year</th><th>Sum</th></tr><tr><td>2023</td><td>£5 million</td></tr></table>
<p>Excellencies,<br>Friends,</p><!-- a comment --><p>I thank you.</p></article></main>
<footer>All rights reserved</footer></body></html>"""
XHTML = """<?xml version="1.0" encoding="utf-8"?>
<html xmlns="http://www.w3.org/1999/xhtml"><body><p>We agree.</p></body></html>"""
PAGE_TEXT = """# Statement of XAA

Mr. Chair,

We pledge £10.5 million to the Fund, café included, and we will go on.

# Priorities

- Corruption;
- Cybercrime.

Year | Sum
2023 | £5 million

Excellencies,
Friends,

I thank you.
"""


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ('<meta charset="utf-8">', "utf-8"),
        ('<meta charset="utf-8">', "utf-8-sig"),
        ("", "utf-8"),
        ("", "utf-16"),
        ("", "cp1252"),
        ('<meta charset="windows-1252">', "cp1252"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-1">', "cp1252"),
        ('<meta charset="iso-8859-1">', "utf-8"),
        ('<meta charset="utf-8">', "cp1252"),
        ('<meta charset="no-such-thing">', "utf-8"),
        ('<meta charset="punycode">', "cp1252"),
    ],
)
def test_a_page_gives_its_main_text_whatever_charset_it_declares(declared: str, encoding: str) -> None:
    extraction = extract((PAGE % declared).encode(encoding), "page.html")
    assert extraction.text == PAGE_TEXT
    assert extraction.title == "Statement of XAA"
    assert extraction.media_type == "text/html"
    assert re.fullmatch(rf"trafilatura [\d.]+ {encoding}( by chardet [\d.]+)?", extraction.extractor)


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("<p>We agree.</p>", "We agree.\n"),
        ("<html><body><p>Mr. Chair,</p><p>We agree.</p></body></html>", "Mr. Chair,\n\nWe agree.\n"),
        ("<html><body>Mr. Chair,<br><br>We<br>agree.</body></html>", "Mr. Chair,\n\nWe\nagree.\n"),
        ("<html><body><ul><li>Peace</li></ul></body></html>", "- Peace\n"),
        ("<!-- saved --><html><body><h1>Peace</h1></body></html>", "# Peace\n"),
        (
            XHTML,
            "We agree.\n",
        ),
    ],
)
def test_tiny_pages_are_read_too(page: str, text: str) -> None:
    assert extract(page.encode()).text == text


def test_entities_of_a_page_are_inert() -> None:
    bomb = (
        '<!DOCTYPE html [<!ENTITY a "boom"><!ENTITY b "&a;&a;&a;"><!ENTITY x SYSTEM "file:///etc/passwd">]>'
    )
    text = extract(f"{bomb}<html><body><p>We agree &b; and &x; with XAA.</p></body></html>".encode()).text
    assert "boom" not in text
    assert "root:" not in text
    assert "We agree" in text


def test_a_page_of_scripts_alone_has_no_text() -> None:
    assert "no text in it" in complaint(b"<html><body><script>run()</script><p> </p></body></html>")


# PDF


@pytest.mark.parametrize(
    ("columns", "space", "indent"), [(1, 6, 0), (1, 0, 4), (1, 0, 0), (2, 6, 0), (2, 0, 4), (2, 0, 0)]
)
def test_paragraphs_of_a_pdf_are_found_by_space_indent_or_a_short_last_line(
    columns: int, space: float, indent: int
) -> None:
    extraction = extract(build_pdf(typeset(PARAGRAPHS, columns=columns, space=space, indent=indent)))
    assert paragraphs_of(extraction.text) == list(PARAGRAPHS)
    assert extraction.media_type == "application/pdf"
    assert re.fullmatch(r"pypdfium2 [\d.]+", extraction.extractor)


@pytest.mark.parametrize("columns", [1, 2])
@pytest.mark.parametrize("copies", [4, 12])
def test_running_heads_and_page_numbers_are_left_out_and_sentences_go_on(columns: int, copies: int) -> None:
    text = [
        f"{paragraph[:-1]} {number}{paragraph[-1]}" for number in range(copies) for paragraph in PARAGRAPHS
    ]
    pages = typeset(text, columns=columns, head="A/XAA/PV.11", depth=31 // columns)
    extraction = extract(build_pdf(pages))
    assert extraction.text.count("\f") == len(pages) - 1 >= 1
    assert " ".join(paragraphs_of(extraction.text)) == " ".join(text)


def test_section_numbers_and_forms_of_address_at_the_head_of_pages_stay() -> None:
    pages = [
        [(50.0, 742.0, f"Part {number}"), (50.0, 730.0, f"Sentence {number} of it.")]
        for number in (1, 4, 9, 12, 15)
    ]
    pages += [[(50.0, 742.0, "Mr. Chair,"), (50.0, 600.0, f"Last words {number}.")] for number in "ab"]
    text = extract(build_pdf(pages)).text
    assert re.findall(r"Part \d+", text) == ["Part 1", "Part 4", "Part 9", "Part 12", "Part 15"]
    assert text.count("Mr. Chair,") == 2


def test_a_word_cut_at_the_end_of_a_line_keeps_hyphen_and_break() -> None:
    lines = (
        "We call for inter-",
        "national cooperation and for a well-",
        "known, long-standing principle of law.",
    )
    page = [(50.0, 742.0 - 12 * number, text) for number, text in enumerate(lines)]
    assert extract(build_pdf([page])).text == "\n".join(lines) + "\n"


def test_bullets_of_a_pdf_become_items() -> None:
    page = [
        (50.0, 742.0, "We ask:"),
        (60.0, 730.0, "• for peace;"),
        (60.0, 718.0, "• for courts and"),
        (72.0, 706.0, "for judges."),
    ]
    assert extract(build_pdf([page])).text == "We ask:\n\n- for peace;\n- for courts and for judges.\n"


@pytest.mark.parametrize(("rotate", "turn"), [(90, "0 1 -1 0 {down} {x}"), (270, "0 -1 1 0 {y} {back}")])
def test_a_page_set_sideways_and_turned_is_read_as_it_is_seen(rotate: int, turn: str) -> None:
    lines = [
        f"BT /F 10 Tf {turn.format(x=x, y=y, down=842 - y, back=842 - x)} Tm ({text}) Tj ET\n"
        for x, y, text in typeset(PARAGRAPHS)[0]
    ]
    data = build_pdf([[]], graphics="".join(lines), rotate=rotate)
    assert paragraphs_of(extract(data).text) == list(PARAGRAPHS)


def test_the_size_of_letters_may_be_in_the_matrix_alone() -> None:
    lines = [f"BT /F 1 Tf 10 0 0 10 {x} {y} Tm ({text}) Tj ET\n" for x, y, text in typeset(PARAGRAPHS)[0]]
    assert paragraphs_of(extract(build_pdf([[]], graphics="".join(lines))).text) == list(PARAGRAPHS)


@pytest.mark.parametrize(
    ("title", "read"),
    [
        ("Statement of XAA", "Statement of XAA"),
        ("Microsoft Word - final2.docx", None),
        ("Final.DOCX", None),
        *((f"final.{ending}", None) for ending in ("doc", "docx", "pdf", "odt", "rtf", "indd")),
        ("", None),
    ],
)
def test_the_title_of_a_pdf_is_taken_unless_it_is_a_file_name(title: str, read: str | None) -> None:
    assert extract(build_pdf([[(50, 700, "We agree.")]], title=title)).title == read


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (build_pdf([[(50, 700, "We agree.")]], lock="a b c"), "needs a password; save it without one"),
        (
            build_pdf([[]], graphics="0 0 300 300 re f\n"),
            "no text in it; it looks scanned: run OCR over it first",
        ),
        (b"%PDF-1.7\n" + bytes(range(256)) * 4, "this PDF is damaged; fetch it again"),
        (build_pdf([[(50, 700, "We agree.")]])[:200], "this PDF is damaged; fetch it again"),
        (build_pdf([[]] * 5001), "over the limit of 5,000 pages"),
    ],
)
def test_a_pdf_that_cannot_be_read_says_why(data: bytes, said: str) -> None:
    assert said in complaint(data)


def test_a_pdf_may_have_a_kilobyte_of_something_else_first() -> None:
    pdf = build_pdf([[(50, 700, "We agree.")]])
    for length in (1, 1000, 1024):
        assert extract(b"-" * length + pdf).text == "We agree.\n"


def test_a_text_about_pdf_is_a_text() -> None:
    assert extract(b"Every such file begins with %PDF-1.7, as we know.").media_type == "text/plain"


# Word


def test_a_word_document_is_read_in_order_with_headings_lists_and_tables() -> None:
    document = docx.Document()
    document.core_properties.title = "Statement of XAA"
    document.add_heading("Statement", 0)
    document.add_heading("Priorities", 1)
    document.add_paragraph("Mr. Chair,\nExcellencies,")
    document.add_paragraph("Corruption;", style="List Bullet")
    document.add_paragraph("Cybercrime.", style="List Number")
    table = document.add_table(2, 2)
    for cell, text in zip(
        [cell for row in table.rows for cell in row.cells], ("Year", "Sum", "2023", "5"), strict=True
    ):
        cell.text = text
    frame = document.add_table(1, 1)
    frame.cell(0, 0).text = "In a frame."
    document.add_paragraph("I thank you.")
    document.sections[0].header.paragraphs[0].text = "Check against delivery"
    extraction = extract(save(document), "a.docx")
    assert extraction.text == (
        "# Statement\n\n# Priorities\n\nMr. Chair,\nExcellencies,\n\n- Corruption;\n- Cybercrime.\n\n"
        "Year | Sum\n2023 | 5\n\nIn a frame.\n\nI thank you.\n"
    )
    assert extraction.title == "Statement of XAA"
    assert re.fullmatch(r"python-docx [\d.]+", extraction.extractor)


def run(text: str, tag: str = "t") -> str:
    return f'<w:r><w:{tag} xml:space="preserve">{text}</w:{tag}></w:r>'


def tracked(tag: str, content: str) -> str:
    return f'<w:{tag} w:id="1" w:author="a">{content}</w:{tag}>'


BOX = f"<w:r><w:pict><w:txbxContent><w:p>{run('Box.')}</w:p></w:txbxContent></w:pict></w:r>"


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        (
            f"<w:p>{run('We ')}{tracked('del', run('may', 'delText'))}{tracked('ins', run('will'))}</w:p>",
            "We will\n",
        ),
        (f"<w:p>{tracked('moveFrom', run('Gone.'))}{tracked('moveTo', run('Here.'))}</w:p>", "Here.\n"),
        (f"<w:sdt><w:sdtContent><w:p>{run('In a control.')}</w:p></w:sdtContent></w:sdt>", "In a control.\n"),
        (f'<w:p><w:hyperlink w:anchor="x">{run("A link")}</w:hyperlink>{run(" on")}</w:p>', "A link on\n"),
        (
            "<w:p><w:r><w:t>A</w:t><w:tab/><w:t>b</w:t><w:noBreakHyphen/><w:t>c</w:t></w:r></w:p>",
            "A b\u2011c\n",
        ),
        (f"<w:p>{run('Body.')}{BOX}</w:p>", "Body.\n\nBox.\n"),
        (f"<w:p>{run(' PAGE ', 'instrText')}{run('We agree.')}</w:p>", "We agree.\n"),
    ],
)
def test_what_stands_in_a_word_document_is_what_a_reader_of_the_accepted_text_sees(
    xml: str, text: str
) -> None:
    assert extract(build_docx(body=[xml])).text == text


def test_a_deleted_paragraph_mark_joins_two_paragraphs() -> None:
    mark = f"<w:pPr><w:rPr>{tracked('del', '')}</w:rPr></w:pPr>"
    body = [f"<w:p>{mark}{run('We will ')}</w:p>", f"<w:p>{run('act.')}</w:p>"]
    assert extract(build_docx(body=body)).text == "We will act.\n"


def test_entities_in_a_word_document_are_inert() -> None:
    data = build_docx(paragraphs=["We agree SECRET with XAA."])
    data = replace_member(data, "word/document.xml", b"SECRET", b"&b;")
    prolog = b'standalone="yes"?>\n<!DOCTYPE w [<!ENTITY a "boom"><!ENTITY b "&a;&a;&a;">]>'
    data = replace_member(data, "word/document.xml", b"standalone='yes'?>", prolog)
    text = extract(data).text
    assert "We agree" in text
    assert not {"boom", "SECRET"} & set(text.split())


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (build_zip({"word/document.xml": "<x/>"}), "a damaged Word document"),
        (build_docx(paragraphs=["We agree."])[:-200], "a damaged ZIP or DOCX file"),
        (build_zip({"word/document.xml": b" " * (101 * 1024**2)}), "over 100 MB when unpacked"),
        (build_zip({"word/document.xml": "", **{f"a{n}": "" for n in range(2000)}}), "over 2,000 members"),
        (build_docx(), "no text in it"),
    ],
)
def test_a_word_document_that_cannot_be_read_says_why(data: bytes, said: str) -> None:
    assert said in complaint(data)


def test_a_word_document_locked_inside_its_zip_says_so() -> None:
    data = bytearray(build_docx(paragraphs=["We agree."]))
    place = data.find(b"PK\x01\x02")
    data[place + 8] |= 1
    assert "locked with a password" in complaint(bytes(data))


# Laws

VALID = (
    build_pdf(typeset(PARAGRAPHS, head="A/XAA/PV.11")),
    build_docx(paragraphs=PARAGRAPHS, title="A"),
    PAGE.replace("%s", "").encode(),
    "\n\n".join(PARAGRAPHS).encode("utf-16"),
    b"---\ntitle: A\n---\n# A\n\n* a\n\n```\n[b](c)",
)


def read_or_refuse(data: bytes) -> None:
    try:
        extraction = extract(data, "a")
    except DocumentUnreadable:
        return
    assert extraction == extract(data, "a")
    assert extraction.text.encode()


@settings(max_examples=examples(150), deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    read_or_refuse(data)


@settings(max_examples=examples(120), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(VALID), st.data())
def test_damaged_documents_are_read_or_refused(valid: bytes, draw: st.DataObject) -> None:
    data = bytearray(valid)
    for _ in range(draw.draw(st.integers(1, 8))):
        start = draw.draw(st.integers(0, len(data)))
        data[start : start + draw.draw(st.integers(0, 20))] = draw.draw(st.binary(max_size=20))
    read_or_refuse(bytes(data))


@settings(max_examples=examples(100), deadline=None)
@given(
    st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cn", "Co"])).filter(str.strip)
)
def test_plain_utf8_comes_back_as_it_was(text: str) -> None:
    data = f"Statement of XAA {text}".encode()
    extraction = extract(data)
    assume(extraction.media_type == "text/plain")
    assert extraction.text.encode() == data


def test_libraries_say_nothing_on_their_own(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture, recwarn: pytest.WarningsRecorder
) -> None:
    for data in (*VALID, VALID[0][:-50], VALID[1][:-50], b"<html>", b"<html><body><p>a", b"\xe9t\xe9 \x81"):
        read_or_refuse(data)
    assert capfd.readouterr() == ("", "")
    assert not caplog.records
    assert not recwarn.list
