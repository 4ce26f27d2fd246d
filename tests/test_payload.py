from __future__ import annotations

import gzip
import random
import zlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.capture.causes import FetchFault
from tracker.capture.web.payload import unpack

if TYPE_CHECKING:
    from collections.abc import Callable

LIMIT = 1_000_000
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "identity": bytes,
}


def _cut(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


@given(st.binary(max_size=3000), st.lists(st.sampled_from(sorted(PACKERS)), max_size=2), st.integers(1, 500))
def test_what_was_packed_comes_out_whole_however_it_is_cut(
    data: bytes, codings: list[str], size: int
) -> None:
    packed = data
    for coding in codings:
        packed = PACKERS[coding](packed)
    assert unpack(_cut(packed, size), ", ".join(codings), LIMIT) == data


@given(st.binary(min_size=1, max_size=500), st.sampled_from(["gzip", "deflate"]), st.integers(1, 40))
def test_what_is_cut_short_never_comes_out(data: bytes, coding: str, missing: int) -> None:
    packed = PACKERS[coding](data)
    with pytest.raises(FetchFault, match=r"truncated|undecodable"):
        unpack([packed[: max(1, len(packed) - missing)]], coding, LIMIT)


@given(st.binary(max_size=300), st.sampled_from(["gzip", "deflate", "gzip, deflate", "br", "zstd"]))
def test_any_bytes_are_unpacked_or_at_fault(data: bytes, coding: str) -> None:
    try:
        assert len(unpack([data], coding, LIMIT)) <= LIMIT
    except FetchFault as fault:
        assert fault.cause in {"undecodable", "truncated", "bomb", "too large"}  # noqa: PT017 - a law, not a case


def test_a_cause_is_told_in_one_line_that_no_terminal_obeys() -> None:
    with pytest.raises(FetchFault) as raised:
        unpack([b"a"], "br\x9b2J\n\u202e" + "a" * 9000, LIMIT)
    assert str(raised.value) == f"undecodable: Content-Encoding: br\ufffd2J\ufffd\ufffd{'a' * 293}"
    assert raised.value.detail.isprintable()


def test_members_of_gzip_follow_one_another() -> None:
    assert unpack([gzip.compress(b"one ") + gzip.compress(b"two")], "gzip", LIMIT) == b"one two"


def test_a_limit_holds_for_what_is_sent_and_for_what_it_unpacks_to() -> None:
    noise = random.Random(1).randbytes(2000)  # noqa: S311 - noise, no secret
    assert unpack([noise], "", 2000) == noise
    with pytest.raises(FetchFault, match="too large"):
        unpack([noise], "", 1999)
    # A hundred times: much, and still a text; two hundred times and a megabyte is none.
    page = zlib.compress(noise[:100] * 120)
    assert len(unpack([page], "deflate", LIMIT)) == 12_000
    with pytest.raises(FetchFault, match="bomb"):
        unpack([gzip.compress(bytes(5_000_000))], "gzip", 50_000_000)
