"""Words beside a country's name that make it the name of another one: "Guinea (New)", "Korea, North", "Niger Republic".

A name with such words is looked up as a whole, whatever their order. If no country is called so, and the words are no
part of the country's own longer name either, nobody can tell which country is meant.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from nescio_experts.geography.signs import Named, Place, Signs
from nescio_experts.geography.vocabulary import bag, countries_in, countries_with
from nescio_experts.grounded import Claims

_EPITHETS: Final = frozenset(
    """
    north northern south southern east eastern west western northeast northeastern northwest northwestern southeast
    southeastern southwest southwestern central equatorial new old papua lower upper inner outer greater great
    republic kingdom state federation federal federated commonwealth democratic principality sultanate emirate union
    united socialist islamic arab confederation dominion autonomous province provincial land people s
    """.split()
)
"""Directions, sizes and forms of government: what tells two countries of one name apart."""
_DIRECTIONS: Final = frozenset("north south east west northeast northwest southeast southwest".split())
"""Before "of" they say where something lies: "south of Sudan" is not South Sudan."""
_COMPARING: Final = frozenset({"lower", "upper", "inner", "outer", "greater", "great", "new", "old"})
_LINKS: Final = frozenset({"of", "the"})
_NO_NAME: Final = frozenset({"s", "people", *_LINKS})
"""Words that make a name only together with an epithet: "Peru's people", "People's Republic"."""
_PLAIN: Final = re.compile(r"[\s'’-]*")


def merge_epithets(signs: Signs, claims: Claims) -> None:
    """Replace each country by the one that its name and the words beside it mean together, or by a name unknown."""
    for place in [place for place in signs.places if place.codes and not place.adjective]:
        start, end = _before(signs, place), _after(signs, place)
        if (start, end) != (place.start, place.end):
            _merge(signs, claims, place, start, end)


def _before(signs: Signs, place: Place) -> int:
    """Where the words that belong before the name begin."""
    words, at, first = _free_words(signs), place.start - 1, place.start
    while at >= 0 and words[at] in _EPITHETS | _LINKS and _PLAIN.fullmatch(signs.between(at + 1, at + 1)):
        first = at if words[at] in _EPITHETS else first
        at -= 1
    run = words[first : place.start]
    named = bool(set(run) - _NO_NAME) or ("people" in run and words[place.start] in _EPITHETS)
    # In "state Peru's capital" it is a verb.
    return first if named and run != ("state",) else place.start


def _after(signs: Signs, place: Place) -> int:
    """Where the words that belong after the name end; behind a bracket or comma they must fill it."""
    words, at, last = _free_words(signs), place.end, place.end
    adjectives = {one.start: one.end for one in signs.places if one.adjective}
    opened = signs.between(at, at).strip()
    if opened not in {"", "(", ",", "-"} or at >= len(words):
        return place.end
    described = False
    # In "is Peru greater than Chile" it compares.
    allowed = (_EPITHETS - _NO_NAME - (frozenset() if opened else _COMPARING)) | _LINKS
    while at < len(words) and (words[at] in allowed or at in adjectives):
        if at > place.end and not _PLAIN.fullmatch(signs.between(at, at)):
            break
        described |= at in adjectives
        at = adjectives.get(at, at + 1)
        last = at if words[at - 1] not in _LINKS else last
    last = at if opened and last > place.end else last
    closed = last == len(words) or re.match(r"\s*[),.?!;:]", signs.between(last, last)) is not None
    if (opened and not closed) or (described and opened != "(" and not countries_in(bag(words[place.start : last]))):
        return place.end
    return last


def _free_words(signs: Signs) -> tuple[str, ...]:
    """The words of the question, "" for those of a longer phrase: "land" is none in "land area"."""
    held = {i for mark in signs.marks if mark.end - mark.start > 1 for i in range(mark.start, mark.end)}
    return tuple("" if i in held else word for i, word in enumerate(signs.reading.folded()))


def _merge(signs: Signs, claims: Claims, place: Place, start: int, end: int) -> None:
    words = signs.reading.folded(start, end)
    surface = " ".join(signs.reading.surface(start, end).replace("(", " ").split())
    wider = countries_with(bag(words))
    codes = countries_in(bag(words)) or tuple(code for code in place.codes if code in wider)
    if any(word in _DIRECTIONS and follows == "of" for word, follows in pairwise(words)):
        codes = ()
    inside = range(start, end)
    claims.claim(inside, "name")
    signs.places = [p for p in signs.places if p.start not in inside]
    signs.named = [n for n in signs.named if n.start not in inside]
    signs.marks = [m for m in signs.marks if not (m.start in inside and m.end <= end)]
    if codes:
        signs.places.append(Place(codes, (), start, end, surface))
        signs.places.sort(key=lambda one: one.start)
        return
    near = (*wider, *place.codes)
    signs.named.append(Named("epithet", " ".join(dict.fromkeys(near)), start, end, surface))
