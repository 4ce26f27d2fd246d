"""In which respects two sides are not alike, or could not be compared, so that a reader is warned."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Final

from tracker.comparing.alignment.align import may_encode
from tracker.model.changes import EDITED
from tracker.references import session_sort_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.comparing.decisions.rulings import Decided
    from tracker.model.changes import Change
    from tracker.model.texts import Side
    from tracker.model.topics import TopicChange
    from tracker.text.encoder import Encoder

_PLACES: Final = 5
"""Places that a caution names."""


def list_caveats(old: Side, new: Side, reading_difference: str | None) -> tuple[str, ...]:
    """Say in which respects the two sides are not alike, so that differences may not be the speaker's.

    ``reading_difference`` says how their texts were extracted differently.
    """
    caveats = []
    if kinds_differ(old, new):
        caveats.append(
            f"{_kind(old)} beside {_kind(new)}: house style differs for that reason alone, and nothing is"
            " said about strength"
        )
    if languages_differ(old, new):
        caveats.append(
            f"different languages ({old.version.language}; {new.version.language}):"
            " topics compare, sentences hardly do, and nothing is said about strength"
        )
    if reading_difference:
        caveats.append(
            f"read with different {reading_difference}: some differences may be ours and not the speaker's;"
            " tracker reextract reads both alike"
        )
    if _is_reversed(old, new):
        turned = shlex.join([f"{new.country}/{new.body}", str(new.session), str(old.session)])
        caveats.append(
            f"the old side is the later one: {old.session} comes after {new.session}; in order of time:"
            f" tracker diff {turned}"
        )
    if old.body and new.body and old.body != new.body:
        caveats.append(f"different bodies ({old.body}; {new.body}): each has its own agenda and length")
    if old.country and new.country and old.country != new.country:
        caveats.append(f"different speakers ({old.country}; {new.country})")
    elif old.on_behalf_of != new.on_behalf_of:
        caveats.append(
            f"spoken for different groups ({old.on_behalf_of or 'none'}; {new.on_behalf_of or 'none'})"
        )
    return tuple(caveats)


def list_passed(old: Side, new: Side, between: int) -> tuple[str, ...]:
    """Say that sessions of the series lie between the two, where some do."""
    if not between:
        return ()
    lie = "1 session of this series lies" if between == 1 else f"{between} sessions of this series lie"
    one = "it" if between == 1 else "one of them"
    return (f"{lie} between {old.session} and {new.session}: what is new now may have come up at {one}",)


def list_unclaimed(topics: Sequence[TopicChange], unmeasured: str | None) -> tuple[str, ...]:
    """Say why some changes of topics are not claimed, however sure, where there are such."""
    doubted = sum(not (topic.measured or topic.claimed) for topic in topics)
    if unmeasured is None or not doubted:
        return ()
    several = f"changes of {doubted} topics are" if doubted > 1 else "the change of 1 topic is"
    some = "no change of a topic is" if doubted == len(topics) else f"{several} not"
    return (f"{some} claimed, and certainties are approximate: {unmeasured}",)


def list_unencoded(old: Side, new: Side, encoder: Encoder | None) -> tuple[str, ...]:
    """Say where the texts are too long for the encoder that was asked for."""
    if encoder is None or may_encode(len(old.version.segments), len(new.version.segments)):
        return ()
    return ("too many sentences for the encoder: they are matched by their words, not by their meaning",)


def list_unplaced(decided: Decided, *followed: Sequence[object]) -> tuple[str, ...]:
    """Say how many decisions quote sentences that these texts lack, and so could not be followed."""
    lost = len((*decided.changes, *decided.old, *decided.new)) - sum(map(len, followed))
    decisions = "1 decision of a person quotes" if lost == 1 else f"{lost} decisions of people quote"
    return (f"{decisions} sentences that these texts lack: tracker decisions",) if lost else ()


def list_ungraded(old: Side, new: Side, changes: Sequence[Change]) -> tuple[str, ...]:
    """Say how many reworded sentences, and where, may be stronger or weaker with no rule that could tell."""
    if kinds_differ(old, new) or languages_differ(old, new) or not _has_edited(changes):
        return ()
    from tracker.comparing.shifts.axes import find_ungraded  # noqa: PLC0415 (where a sentence is edited)

    found = find_ungraded(old.version, new.version, changes)
    if not found:
        return ()
    sentences = "1 reworded sentence" if len(found) == 1 else f"{len(found)} reworded sentences"
    paragraphs = dict.fromkeys(new.version.segments[change.new[0]].paragraph for change in found)
    places = [f"¶{paragraph}" for paragraph in paragraphs]
    named = f"{', '.join(places[:_PLACES])}{' …' if len(places) > _PLACES else ''}"
    return (f"it is not told whether {sentences} became stronger or weaker: {named} of the new text",)


def list_unread_axes(old: Side, new: Side, changes: Sequence[Change]) -> tuple[str, ...]:
    """Say of what nothing is said of reworded sentences, because their language has no tables for it."""
    if languages_differ(old, new) or not _has_edited(changes):
        return ()
    from tracker.comparing.shifts.axes import list_unread, lists_names  # noqa: PLC0415 (as above)

    language = new.version.language
    axes = list_unread(language)
    if lists_names(language):
        return (f"the only names told are states and bodies on a list: {language} has no capital letters",)
    if not axes:
        return ()
    told = " or ".join((", ".join(axes[:-1]), axes[-1])) if len(axes) > 1 else axes[0]
    return (f"nothing is said about changes of {told}: there is no table of words for it in {language}",)


def _has_edited(changes: Sequence[Change]) -> bool:
    return any(change.operation in EDITED for change in changes)


def _is_reversed(old: Side, new: Side) -> bool:
    """Return whether the old side is of a later session of the same series."""
    if not (old.session and new.session) or (old.country, old.body) != (new.country, new.body):
        return False
    first, second = (session_sort_key(str(each.body), str(each.session)) for each in (old, new))
    return first > second


def are_one_edition(old: Side, new: Side) -> bool:
    """Return whether two sides are of the same edition, of one statement or at two sessions."""
    names = [(side.name.partition("@")[0].partition("~")[0], side.kind) for side in (old, new)]
    return bool(old.session) and names[0] == names[1] and not languages_differ(old, new)


def kinds_differ(old: Side, new: Side) -> bool:
    """Return whether both kinds are known, and are not the same."""
    return bool(old.kind and new.kind and old.kind != new.kind)


def languages_differ(old: Side, new: Side) -> bool:
    """Return whether two sides are in different languages."""
    return old.version.language != new.version.language


def _kind(side: Side) -> str:
    return f"{side.kind} (inferred)" if side.kind_inferred else str(side.kind)
