"""Whether a short answer, or a sentence around one, states a gold: by words, quantities, dates, names and lists.

Pure rules, no model. Validated against human judgements; see tests/test_grading_data.py for the figures.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from rapidfuzz.distance import OSA

from nescio.grading.dates import Date, dates, states
from nescio.grading.numbers import DEFAULT_TOLERANCE, digits_for_words, equal, is_quantity, quantities
from nescio.grading.text import contains, find, normalise, tokens

_FILLER_WORDS = (
    "is are was were be been being it its this that these those there of in on at to for by with from as and or into "
    "about approximately approx around roughly circa ca c nearly almost over under mid late early former formerly "
    "around estimated current currently known called named answer he she they his her their who which what when where "
    "how many much do does did has have had can could would will you your i my me we our one also so then sir mr mrs "
    "ms dr lord lady saint st king queen president prime minister through"
)
_FILLER = frozenset(_FILLER_WORDS.split())
_NEGATION_WORDS = "not never no neither nor isnt wasnt arent werent didnt doesnt dont cannot cant unlike except without"
_NEGATION = frozenset(_NEGATION_WORDS.split())
_SUFFIX_WORDS = (
    "s es ed d ing er ers or ors ism ist ists al ally ly y ity ic ics ical ian ians an ans ion ions ation ations e "
    "ural ure urally n graphy grapher on a um us i"
)
_SUFFIXES = frozenset(_SUFFIX_WORDS.split()) | {""}
_FOOTNOTE = re.compile(r"(?<=[^\W\d_]{3})\d{1,2}(?=[.,;)\s]|\s*$)|[⁰¹²³⁴-⁹]+(?=[.\s]|$)|\[\d{1,2}\]")
_QUOTES = re.compile(r"[\s\"'“”‘’`*]+")
_GLUED = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])|(?<=[a-z])(?=[12]\d{3}\b)")
_SENTENCE = re.compile(r"(?<=[^\W\d_]{2}[.!?])\s+(?=[A-Z\"“])|(?<=[\d)][.!?])\s+(?=[A-Z])|\n+")
_MARKER = re.compile(
    r"(?:\\boxed\{|####\s*|(?i:\b(?:final )?answer(?: is|:)|\btherefore,?|\bhence,?))\s*", re.MULTILINE
)
_PERSON = re.compile(
    r"\b(?:who|whose|whom|which (?:actor|actress|author|singer|writer|president|king|queen|player|man|woman)"
    r"|which\b.*\b(?:wrote|composed|painted|directed|sang|invented|discovered))\b"
)
_POLAR = {"yes": "yes", "true": "yes", "correct": "yes", "no": "no", "false": "no", "incorrect": "no", "maybe": "maybe"}
_SPLIT = re.compile(r"\s*(?:,\s*and\b|,|;|\band\b|&|\n|•|\d\.\s)\s*")


def states_any(question: str, golds: Sequence[str], answer: str, tolerance: float = DEFAULT_TOLERANCE) -> str | None:
    """How `answer` states one of `golds` (the name of a rule), or None if it states none."""
    answer = _mended(answer)
    golds = [_mended(gold) for gold in golds]
    for gold in golds:
        found = states_gold(question, gold, answer, tolerance)
        if found is not None and not (found in ("date", "words") and _misses_the_day(gold, golds, answer)):
            return found
    return None


def _mended(text: str) -> str:
    """`text` without the traces of a wrong decoding."""
    text = re.sub(r"Â(?=\s)", "", text)
    return re.sub(r"\\u([0-9a-f]{4})", lambda match: chr(int(match[1], 16)), text)


def _misses_the_day(gold: str, golds: Sequence[str], answer: str) -> bool:
    """Whether `gold` is a mere year, another gold names the day in it, and `answer` names another day."""
    if not re.fullmatch(r"\s*[12]\d{3}\s*", gold):
        return False
    known = {date for other in golds for date in dates(other) if date.year == int(gold) and date.month is not None}
    given = [date for date in dates(answer) if date.year == int(gold)]
    return bool(known and given) and not any(states(one, date) for one in given for date in known)


def states_gold(question: str, gold: str, answer: str, tolerance: float = DEFAULT_TOLERANCE) -> str | None:
    """How `answer` states `gold`, or None. A quantity is compared as a quantity and by no other rule."""
    if normalise(gold) == normalise(answer):
        return "equal"
    if is_quantity(gold) and not _is_year(question, gold):
        return "quantity" if _same_quantity(question, gold, answer, tolerance) else None
    if _same_date(question, gold, answer):
        return "date"
    if not tokens(gold):
        # Signs alone, such as Morse code: they stand for themselves, between blanks or quotes.
        return "signs" if f" {gold.strip()} " in f" {re.sub(_QUOTES, ' ', answer)} " else None
    answer = _FOOTNOTE.sub("", answer)
    if _prefers_the_rival(question, gold, answer):
        return None
    for variant in _variants(gold):
        if _says(question, variant, answer) and not _is_namesake(variant, gold, answer):
            return "words"
    members = [part for part in _SPLIT.split(gold) if part]
    if len(members) > 1 and all(_says(question, member, answer) for member in members):
        return "list"
    return None


def states_list(question: str, golds: Sequence[str], answer: str) -> bool:
    """Whether `answer` names every member of `golds`, in any order, and lists no other."""
    if not golds or not all(states_gold(question, gold, answer) is not None for gold in golds):
        return False
    wanted = [words for gold in golds if (words := _informative(gold, question))]
    chunks = [_informative(part, question) for part in _SPLIT.split(_FOOTNOTE.sub("", _list_part(golds, answer)))]
    stray = [chunk for chunk in chunks if chunk and not any(_has_all(chunk, words) for words in wanted)]
    # A chunk of many words is the rest of a sentence, not a member.
    return all(len(chunk) > 3 or _has_all(sum(wanted, ()), chunk) for chunk in stray)


def polarity(text: str) -> str | None:
    """``yes``, ``no`` or ``maybe`` as `text` answers a closed question; None if it does not commit itself."""
    words = tokens(text)
    found = [_POLAR[word] for word in words if word in _POLAR]
    if words and words[0] in _POLAR:
        return _POLAR[words[0]]
    if len(set(found)) == 1:
        return found[0]
    marked = _MARKER.split(text)
    if len(marked) > 1 and len(tokens(marked[-1])) and tokens(marked[-1])[0] in _POLAR:
        return _POLAR[tokens(marked[-1])[0]]
    return None if found else ("no" if _NEGATION & set(words) else None)


_LETTER = re.compile(
    r"(?:\\boxed\{|\b(?:answer|option|choice)(?: is|:)?|^)\W*\(?([A-J])\)?(?=[\s.,:;)}*]|$)",
    re.IGNORECASE | re.MULTILINE,
)
_DECLINES = re.compile(
    r"\b(?:i(?: a|\W?)?m (?:not sure|unable|sorry)|(?:there is|have) (?:no|not enough) information|as an ai"
    r"|i (?:do not|don\W?t|cannot|can\W?t|could ?n[o\W]t) (?:know|answer|find|determine|provide)"
    r"|(?:unknown|not known)\W*$)\b",
    re.IGNORECASE,
)


def declines(answer: str) -> bool:
    """Whether a text says that it does not know. For describing a wrong answer; it decides no outcome."""
    return bool(_DECLINES.search(answer))


def choice_of(choices: Sequence[str], answer: str) -> int | None:
    """Which of `choices` a text chooses: by its letter, else by the only choice it states; None if it is unclear."""
    letters = [ord(letter.upper()) - ord("A") for letter in _LETTER.findall(answer)]
    letters = [letter for letter in letters if letter < len(choices)]
    marked = _LETTER.findall(focus(answer))
    if letters and (len(set(letters)) == 1 or marked):
        return ord(marked[-1].upper()) - ord("A") if marked else letters[-1]
    alone = [i for i, choice in enumerate(choices) if normalise(choice) == normalise(focus(answer))]
    if alone:
        return alone[0]
    said = [i for i, choice in enumerate(choices) if _says("", choice, focus(answer))]
    # One choice may be part of another ("5" of "5 cm"): the longest that is stated stands for those it contains.
    longest = [i for i in said if not any(i != j and contains(tokens(choices[j]), tokens(choices[i])) for j in said)]
    return longest[0] if len(longest) == 1 else None


def focus(answer: str) -> str:
    """Where a long answer states its result: after its last marker ("the answer is", boxed), else all of it."""
    parts = [part for part in _MARKER.split(answer) if part.strip()]
    return parts[-1] if len(parts) > 1 else answer


def _is_year(question: str, gold: str) -> bool:
    return bool(re.fullmatch(r"\s*[12]\d{3}\s*", gold)) and not re.search(r"\bhow (?:many|much)\b", question.casefold())


def _same_quantity(question: str, gold: str, answer: str, tolerance: float) -> bool:
    wanted = quantities(gold)[0]
    marked = focus(answer)
    if marked is not answer:
        stated = quantities(_SENTENCE.split(marked)[0])
        if stated:
            return any(equal(wanted, one, tolerance) for one in stated[:2])
    asked = quantities(question)
    # The powers of units are no footnotes.
    plain = answer.replace("²", "2").replace("³", "3")
    sentences = [line for line in _SENTENCE.split(_FOOTNOTE.sub("", plain)) if line.strip()]
    telling = [found for line in sentences if (found := [q for q in quantities(line) if q not in asked])]
    if not telling:
        return any(equal(wanted, one, tolerance) for one in quantities(answer))
    if any(equal(wanted, one, tolerance) for one in telling[-1]):
        return True
    return any(equal(wanted, one, tolerance) for one in telling[0])


def _same_date(question: str, gold: str, answer: str) -> bool:
    wanted = dates(gold)
    if len(wanted) != 1 or _informative(re.sub(r"\d+", " ", gold), question, months=False):
        return False
    target = wanted[0]
    if re.search(r"\b(?:what|which) year\b", question.casefold()):
        target = Date(target.year)
    return any(states(given, target) for given in dates(answer))


@lru_cache(maxsize=8192)
def _variants(gold: str) -> tuple[str, ...]:
    """Other spellings of one gold: without brackets, without a nickname or without the name, each side of "or"."""
    bare = re.sub(r"\s+\([^)]*\)", "", gold)
    found = [gold, bare, *re.split(r"\s+or\s+", bare)]
    if " errata" in bare.casefold():
        found.append(bare[: bare.casefold().index(" errata")])
    if re.fullmatch(r"[^,]+,[^,]+", bare) and not re.search(r"\band\b", bare):
        found.append(bare.partition(",")[0])
    nickname = re.fullmatch(r"(\w+) [\"“](\w+)[\"”] (\w.*)", bare)
    if nickname:
        found += [f"{nickname[1]} {nickname[3]}", f"{nickname[2]} {nickname[3]}"]
    return tuple(dict.fromkeys(variant for variant in found if variant.strip()))


def _is_namesake(variant: str, gold: str, answer: str) -> bool:
    """Whether `answer` puts the place `variant` somewhere else than `gold` does: "Plymouth, England"."""
    if "," not in gold or "," in variant:
        return False
    elsewhere = re.search(rf"{re.escape(variant)},\s+(?:[A-Z]|[a-z]+\W*$)", answer, re.IGNORECASE)
    return elsewhere is not None and not _has_all(tokens(answer), tokens(gold.partition(",")[2]))


def _prefers_the_rival(question: str, gold: str, answer: str) -> bool:
    """Whether a question offers `gold` "or" another, and `answer` says the other: first, or as more "than" it."""
    asked, wanted, words = tokens(question), tokens(gold), tokens(answer)
    place = find(asked, wanted) if wanted else -1
    end = place + len(wanted)
    if place < 0 or "or" not in (*asked[max(0, place - 1) : place], *asked[end : end + 1]):
        return False
    rival = asked[place - 2] if place >= 2 and asked[place - 1] == "or" else (*asked, "")[min(end + 1, len(asked))]
    mine, other = find(words, wanted), find(words, (rival,))
    if mine < 0 or other < 0:
        return False
    return (other < mine and not _negated(words, other)) or words[max(0, mine - 1)] == "than"


def _says(question: str, gold: str, answer: str) -> bool:
    """Whether some sentence of `answer` says `gold` and does not deny it."""
    exact = tokens(digits_for_words(gold.casefold())) or tokens(gold)
    informative = _informative(gold, question)
    unglued = _GLUED.sub(" ", answer)
    for sentence in (*_SENTENCE.split(answer), *(_SENTENCE.split(unglued) if unglued != answer else ())):
        words = tokens(digits_for_words(sentence.casefold()))
        if _asserted(words, tokens(gold)) or _asserted(tokens(sentence), tokens(gold)) or _asserted(words, exact):
            return True
        if informative and _near(words, informative) and not _denied(words, informative):
            return True
    if _is_name_of(question, gold, answer):
        return True
    # A list is not stated by most of its members.
    return len([part for part in _SPLIT.split(gold) if part]) == 1 and _is_most_of(question, informative, answer)


def _is_most_of(question: str, wanted: Sequence[str], answer: str) -> bool:
    """Whether a short answer is two or more of the gold's words, and more than half of them: "Trophy Bitter"."""
    said = _informative(answer, question)
    return 2 <= len(said) < len(wanted) < 2 * len(said) and _has_all(wanted, said)


def _asserted(words: Sequence[str], wanted: Sequence[str]) -> bool:
    """Whether `wanted` occurs in `words` somewhere that no negation governs."""
    place = find(words, wanted) if wanted else -1
    while place >= 0:
        if not _negated(words, place):
            return True
        place = find(words, wanted, place + 1)
    return False


def _negated(words: Sequence[str], place: int) -> bool:
    before = list(words[max(0, place - 4) : place])
    if before[-2:] in (["rather", "than"], ["instead", "of"], ["other", "than"]):
        return True
    for i, word in enumerate(before):
        if word in _NEGATION and "but" not in before[i:]:
            following = before[i + 1 : i + 2] or list(words[place : place + 1])
            return following != ["only"]
    return False


def _denied(words: Sequence[str], informative: Sequence[str]) -> bool:
    return any(_negated(words, i) for i, word in enumerate(words) if _alike(word, informative[0]))


@lru_cache(maxsize=65536)
def _informative(text: str, question: str, months: bool = True) -> tuple[str, ...]:
    """The words of `text` that answer something: neither filler nor the question's own. All of them if none is left."""
    words = tokens(digits_for_words(text.casefold()))
    if not months:
        words = tuple(word for word in words if word not in _MONTH_NAMES)
    asked = frozenset(tokens(question))
    kept = tuple(word for word in words if word not in _FILLER and word not in asked)
    return kept if kept or not months else tuple(word for word in words if word not in _FILLER)


_MONTH_WORDS = "january february march april may june july august september october november december"
_MONTH_NAMES = frozenset(_MONTH_WORDS.split())


def _near(words: Sequence[str], wanted: Sequence[str]) -> bool:
    """Whether every wanted word has a like one in `words`, all within a window a little longer than they are."""
    if any(len(want) == 1 for want in wanted):
        # Letters of a formula mean nothing apart from each other.
        return False
    places = [[i for i, word in enumerate(words) if _alike(word, want, len(wanted) > 1)] for want in wanted]
    if not all(places):
        return False
    width = len(wanted) + max(3, len(wanted))
    starts = {i for found in places for i in found}
    return any(all(any(s <= i < s + width for i in found) for found in places) for s in starts)


def _has_all(words: Sequence[str], wanted: Sequence[str]) -> bool:
    return all(any(_alike(word, want) for word in words) for want in wanted)


@lru_cache(maxsize=65536)
def _alike(one: str, two: str, in_company: bool = False) -> bool:
    """Whether two words are forms of one word, or a misspelling apart.

    A misspelling is one edit in words of eight letters or more, or of six where other words vouch for it: "Iceland" is
    not "Ireland".
    """
    if one == two:
        return True
    if any(char.isdigit() for char in one + two):
        return False
    shorter = min(len(one), len(two))
    if shorter >= 3 and _stem(one) == _stem(two):
        return True
    shared = next((i for i, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), shorter)
    if shared >= 6 and one[shared:] in _SUFFIXES and two[shared:] in _SUFFIXES:
        return True
    return one[0] == two[0] and shorter >= (6 if in_company else 8) and OSA.distance(one, two, score_cutoff=1) <= 1


def _stem(word: str) -> str:
    for ending, instead in (("ies", "y"), ("sses", "ss"), ("xes", "x"), ("ches", "ch"), ("shes", "sh")):
        if word.endswith(ending) and len(word) > len(ending) + 1:
            return word[: -len(ending)] + instead
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def _is_name_of(question: str, gold: str, answer: str) -> bool:
    """A person's name without its middle names, or the surname alone as the whole answer."""
    words = tokens(gold)
    if len(words) < 2 or not gold[:1].isupper() or any(word.isdigit() for word in words):
        return False
    said = tokens(answer)
    if len(words) > 2 and _near(said, (words[0], words[-1])) and _adjacent(said, words[0], words[-1]):
        return True
    if len(said) == 2 and said[1] == words[-1] and said[0][:3] == words[0][:3] and _PERSON.search(question.casefold()):
        return True
    if not _PERSON.search(question.casefold()):
        return False
    core = _informative(answer, question)
    return len(core) == 1 and _alike(core[0], words[-1])


def _adjacent(words: Sequence[str], first: str, last: str) -> bool:
    return any(words[i] == first and last in words[i + 1 : i + 3] for i in range(len(words)))


def _list_part(golds: Sequence[str], answer: str) -> str:
    """The stretch of `answer` in which the members stand, to the ends of its first and last member's clause."""
    low = answer.casefold()
    places = [low.find(gold.casefold()) for gold in golds]
    if min(places) < 0:
        return answer
    last = max(place + len(gold) for place, gold in zip(places, golds, strict=True))
    tail = re.match(r"(?:\s*(?:,|;|and\b|&)\s*[^,;.\n]*)*", answer[last:])
    head = re.search(r"(?:[^,;.:\n]*,)*[^,;.:\n]*$", answer[: min(places)])
    start = head.start() if head else min(places)
    return answer[start : last + (tail.end() if tail else 0)]
