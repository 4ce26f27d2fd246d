"""A Word file as python-docx makes it: opened empty, and written as the same bytes each time."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Final
from zipfile import ZipFile

import docx
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm

from tracker.inputs.zips import EPOCH, write_zip
from tracker.model.languages import LANGUAGES
from tracker.report.safe import in_xml

if TYPE_CHECKING:
    from collections.abc import Mapping

    from docx.document import Document as Package
    from docx.oxml.xmlchemy import BaseOxmlElement as Element

AUTHOR: Final = "tracker"
OURS: Final = "en-GB"
"""The language of what we say ourselves."""
_LANGUAGES: Final[Mapping[str, str]] = {
    **{language: entry.tag for language, entry in LANGUAGES.items()},
    "und": "x-none",
}
"""Languages as Word names them, with a region; others go by their own code."""
_SCRIPTS: Final = {"ar": "bidi", "fa": "bidi", "he": "bidi", "ur": "bidi", "zh": "eastAsia"}
"""Which attribute of Word's names a language; ``bidi`` for what is written from right to left."""
_LATIN = re.compile(r"([A-Za-zÀ-ɏ]+(?:[ '’.-]+[A-Za-zÀ-ɏ]+)*)")
"""Words that run from left to right in a text that does not: a run of Word's has one direction."""
_BREAKS = re.compile(r"([\n\t])")
_NO_MARKS: Final[Mapping[str, Mapping[str, str]]] = {}
_UNUSED: Final = ("thumbnail", "stylesWithEffects", "customXml")
"""What python-docx's template has beside: the picture of an empty page, and styles for Word 2007."""


def add_element(parent: Element, tag: str, **attributes: str) -> Element:
    """Add an element of Word's to another."""
    added: Element = OxmlElement(f"w:{tag}", {qn(f"w:{name}"): value for name, value in attributes.items()})
    parent.append(added)
    return added


def open_package(title: str, subject: str, languages: Mapping[str, str], dated: datetime | None) -> Package:
    """Return an empty document with its properties, on pages of the size A4.

    Languages go by the attribute that names them: ``val``, ``eastAsia`` or ``bidi``.
    """
    package = docx.Document()
    for holder in (package.part.package, package.part):
        for key in [key for key, rel in holder.rels.items() if any(name in rel.reltype for name in _UNUSED)]:
            del holder.rels[key]
    properties = package.core_properties
    properties.author = properties.last_modified_by = AUTHOR
    properties.title, properties.comments = in_xml(title)[:255], in_xml(subject)[:255]
    properties.language = languages.get("bidi") or languages.get("eastAsia") or languages.get("val") or OURS
    properties.created = properties.modified = dated or datetime(*EPOCH, tzinfo=UTC)
    for found in (
        *package.styles.element.iter(qn("w:lang")),
        *package.settings.element.iter(qn("w:themeFontLang")),
    ):
        for name, value in languages.items():
            found.set(qn(f"w:{name}"), value)
    section = package.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    return package


def save_package(package: Package) -> bytes:
    """Return the bytes of a document; the times in the zip file are all the same."""
    written = BytesIO()
    package.save(written)
    with ZipFile(written) as source:
        return write_zip({name: source.read(name) for name in source.namelist()})


def name_language(code: str) -> tuple[str, str]:
    """Return the attribute by which Word names a language, and its name there."""
    return _SCRIPTS.get(code, "val"), _LANGUAGES.get(code, code)


def add_runs(
    parent: Element,
    text: str,
    language: tuple[str, str] | None = None,
    marks: Mapping[str, Mapping[str, str]] = _NO_MARKS,
    tag: str = "t",
) -> None:
    """Add a text as runs with marks of Word's, in the order of its schema, and a language if not the usual.

    Of one that is written from right to left, Latin words are runs of their own.
    """
    right = language is not None and language[0] == "bidi"
    for at, part in enumerate(_LATIN.split(in_xml(text)) if right else [in_xml(text)]):
        if not part:
            continue
        run = add_element(parent, "r")
        if marks or language:
            properties = add_element(run, "rPr")
            for mark, attributes in marks.items():
                add_element(properties, mark, **attributes)
            if right and not at % 2:
                add_element(properties, "rtl")
            if language:
                add_element(properties, "lang", **{language[0]: language[1]})
        _write_text(run, part, tag)


def _write_text(run: Element, text: str, tag: str) -> None:
    for part in _BREAKS.split(text):
        if part in {"\n", "\t"}:
            add_element(run, "br" if part == "\n" else "tab")
        elif part:
            held = add_element(run, tag)
            held.set(qn("xml:space"), "preserve")
            held.text = part
