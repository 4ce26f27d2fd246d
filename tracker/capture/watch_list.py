"""The watch list ``watch.toml``: read strictly, and extended without changing what is there."""

from __future__ import annotations

import json
import os
import re
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final, get_args
from urllib.parse import urlsplit

from tracker.capture.read import BY_TEXT, MAX_BYTES
from tracker.errors import ReferenceInvalid, WatchListInvalid
from tracker.files import BY_UMASK, keep_permissions, write_file
from tracker.inputs.files import read_file
from tracker.inputs.formats import parse_toml
from tracker.inputs.passwords import is_web_address
from tracker.inputs.tables import (
    InvalidKey,
    find_line,
    matching,
    number,
    one_of,
    read_choice,
    read_day,
    read_inside,
    read_table,
    read_text,
    read_texts,
    whole_number,
)
from tracker.model.watching import Access, Closing, Source, WatchList, WatchSettings
from tracker.references import parse_reference
from tracker.text.identity import digest_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from tracker.files import Permissions
    from tracker.inputs.tables import ValueReader
    from tracker.model.texts import Reference

WATCH_FILE: Final = "watch.toml"
RECEIVED_FILE: Final = "watch.received.toml"
"""A list that came with a mirror; it is used after somebody has accepted it."""

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def read_watch_list(path: Path) -> WatchList:
    """Read the watch list of an archive.

    Raises ``WatchListInvalid``, in one line with file, line and key, for a file that cannot be read, an
    unknown key, a value of the wrong type or out of range, a reference that cannot be read, an address
    that is neither HTTP nor a path inside the archive, and an address given twice; and where the only list is
    one that was received.
    """
    try:
        data = read_file(path)
    except FileNotFoundError:
        _refuse_received(path)
        raise WatchListInvalid(
            f"{path}: there is no watch list; begin one with: tracker sources add"
        ) from None
    except OSError as error:
        raise WatchListInvalid(f"{path}: cannot be read: {error.strerror}") from error
    return parse_watch_list(data, path)


def parse_watch_list(data: bytes, path: Path) -> WatchList:
    """Read a watch list out of its bytes; ``path`` is for messages. Raises as ``read_watch_list``."""
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
        content = parse_toml(text)
    except UnicodeDecodeError as error:
        raise WatchListInvalid(f"{path}: not UTF-8 at byte {error.start}; save it as UTF-8") from error
    except ValueError as error:
        raise WatchListInvalid(f"{path}: not valid TOML: {error}") from error
    try:
        tables = read_table(
            content,
            {"settings": _read_settings, "sources": _read_sources, "closed": _read_closings},
            unknown="unknown table; there are [settings], [sources.NAME] and [closed.ID]",
        )
    except InvalidKey as fault:
        raise _fault(path, text, fault.path, str(fault)) from fault
    sources = tables.get("sources", ())
    _refuse_duplicates(sources, text, path)
    return WatchList(
        tables.get("settings", WatchSettings()),
        sources,
        data.decode("utf-8"),
        digest_bytes(data),
        tables.get("closed", ()),
    )


def extend(path: Path, *tables: Source | Closing, permissions: Permissions = BY_UMASK) -> WatchList:
    """Append tables to a watch list, which is created where there is none, and return the list.

    A link to a list is followed. A dangling link is not: its author would choose which file is created.
    Raises ``WatchListInvalid`` where the list is invalid, before or after, or cannot be written; the file is
    unchanged then.
    """
    before = b""
    if path.is_symlink() and not path.exists():
        raise WatchListInvalid(f"{path}: a link that leads nowhere; remove it, or make {path.readlink()}")
    if not path.exists():
        _refuse_received(path)
    else:
        before = read_watch_list(path).text.encode()
    gap = b"" if not before else b"\n" if before.endswith(b"\n") else b"\n\n"
    after = before + gap + "\n".join(map(write_table, tables)).encode()
    watch_list = parse_watch_list(after, path)
    _replace(path.resolve(), after, permissions)
    return watch_list


def accept_received(path: Path) -> None:
    """Make the received list the watch list at a path, where there is none."""
    received = path.with_name(RECEIVED_FILE)
    if os.path.lexists(path):
        raise WatchListInvalid(f"{path} is there already; move it away, or remove {received.name}")
    try:
        received.rename(path)
    except OSError as error:
        raise WatchListInvalid(f"{path}: cannot be written: {error.strerror}") from error


def _refuse_received(path: Path) -> None:
    received = path.with_name(RECEIVED_FILE)
    if received.exists():
        raise WatchListInvalid(
            f"{received} came with a mirror and is not obeyed yet; to see what it reaches inside the network,"
            " and accept it: tracker sources accept"
        )


def _replace(path: Path, data: bytes, permissions: Permissions) -> None:
    """Write a file completely or not at all, with its permissions."""
    try:
        write_file(path, data, keep_permissions(path) or permissions)
    except OSError as error:
        raise WatchListInvalid(f"{path}: cannot be written: {error.strerror}") from error


def describe_source(name: str, table: Mapping[str, object]) -> Source:
    """Return the source that a table of this name describes, with the keys of a watch list.

    Raises ``WatchListInvalid`` with the wrong key.
    """
    try:
        return _read_source(name, table)
    except InvalidKey as fault:
        raise WatchListInvalid(f"{'.'.join(fault.path) or name}: {fault}") from fault


def write_table(table: Source | Closing) -> str:
    """Return a table as TOML; reading it gives the same source or closing."""
    if isinstance(table, Closing):
        keys = {key: value for key in _CLOSING if (value := getattr(table, key))}
        # The id of a link has a colon.
        head = f'[closed."{table.id}"]'
    else:
        keys, head = _source_table(table), f"[sources.{table.id}]"
    return "\n".join([head, *(f"{key} = {_write(value)}" for key, value in keys.items())]) + "\n"


def is_watched(source: Source, day: str) -> bool:
    """Tell whether a source is to be checked on a day (ISO): from ``valid_from`` to ``valid_until``."""
    return (source.valid_from or "") <= day <= (source.valid_until or "9999")


def _read_sources(value: object) -> tuple[Source, ...]:
    if not isinstance(value, dict):
        raise InvalidKey("", "expected a table, [sources.NAME]")
    return tuple(read_inside(name, _read_source, name, table) for name, table in value.items())


_CLOSING: Final[dict[str, ValueReader]] = {
    "by": read_text,
    "on": read_day,
    "reason": read_text,
    "superseded_by": read_text,
}


def _read_closings(value: object) -> tuple[Closing, ...]:
    if not isinstance(value, dict):
        raise InvalidKey("", "expected a table, [closed.ID]")
    return tuple(read_inside(id_, _read_closing, id_, table) for id_, table in value.items())


def _read_closing(id_: str, table: object) -> Closing:
    keys = read_table(table, _CLOSING, expected="expected a table, [closed.ID]")
    missing = next((key for key in ("by", "on", "reason") if key not in keys), None)
    if missing:
        raise InvalidKey("", f"expected {missing} too: who closed it, when and why")
    return Closing(id_, **keys)


def _refuse_duplicates(sources: Iterable[Source], text: str, path: Path) -> None:
    """Refuse two sources that fetch and read the same thing."""
    seen: dict[tuple[str, str | None], str] = {}
    for source in sources:
        key = (source.address.partition("#")[0], source.selector)
        first = seen.setdefault(key, source.id)
        if first != source.id:
            place = ("sources", source.id, "url" if is_web_address(source.address) else "path")
            raise _fault(
                path, text, place, f"sources.{first} has the same address; distinguish them by a selector"
            )


def _fault(path: Path, text: str, keys: tuple[str, ...], message: str) -> WatchListInvalid:
    written = ".".join(key if _BARE.fullmatch(key) else json.dumps(key) for key in keys)
    return WatchListInvalid(f"{path}:{find_line(text, *keys)}: {written}: {message}")


def _write(value: object) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_write, value)) + "]"
    if isinstance(value, str) and "\\" in value and "'" not in value:
        return f"'{value}'"
    # Strings of TOML and of JSON have the same escapes.
    return json.dumps(value, ensure_ascii=False)


_HOST = re.compile(r"(?:\[[0-9a-fA-F:.]+\]|[\w.-]+|[0-9a-fA-F:]+)(?::\d{1,5})?")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_CONTACT = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|https?://[!-'*-~]+", re.ASCII)

_FIELD_OF: Final = {"text": "link_text"}
_KEY_OF: Final = {field: key for key, field in _FIELD_OF.items()}


def _read_hosts(value: object) -> tuple[str, ...]:
    """Return a list of hosts, each with or without a port."""
    read = matching(_HOST, "hosts, each as host or host:port")
    return tuple(read(host) for host in read_texts(value, "10.0.0.5:8080"))


def _read_address(value: object) -> str:
    """Return a URL as written. Raises ``ValueError`` for one that is not HTTP, or holds a password."""
    text = read_text(value)
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError(f"not an address: {error}") from None
    if parts.scheme not in {"http", "https"} or not host:
        raise ValueError("expected an address that begins with http:// or https://")
    if parts.username is not None or parts.password is not None:
        raise ValueError("an address with a user name or password; those do not belong in a watch list")
    if text.split() != [text] or "\\" in text:
        raise ValueError("an address with blanks or backslashes; write them as %20 and %5C")
    return text


def _read_path(value: object) -> str:
    """Return a path that stays inside the folder to which it is relative."""
    text = read_text(value)
    if text.startswith(("/", "~", "\\")) or ".." in text.replace("\\", "/").split("/") or "://" in text:
        raise ValueError("expected a path inside the archive's folder")
    return text


def _read_expression(value: object) -> str:
    """Return a regular expression as written."""
    text = read_text(value)
    try:
        re.compile(text)
    except (re.error, OverflowError) as error:
        raise ValueError(f"not a regular expression: {error}") from None
    except RecursionError:
        raise ValueError("not a regular expression that can be used: it is nested too deeply") from None
    return text


def _read_selector(value: object) -> str:
    """Return a CSS selector as written."""
    from cssselect import HTMLTranslator, SelectorError

    text = read_text(value)
    try:
        HTMLTranslator().css_to_xpath(text)
    except SelectorError as error:
        raise ValueError(f"not a CSS selector: {error}") from None
    except RecursionError:
        raise ValueError("not a CSS selector that can be used: it is nested too deeply") from None
    return text


def _read_selectors(value: object) -> tuple[str, ...]:
    """Return a list of CSS selectors, and of regular expressions after ``text:``."""
    for one in read_texts(value):
        _read_expression(one.removeprefix(BY_TEXT)) if one.startswith(BY_TEXT) else _read_selector(one)
    return read_texts(value)


# Upper bounds refuse typing errors: no larger value would make sense.
_SETTINGS: Final[dict[str, ValueReader]] = {
    "contact": matching(_CONTACT, "an e-mail address or a URL"),
    "pace": number(0, 3600),
    "connections": whole_number(1, 64),
    "timeout": number(0.1, 600),
    "max_megabytes": whole_number(1, MAX_BYTES // 1024**2),
    "full_check_days": whole_number(0, 3650),
    "longest_gap_days": whole_number(1, 3650),
    "allow_private": _read_hosts,
}
_SOURCE: Final[dict[str, ValueReader]] = {
    "kind": one_of("index"),
    "reference": read_text,
    "url": _read_address,
    "path": _read_path,
    "links": _read_expression,
    "text": _read_expression,
    "exclude": _read_expression,
    "selector": _read_selector,
    "remove": _read_selectors,
    "language": matching(_LANGUAGE, "a language's code such as en"),
    "valid_from": read_day,
    "valid_until": read_day,
    "pace": number(0, 3600),
    "rights": read_text,
    "access": one_of(*get_args(Access)),
    "open_from": read_day,
    "models": read_choice,
    "noindex": read_choice,
    "min_words": whole_number(0, 100_000),
    "min_links": whole_number(0, 100_000),
}


def _read_settings(table: object) -> WatchSettings:
    """Return the settings in a table. Raises ``InvalidKey`` for one that is unknown or out of range."""
    return WatchSettings(**read_table(table, _SETTINGS, expected="expected a table, [settings]"))


def _read_source(name: str, table: object) -> Source:
    """Return the source that a table of this name describes.

    Raises ``InvalidKey`` with the wrong key, or an empty one where the table's name is wrong.
    """
    if not _ID.fullmatch(name):
        raise InvalidKey("", "a source's name is of letters, digits, '-' and '_', at most 80")
    read = read_table(table, _SOURCE, expected="expected a table, [sources.NAME]")
    values: dict[str, Any] = {_FIELD_OF.get(key, key): value for key, value in read.items()}
    for check in (_check_address, _check_kind, _check_dates):
        check(values)
    is_index = values.pop("kind", None) == "index"
    written = values.pop("reference", None)
    if is_index:
        values["rule"] = _rule(written, values)
    else:
        values["reference"] = _edition(written)
        values["language"] = _language_of(values["reference"], values.get("language"))
    return Source(id=name, address=values.pop("url", None) or values.pop("path"), is_index=is_index, **values)


def _source_table(source: Source) -> dict[str, object]:
    """Return the table of a source, from which ``_read_source`` returns the same source."""
    first = {"kind": "index"} if source.is_index else {}
    place = {"url" if is_web_address(source.address) else "path": source.address}
    written = source.rule or (str(source.reference) if source.reference else None)
    rest = {
        _KEY_OF.get(field.name, field.name): getattr(source, field.name)
        for field in fields(Source)
        if field.name not in {"id", "address", "is_index", "reference", "rule"}
        and (field.name != "language" or not (source.reference and source.reference.language))
        and getattr(source, field.name) != field.default
    }
    return {**first, **({"reference": written} if written else {}), **place, **rest}


def _check_address(values: Mapping[str, object]) -> None:
    if ("url" in values) == ("path" in values):
        raise InvalidKey("", "expected either a url or a path")


def _check_kind(values: Mapping[str, object]) -> None:
    is_index = "kind" in values
    if is_index and "path" in values:
        raise InvalidKey("path", "an index needs a url, which its links are relative to")
    if is_index and not ("links" in values or "link_text" in values):
        raise InvalidKey("", "an index needs links = '...': which of its addresses lead to statements")
    for field in ("links", "link_text", "exclude", "min_links"):
        if not is_index and field in values:
            raise InvalidKey(_KEY_OF.get(field, field), 'belongs to an index; write kind = "index" too')
    if not is_index and "reference" not in values:
        raise InvalidKey("", 'expected a reference such as "GBR/UNGA/79~prepared.en"')


def _check_dates(values: Mapping[str, str]) -> None:
    if values.get("valid_from", "") > values.get("valid_until", "9999"):
        raise InvalidKey("valid_until", "is before valid_from")
    if "open_from" in values and values.get("access") != "embargoed":
        raise InvalidKey("open_from", 'is the end of an embargo; write access = "embargoed" too')


def _edition(text: str) -> Reference:
    try:
        reference = parse_reference(text)
    except ReferenceInvalid as error:
        raise InvalidKey("reference", str(error)) from error
    if reference.session is None or reference.snapshot is not None:
        raise InvalidKey("reference", f"{text} is no edition; write it as COUNTRY/BODY/SESSION, without @")
    return reference


def _rule(template: str | None, values: Mapping[str, str]) -> str | None:
    """Return the rule of an index, whose fields must be named groups of its patterns."""
    if template is None:
        return None
    patterns = (re.compile(values[key]) for key in ("links", "link_text") if key in values)
    groups = {name for pattern in patterns for name in pattern.groupindex}
    unknown = next((name for name in re.findall(r"\{(\w*)\}", template) if name not in groups), None)
    if unknown is not None:
        raise InvalidKey(
            "reference", f"{{{unknown}}} is not a group of links or text; name one (?P<{unknown}>...)"
        )
    if re.search(r"[{}]", re.sub(r"\{\w+\}", "", template)):
        raise InvalidKey("reference", "a brace out of place; write fields as {session}")
    series = template.partition("~")[0].split("/")[:2]
    if "{" not in "".join(series):
        try:
            parse_reference("/".join(series))
        except ReferenceInvalid as error:
            raise InvalidKey("reference", str(error)) from error
    return template


def _language_of(reference: Reference, language: str | None) -> str | None:
    if language and reference.language and language != reference.language:
        raise InvalidKey("language", f"is {language}, but the reference says {reference.language}")
    return language or reference.language
