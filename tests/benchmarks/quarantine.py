"""Measure the judgement on arriving documents: what it stops wrongly, and what it lets pass.

Speeches of the General Debate are made web pages and PDF and read by the real extraction. Half of the
countries, every second one by code, served to choose the rules; the figures are those of the other half. Run
as ``python -m tests.benchmarks.quarantine`` in the root of the repository (``--half chosen`` for the half
that the rules were chosen on, ``--show`` for what went wrong). It fails where a target is missed.
"""

from __future__ import annotations

import html
import random
import re
import sys
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

from tests.bad_pages import arrive, fetch, keep, load_bad_pages
from tests.builders import build_pdf, typeset
from tests.shared_data import require
from tracker.capture.admit.admission import admit, refuse_unreadable
from tracker.errors import DocumentUnreadable
from tracker.model.watching import Admission, History

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Half = Literal["chosen", "reported"]

_SEED = 20260301
_EACH = 300
_LATE = 70
"""From this session on every country is there."""
_FALSE, _CAUGHT, _SLOWEST = 0.01, 0.95, 0.05
_WORDS = ("further", "national", "shared", "urgent", "partners", "fully", "2035", "jointly", "lasting", "12")
_SENTENCE = re.compile(r"(?<=[.!?])\s+")


@dataclass(frozen=True, slots=True)
class Speech:
    """One speech of the corpus, cut into paragraphs."""

    country: str
    session: int
    paragraphs: tuple[str, ...]

    @property
    def reference(self) -> str:
        return f"{self.country}/UNGA/{self.session}"


@dataclass(slots=True)
class Tally:
    """Trials of one kind: how many there were, by cause, and those that were judged wrongly."""

    name: str
    is_good: bool
    causes: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    @property
    def trials(self) -> int:
        return self.causes.total()

    @property
    def quarantined(self) -> int:
        return self.trials - self.causes["accepted"]

    def add(self, what: str, admission: Admission) -> None:
        self.causes[admission.cause or "accepted"] += 1
        if admission.accepted != self.is_good:
            self.wrong.append(f"{what}: {admission.cause or 'accepted'} {admission.detail}")


def main(arguments: list[str]) -> None:
    """Print a line for each kind of trial, and exit 1 where a target is missed."""
    half: Half = "chosen" if "chosen" in arguments else "reported"
    speeches = load_speeches(half)
    print(f"{len(speeches)} speeches of {len({each.country for each in speeches})} countries, {half} half")
    late = draw(speeches)
    good = [run(FIRST, _own, speeches, speeches, is_good=True)]
    good += [run(name, kind, late, speeches, is_good=True) for name, kind in GOOD.items()]
    bad = [run(name, kind, late, speeches, is_good=False) for name, kind in BAD.items()]
    pages = judge_pages(speeches)
    for tally in (*good, *bad, pages):
        show(tally, wrong="--show" in arguments)
    slowest = measure_slowest(speeches)
    false, caught = max(_share(tally) for tally in good), min(_share(tally) for tally in bad)
    print(f"false quarantine, in the worst kind {false:.2%}; at most {_FALSE:.0%}")
    print(f"other texts caught, in the worst kind {caught:.1%}; at least {_CAUGHT:.0%}")
    print(f"judged without history in {slowest * 1000:.0f} ms at most; in {_SLOWEST * 1000:.0f} ms")
    if false > _FALSE or caught < _CAUGHT or pages.wrong or slowest > _SLOWEST:
        sys.exit("a target is missed")


def show(tally: Tally, *, wrong: bool) -> None:
    causes = ", ".join(f"{cause} {number}" for cause, number in tally.causes.most_common())
    print(f"{tally.name:<46} {tally.quarantined:>4} of {tally.trials:<4} quarantined ({causes})")
    for each in tally.wrong if wrong else ():
        print(f"    {each}")


def _share(tally: Tally) -> float:
    return tally.quarantined / tally.trials


def measure_slowest(speeches: list[Speech]) -> float:
    """Return the seconds of processor that the slowest of thirty judgements took, rules loaded."""
    seconds = []
    for speech in seeded().sample(speeches, 30):
        arrival = arrive(page(speech.paragraphs, seeded()), speech.reference)
        start = time.process_time()
        admit(arrival, History())
        seconds.append(time.process_time() - start)
    return max(seconds)


def load_speeches(half: Half, *names: str) -> list[Speech]:
    """Return the speeches of every second country, in order; with ``names`` from other sets of them."""
    countries = sorted(folder.name for folder in require("ungdc").iterdir() if folder.is_dir())
    return [
        Speech(country, int(path.name.partition("_")[0]), _cut(path.read_text("utf-8-sig", "replace")))
        for country in countries[0 if half == "chosen" else 1 :: 2]
        for name in names or ("ungdc",)
        for path in sorted((require(name) / country).glob("[0-9]*.txt"))
    ]


def _cut(text: str) -> tuple[str, ...]:
    """Return paragraphs as they stand, or of five sentences where a text is one line."""
    parts = [part.strip() for part in re.split(r"\n+", text) if part.strip()]
    if len(parts) > 5:
        return tuple(parts)
    sentences = _SENTENCE.split(" ".join(parts))
    return tuple(" ".join(sentences[at : at + 5]) for at in range(0, len(sentences), 5))


def draw(speeches: list[Speech]) -> list[Speech]:
    """Return speeches of late sessions, drawn with a seed."""
    return seeded().sample([speech for speech in speeches if speech.session >= _LATE], _EACH)


def seeded() -> random.Random:
    return random.Random(_SEED)  # noqa: S311 (reproducible trials, no secrets)


# ---------------------------------------------------------------------------------------------------
# Pages and files


def page(paragraphs: Iterable[str], chance: random.Random) -> bytes:
    """Return a web page with a menu, a banner and a foot; the markup differs from page to page."""
    tag, inner = chance.choice([("p", ""), ("p", "span"), ("div", ""), ("p", "font")])
    body = "\n".join(
        f"<{tag}>{f'<{inner}>' if inner else ''}{html.escape(text)}{f'</{inner}>' if inner else ''}</{tag}>"
        for text in paragraphs
    )
    title = chance.choice(["General debate", "Statement", "Speech at the General Assembly"])
    banner = chance.choice(["", "<div class='cookie'><p>We use cookies. <a href='/c'>More</a></p></div>"])
    article = chance.choice(["article", "main", "div"])
    return (
        f"<!doctype html><html><head><meta charset='utf-8'><title>{title} | Ministry</title></head>"
        f"<body>{banner}"
        f"<nav><ul><li><a href='/'>Home</a></li><li><a href='/news'>News</a></li><li><a href='/login'>Log in"
        f"</a></li></ul></nav><{article} class='content'><h1>{title}</h1>{body}</{article}>"
        f"<footer><p>Contact | Privacy policy | Terms of use</p></footer></body></html>"
    ).encode()


def portable(paragraphs: Iterable[str], _chance: random.Random) -> bytes:
    """Return a PDF with page numbers and a running head."""
    plain = [text.encode("cp1252", "replace").decode("cp1252") for text in paragraphs]
    return build_pdf(typeset(plain, head="Check against delivery"))


def either(paragraphs: Iterable[str], chance: random.Random) -> bytes:
    return chance.choice([page, portable])(paragraphs, chance)


# ---------------------------------------------------------------------------------------------------
# Revisions


def edit_lightly(paragraphs: tuple[str, ...], chance: random.Random) -> tuple[str, ...]:
    """Change one word in forty, a figure, and drop or add a paragraph."""
    edited = list(_edit_words(paragraphs, chance, 40))
    if len(edited) > 3 and chance.random() < 0.5:
        del edited[chance.randrange(1, len(edited) - 1)]
    if chance.random() < 0.5:
        edited.insert(
            chance.randrange(1, len(edited) + 1), f"In {chance.randint(2010, 2030)} we will do more."
        )
    return tuple(edited)


def edit_heavily(paragraphs: tuple[str, ...], chance: random.Random) -> tuple[str, ...]:
    """Change one word in five, drop a fifth of the paragraphs and turn two round."""
    edited = [text for text in _edit_words(paragraphs, chance, 5) if chance.random() >= 0.2] or list(
        paragraphs
    )
    at = chance.randrange(len(edited))
    return (*edited[at:], *edited[:at])


def transcribe(paragraphs: tuple[str, ...], chance: random.Random) -> tuple[str, ...]:
    """Do as a verbatim record does: another head, no salutation, no thanks, one word in twelve another."""
    kept = [text for text in paragraphs if not re.match(r"(?:Mr|Madam|Excellenc|I thank|Thank)", text)]
    return ("The meeting was called to order at 9 a.m.", *_edit_words(tuple(kept or paragraphs), chance, 12))


def correct(paragraphs: tuple[str, ...], chance: random.Random) -> tuple[str, ...]:
    return ("Corrigendum", *_edit_words(paragraphs, chance, 400))


def shorten(paragraphs: tuple[str, ...], _chance: random.Random) -> tuple[str, ...]:
    """Leave out a third of the words, at the end."""
    words = " \n ".join(paragraphs).split(" ")
    return tuple(" ".join(words[: len(words) * 2 // 3]).split("\n"))


def _edit_words(paragraphs: tuple[str, ...], chance: random.Random, one_in: int) -> Iterator[str]:
    for text in paragraphs:
        words = text.split()
        for place, word in enumerate(words):
            if chance.randrange(one_in) == 0:
                words[place] = str(chance.randint(2, 90)) if word.isdigit() else chance.choice(_WORDS)
        yield " ".join(words)


# ---------------------------------------------------------------------------------------------------
# Trials


@dataclass(frozen=True, slots=True)
class Trial:
    """A document that comes under a reference, and the earlier one it is measured by, if any."""

    reference: str
    data: bytes
    earlier: bytes | None = None
    siblings: tuple[Speech, ...] = ()
    """What is kept of other sessions."""


Kind: TypeAlias = "Callable[[Speech, list[Speech], random.Random], Trial]"
Revise: TypeAlias = "Callable[[tuple[str, ...], random.Random], tuple[str, ...]]"
Form: TypeAlias = "Callable[[Iterable[str], random.Random], bytes]"


def _own(speech: Speech, _others: list[Speech], chance: random.Random) -> Trial:
    return Trial(speech.reference, either(speech.paragraphs, chance))


def _revised(revise: Revise, form: Form) -> Kind:
    def trial(speech: Speech, _others: list[Speech], chance: random.Random) -> Trial:
        revised = form(revise(speech.paragraphs, chance), chance)
        return Trial(speech.reference, revised, page(speech.paragraphs, chance))

    return trial


def _other_first(speech: Speech, others: list[Speech], chance: random.Random) -> Trial:
    other = chance.choice([each for each in others if each.country != speech.country])
    return Trial(speech.reference, either(other.paragraphs, chance))


def _other_after(speech: Speech, others: list[Speech], chance: random.Random) -> Trial:
    other = chance.choice([each for each in others if each.country != speech.country])
    return Trial(speech.reference, either(other.paragraphs, chance), page(speech.paragraphs, chance))


def _session_after(speech: Speech, others: list[Speech], chance: random.Random) -> Trial:
    other = chance.choice(_nearest(speech, others))
    return Trial(speech.reference, either(other.paragraphs, chance), page(speech.paragraphs, chance))


def _nearest(speech: Speech, others: list[Speech]) -> list[Speech]:
    own = [each for each in others if each.country == speech.country and each.session != speech.session]
    return sorted(own, key=lambda each: abs(each.session - speech.session))[:3]


def _own_beside(speech: Speech, others: list[Speech], chance: random.Random) -> Trial:
    return Trial(speech.reference, either(speech.paragraphs, chance), None, tuple(_nearest(speech, others)))


def _session_beside(speech: Speech, others: list[Speech], chance: random.Random) -> Trial:
    siblings = _nearest(speech, others)
    revised = edit_lightly(chance.choice(siblings).paragraphs, chance)
    return Trial(speech.reference, either(revised, chance), None, tuple(siblings))


FIRST = "every speech of every session, first capture"
GOOD: dict[str, Kind] = {
    "lightly revised, other markup": _revised(edit_lightly, page),
    "lightly revised, PDF in place of HTML": _revised(edit_lightly, portable),
    "a verbatim record in place": _revised(transcribe, either),
    "a corrigendum": _revised(correct, page),
    "a third left out": _revised(shorten, page),
    "heavily revised": _revised(edit_heavily, page),
    "first capture, with other sessions kept": _own_beside,
}
BAD: dict[str, Kind] = {
    "another country's, first capture": _other_first,
    "another country's, as successor": _other_after,
    "another session's of the country, as successor": _session_after,
    "another session's that is kept, first capture": _session_beside,
}


def run(name: str, kind: Kind, drawn: list[Speech], speeches: list[Speech], *, is_good: bool) -> Tally:
    """Make a trial of one kind on each speech that was drawn, and judge it."""
    chance, tally = seeded(), Tally(name, is_good)
    for speech in drawn:
        trial = kind(speech, speeches, chance)
        tally.add(speech.reference, _judge(trial))
    return tally


def judge_pages(speeches: list[Speech]) -> Tally:
    """Judge every bad page as a first capture and as the successor of a speech."""
    chance, tally = seeded(), Tally("bad pages, first and as successor", is_good=False)
    for bad in load_bad_pages():
        speech = chance.choice(speeches)
        for earlier in (None, page(speech.paragraphs, chance)):
            tally.add(bad.name, _judge(Trial(speech.reference, bad.html.encode(), earlier)))
    return tally


def _judge(trial: Trial) -> Admission:
    history = History((keep(arrive(trial.earlier, trial.reference)),)) if trial.earlier else History()
    kept = (keep(arrive("\n\n".join(each.paragraphs), each.reference)) for each in trial.siblings)
    try:
        arrival = arrive(trial.data, trial.reference)
    except DocumentUnreadable as error:
        return refuse_unreadable(fetch(trial.data), str(error))
    return admit(arrival, replace(history, siblings=tuple(kept)))


if __name__ == "__main__":
    main(sys.argv[1:])
