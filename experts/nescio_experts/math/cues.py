"""Words of a question that a program must take account of, and how that shows in it. Pure.

Programs that agree can all have passed over the same half-sentence. So what changes a computation is looked for in the
question, and a program without a trace of it has no vote. A trap that leaves no trace in a program has no vote at all.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from nescio_experts.math.rules import exceptives
from nescio_experts.math.rules.text import plain
from nescio_experts.math.vote import Ballot
from nescio_experts.math.working import plain as plain_formulas

_NOTHING = re.compile(r"(?!)")
_ANYTHING = re.compile("")
_WHOLE = re.compile(
    r"\b(?:sum|product|total)\b[^.?!]*?\b(?:is|was|equals)\b (?P<n>\d+(?:\.\d+)?)(?=[.,;?!]| and )"
    r"(?=.*\b(?:smaller|smallest|larger|largest|bigger|greater|middle|first|second|younger|older|each|how old)\b)"
)
"""A sum or product of things, one of which is asked for."""
_MAY_REPEAT = re.compile(
    r"\b(?:squares?|squared|cubes?|cubed|cubic|circles?|circular|spheres?|radius|diameter|sides?|edges?|power|itself|"
    r"each other|one another|everybody|everyone|pairs?|handshakes?|times|by)\b"
)
"""Where one number may well be multiplied by itself."""


@dataclass(frozen=True, slots=True)
class Cue:
    """One demand of the wording.

    Attributes:
        words: The words themselves.
        trace: What a program that meets the demand contains.
        never: A value that cannot be the answer.
    """

    words: str
    trace: re.Pattern[str]
    never: Fraction | None = None


_DEMANDS: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = tuple(
    (re.compile(asks), re.compile(shows))
    for asks, shows in (
        (
            r"\b(?:ignor\w+|disregard\w*|drop\w*|without|forget\w*|leav\w+ (?:out|off)|regardless of|omit\w*|remov\w+)"
            r"(?: the| its| any)?(?: plus| minus| negative)? signs?\b|\babsolute (?:value|difference)\b",
            r"\bf?abs\b|sqrt|max\(|\*\* ?2",
        ),
        (r"\bround(?:ed|ing)? up\b", r"ceil|//|ROUND_UP|\+ ?1"),
        (
            r"\bround(?:ed|ing)? down\b|\b(?:without|ignor\w+)(?: the| a| any)? remainder\b",
            r"floor|//|int\(|trunc|%|mod",
        ),
        (
            r"(?<!and a )\bhalf\b(?! (?:an?|past|hour|dozen|price|time)\b)|\b(?:halved?|halves|halving)\b",
            r"/ ?\(?2|0?\.5|// ?2|\b1, ?2\b|>> ?1|\b2 ?\*|\* ?2\b",
        ),
        (r"\b(?:twice (?=as|the|that|of|his|her|its|their|\d)|doubl(?:e[ds]?|ing)\b)", r"2|<<|(\b\w+) ?\+ ?\1\b"),
        (r"\b(?:thrice|tripl(?:e[ds]?|ing))\b", r"3"),
        (r"\bsquared\b", r"2|(\b\w+) ?\* ?\1\b|sqrt"),
        (r"\bcubed\b", r"3|cbrt"),
        (
            r"\binclusive(?:ly)?\b|\bboth (?:ends|days|dates|numbers) (?:included|counted)",
            r"\+ ?1|range|- ?\(?\d+ ?- ?1",
        ),
    )
)
_AT_ONCE = re.compile(
    r"\b(?:dr(?:y|ies|ied|ying)|boil(?:s|ed|ing)?|bak(?:e|es|ed|ing)|cook(?:s|ed|ing)?|roast(?:s|ed|ing)?|fr(?:eeze|ozen)|"
    r"freez(?:es|ing)|melt(?:s|ed|ing)?|hatch(?:es|ed|ing)?|pregnan\w+|orchestra|symphony|concerto)\b"
)
"""What several things do in the time that one of them takes."""
_DURATION = re.compile(r"\b\d+(?:\.\d+)? (?:seconds?|minutes?|hours?|days?|weeks?|months?)\b")
_TIMES = re.compile(r"(?:second|minute|hour|day|week|month|year)s?")
_HOW_LONG = re.compile(r"\bhow (?:long|much time|many (?:seconds|minutes|hours|days|weeks|months))\b")


def find(question: str, value: str = "") -> tuple[Cue, ...]:
    """The demands of `question`; `value` is an earlier answer that must be gone on from, or ""."""
    text = plain(question)
    found = [Cue(match[0], shows) for asks, shows in _DEMANDS for match in asks.finditer(text)]
    if exceptives.holds_exception(text):
        found.append(Cue("the exception", _NOTHING))
    at_once = _AT_ONCE.search(text)
    if at_once is not None and _HOW_LONG.search(text) and _counts_the_same_twice(text):
        found.append(Cue(at_once[0], _NOTHING))
    found += [Cue("what is asked for", _ANYTHING, Fraction(match["n"])) for match in _WHOLE.finditer(text)]
    if _HOW_LONG.search(text) and "together" in text and len(_DURATION.findall(text)) == 2:
        found.append(Cue("together", re.compile(r"/|\*\* ?-|solve")))
    given = re.findall(r"\d+(?:\.\d+)?", text)
    if len(given) == 1 and not value and not _MAY_REPEAT.search(text):
        one = re.escape(given[0])
        found.append(Cue("a second number", re.compile(rf"\A(?!.*(?<![\d.]){one} ?\* ?{one}(?![\d.]))", re.DOTALL)))
    if value:
        found.append(Cue("the earlier answer", re.compile(rf"(?<![\d.]){_in_code(value)}(?!\d|\.\d)")))
    return tuple(found)


def _counts_the_same_twice(text: str) -> bool:
    """Whether the time for so many of a thing is to tell that for another number of it."""
    things = [thing for thing in re.findall(r"\b\d+ ([a-z]+)", text) if not _TIMES.fullmatch(thing)]
    return len(set(things)) < len(things)


def _in_code(value: str) -> str:
    """A pattern for a number, a fraction, a date or a time as a program writes it."""
    if re.fullmatch(r"-?[\d.]+", value):
        return re.escape(value.lstrip("-"))
    return r"\D{1,3}".join(f"0*{int(part)}" for part in re.findall(r"\d+", value))


def heeds(cues: Sequence[Cue], ballot: Ballot) -> bool:
    """Whether the program or the solution behind `ballot` shows a trace of each of `cues`."""
    code = re.sub(r"#.*", "", ballot.text) if ballot.way == "program" else plain_formulas(ballot.text)
    value = ballot.value.number if ballot.value is not None else None
    return all(cue.trace.search(code) and (cue.never is None or value != cue.never) for cue in cues)


def named(cues: Sequence[Cue]) -> str:
    """The words of `cues`, for a person."""
    return " and ".join(dict.fromkeys(f"“{cue.words}”" for cue in cues))
