"""Other ways to write the same query: case, punctuation, blanks, slips of the finger, courtesies, characters.

A generator changes the surface and keeps the meaning, so that a router may be asked whether its decision stays, or be
fitted on rows that it will meet in such clothes. Each is pure: the same text and seed give the same variant. It judges
no decision; `nescio_eval.stability` does.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

from nescio_indexes.spelling import BESIDE

Change = Callable[[str, Random], str]

_LONG_WORD = re.compile(r"(?<![\w'’.@/-])[A-Za-z]{5,}(?![\w'’@/-])")
"""Words long enough that one slip leaves them readable; never a part of a number, an address or a hyphenated name."""
_MARK = re.compile(r"[?!.,;:…]+(?=\s|$)")
"""Punctuation at the end of a word: not the point of 3.5, nor the colon of 10:30."""
_LAST_MARKS = re.compile(r"[\s?!.…]+$")
_CONTRACTIONS = {
    "what is": "what's",
    "where is": "where's",
    "who is": "who's",
    "how is": "how's",
    "that is": "that's",
    "there is": "there's",
    "it is": "it's",
    "i am": "i'm",
    "i have": "i've",
    "i will": "i'll",
    "i would": "i'd",
    "you are": "you're",
    "we are": "we're",
    "they are": "they're",
    "do not": "don't",
    "does not": "doesn't",
    "did not": "didn't",
    "is not": "isn't",
    "are not": "aren't",
    "was not": "wasn't",
    "cannot": "can't",
    "could not": "couldn't",
    "would not": "wouldn't",
    "should not": "shouldn't",
}
_AMBIGUOUS = {"i'd"}
"""Contractions with more than one reading, which are never expanded."""
_HELLOS = ("hi, ", "hello, ", "hey, ", "hi there, ", "good morning, ")
_ASKS = re.compile(r"(?:what|who|whose|where|when|why|which|how)\b", re.I)
_QUESTIONS = ("could you tell me ", "can you tell me ", "please tell me ", "do you know ", "i would like to know ")
_REQUESTS = ("excuse me, ", "i was wondering, ", "quick question: ", "one more thing, ")
_THANKS = ("thanks", "thank you", "thanks a lot", "many thanks", "thanks in advance")
_EMOJI = ("🙂", "😊", "🙏", "🤔", "👍")


@dataclass(frozen=True, slots=True)
class Variant:
    """A named way to write a query.

    Attributes:
        name: Unique among `VARIANTS`.
        family: What kind of change it is.
        change: Text and random numbers to the changed text; the text itself where there is nothing to change.
    """

    name: str
    family: str
    change: Change

    def of(self, text: str, seed: int = 0) -> str:
        """`text` in this variant; the same for the same `seed`, whatever else is asked."""
        key = f"{seed}\0{self.name}\0{text}".encode("utf-8", "surrogatepass")
        return self.change(text, Random(hashlib.blake2b(key, digest_size=8).digest()))


def variants_of(text: str, seed: int = 0) -> Mapping[str, str]:
    """Every variant of `text` that differs from it, by name, in the order of `VARIANTS`."""
    made = ((variant.name, variant.of(text, seed)) for variant in VARIANTS)
    return {name: changed for name, changed in made if changed != text and changed.strip()}


def _title(text: str, _: Random) -> str:
    return re.sub(r"[^\W\d_]+(?:['’][^\W\d_]+)*", lambda word: word[0][:1].upper() + word[0][1:].lower(), text)


def _first_upper(text: str, _: Random) -> str:
    return text[:1].upper() + text[1:]


def _ending(mark: str) -> Change:
    return lambda text, _: _LAST_MARKS.sub("", text) + mark


def _doubled_marks(text: str, _: Random) -> str:
    return _MARK.sub(lambda found: found[0] * 2, text) if _MARK.search(text) else f"{text}??"


def _spaced(blank: str) -> Change:
    return lambda text, _: re.sub(r"\s+", blank, text.strip())


def _one_blank_more(text: str, rng: Random) -> str:
    places = [match.start() for match in re.finditer(" ", text)]
    place = rng.choice(places) if places else 0
    return f"{text[:place]}  {text[place:]}"


def _slip(change: Callable[[str, int, Random], str]) -> Change:
    """One slip inside one long word; its first letter stays, as it mostly does."""

    def slipped(text: str, rng: Random) -> str:
        words = list(_LONG_WORD.finditer(text))
        if not words:
            return text
        word = rng.choice(words)
        changed = change(word[0], rng.randrange(1, len(word[0]) - 1), rng)
        return text[: word.start()] + changed + text[word.end() :]

    return slipped


def _swap(word: str, place: int, _: Random) -> str:
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :]


def _drop(word: str, place: int, _: Random) -> str:
    return word[:place] + word[place + 1 :]


def _double(word: str, place: int, _: Random) -> str:
    return word[:place] + word[place] + word[place:]


def _beside(word: str, place: int, rng: Random) -> str:
    return word[:place] + rng.choice(BESIDE[word[place].lower()]) + word[place + 1 :]


def _before(openers: tuple[str, ...]) -> Change:
    return lambda text, rng: rng.choice(openers) + text


def _requested(text: str, rng: Random) -> str:
    return rng.choice(_QUESTIONS if _ASKS.match(text) else _REQUESTS) + text


def _please_after(text: str, _: Random) -> str:
    end = _LAST_MARKS.search(text)
    return f"{text[: end.start()]} please{end[0]}" if end else f"{text} please"


def _thanked(text: str, rng: Random) -> str:
    return f"{text}{' ' if _LAST_MARKS.search(text) else ', '}{rng.choice(_THANKS)}"


def _replaced(pairs: Mapping[str, str]) -> Change:
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(sorted(map(re.escape, pairs), key=len, reverse=True))})(?!\w)", re.I)

    def put(found: re.Match[str]) -> str:
        new = pairs[found[0].lower()]
        return new[:1].upper() + new[1:] if found[0][:1].isupper() else new

    return lambda text, _: pattern.sub(put, text)


def _curly(text: str, _: Random) -> str:
    text = re.sub(r"(?<=\w)'", "’", text)
    return re.sub(r'"([^"]*)"', r"“\1”", text)


def _full_width(text: str, _: Random) -> str:
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text)


def _wrapped(before: str, after: str) -> Change:
    return lambda text, _: f"{before}{text}{after}"


VARIANTS: tuple[Variant, ...] = (
    Variant("lower", "case", lambda text, _: text.lower()),
    Variant("upper", "case", lambda text, _: text.upper()),
    Variant("title", "case", _title),
    Variant("first-upper", "case", _first_upper),
    Variant("no-marks", "punctuation", lambda text, _: _MARK.sub("", text)),
    Variant("question-mark", "punctuation", _ending("?")),
    Variant("exclamation-mark", "punctuation", _ending("!")),
    Variant("full-stop", "punctuation", _ending(".")),
    Variant("ellipsis", "punctuation", _ending("...")),
    Variant("doubled-marks", "punctuation", _doubled_marks),
    Variant("blank-around", "blanks", _wrapped("  ", " ")),
    Variant("blank-doubled", "blanks", _one_blank_more),
    Variant("tabs", "blanks", _spaced("\t")),
    Variant("newlines", "blanks", _spaced("\n")),
    Variant("no-break-spaces", "blanks", _spaced("\u00a0")),
    Variant("letters-swapped", "typo", _slip(_swap)),
    Variant("letter-dropped", "typo", _slip(_drop)),
    Variant("letter-doubled", "typo", _slip(_double)),
    Variant("key-beside", "typo", _slip(_beside)),
    Variant("no-apostrophe", "typo", lambda text, _: re.sub(r"(?<=[^\W\d_])['’](?=[^\W\d_])", "", text)),
    Variant("please-before", "courtesy", _wrapped("please ", "")),
    Variant("please-after", "courtesy", _please_after),
    Variant("hello", "courtesy", _before(_HELLOS)),
    Variant("request", "courtesy", _requested),
    Variant("thanks", "courtesy", _thanked),
    Variant("contracted", "contraction", _replaced(_CONTRACTIONS)),
    Variant(
        "expanded",
        "contraction",
        _replaced({short: long for long, short in _CONTRACTIONS.items() if short not in _AMBIGUOUS}),
    ),
    Variant("curly-quotes", "characters", _curly),
    Variant("full-width", "characters", _full_width),
    Variant("quoted", "characters", _wrapped('"', '"')),
    Variant("emoji", "characters", lambda text, rng: f"{text} {rng.choice(_EMOJI)}"),
)
"""Every generator. Names are stable: reports are compared by them."""
