"""Finds sets of elements that are given by their ends: "groups 3 to 11", "from helium to radon", "up to thallium".

Both ends belong to the set. Where it is open which elements lie between the ends, it says so (``x:unclear``), and the
question is declined.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from nescio_experts.chemistry.found import Named, Scan
from nescio_experts.chemistry.sets import in_set
from nescio_experts.chemistry.table import Table
from nescio_experts.grounded import Hit

_TO = r"(?:up to and including|to and including|up to|down to|to|through|thru|until|till)"
_NOUN = r"(groups?|columns?|periods?|rows?|elements|atomic numbers?|element numbers?)"
_SPAN = re.compile(
    rf"(?<!\S)(?P<between>between )?(?:the )?{_NOUN} (?:numbers? )?(\d{{1,3}}) (?P<word>{_TO}|and)"
    rf" (?:the )?(?:group |column |period |row |element |number )?(\d{{1,3}})(?!\S)"
)
_FIRST = re.compile(
    r"(?<!\S)(?:the )?first (\d{1,3}) (?:chemical )?elements(?! (?:to|discovered|found|known|isolated|that|which|ever))"
)
_UP_TO = re.compile(r"(?<!\S)(?:up to|down to|through|until) (group|column|period|row) (\d{1,2})(?!\S)")
_OPTIONS = re.compile(
    r"(?<!\S)(group|column|period|row) \d{1,2}(?: (?:(?:group|column|period|row) )?\d{1,2})* or"
    r" (?:(?:group|column|period|row) )?\d{1,2}(?!\S)"
)
_FAMILIES = {
    "scandium": 3, "titanium": 4, "vanadium": 5, "chromium": 6, "manganese": 7, "copper": 11, "zinc": 12, "boron": 13,
    "carbon": 14, "nitrogen": 15, "oxygen": 16, "fluorine": 17,
}  # fmt: skip
"""Groups that go by the name of their first element; others ("platinum group") are no group of the table."""
_FAMILY = re.compile(
    r"(?<!\S)(?:(?<=of )|(?<=the )|(?=\S+ (?:group|family) (?:elements?|members?|metals?|consists?|contains?)(?!\S)))"
    r"([a-z]+) (?:group|family)(?! number)(?!\S)"
)
_BETWEEN = re.compile(
    rf"\s*(?:all the way |and |onwards? )?(?:{_TO}|ending (?:with|at|in)|[-–—])\s*(?:the element )?\Z", re.IGNORECASE
)
_BEFORE = ("up to and including", "ending with", "as far as", "up until", "down to", "up to", "through", "until")
_FROM = ("starting with", "starting from", "starting at", "beginning with", "from")
_ONWARDS = frozenset({"on", "onwards", "onward", "downwards", "upwards", "down", "up"})
_SPELLING = ("starting", "beginning", "ending")
_LAST = 118


def families(line: str) -> Iterator[tuple[str, int, re.Match[str]]]:
    """Groups called after an element ("the oxygen family"): its name, the group or 0 if it is none, and the place."""
    for match in _FAMILY.finditer(line):
        yield match[1], _FAMILIES.get(match[1], 0), match


def numbered_ranges(line: str) -> Iterator[tuple[str, re.Match[str]]]:
    """Ranges of numbers in the folded words of a text: what each means, and where it stands."""
    for match in _SPAN.finditer(line):
        kind = _kind(match[2])
        apart = match["word"] == "and" and not match["between"]
        if kind == "number" and match["word"] == "and":
            continue
        low, high = sorted((int(match[3]), int(match[5])))
        if (kind, low, high) in {("group", 1, 18), ("period", 1, 7)}:
            yield f"p:{kind}", match
            continue
        yield f"g:{kind}:{low},{high}" if apart else f"g:{kind}:{low}-{high}", match
    for match in _FIRST.finditer(line):
        yield f"g:number:1-{match[1]}", match
    for match in _UP_TO.finditer(line):
        yield f"g:{_kind(match[1])}:1-{match[2]}", match
    for match in _OPTIONS.finditer(line):
        yield f"p:{_kind(match[1])}", match


def exists(meaning: str) -> bool:
    """Whether every group, period or number that a set names is in the periodic table."""
    _, kind, *value = meaning.split(":")
    highest = {"group": 18, "period": 7, "number": _LAST}.get(kind)
    return highest is None or all(0 < int(number) <= highest for number in re.findall(r"\d+", "".join(value)))


def _kind(noun: str) -> str:
    return "group" if noun[0] in "gc" else "period" if noun[0] in "pr" else "number"


def named_ranges(scan: Scan, table: Table) -> None:
    """Take the elements that are the ends of a range out of those named, and put the range among the sets."""
    for one, other in pairwise(list(scan.named)):
        if one.how == "number" or other.how == "number" or one.number == other.number:
            continue
        if _BETWEEN.match(scan.between(one.indexes[-1], other.indexes[0])):
            _take(scan, table, one, other)
    if len(scan.named) == 1 and scan.named[0].how in {"name", "symbol"}:
        _open_range(scan, table, scan.named[0])


def _take(scan: Scan, table: Table, one: Named, other: Named) -> None:
    first = one.indexes[0]
    opened = next((phrase for phrase in _FROM if _stands_before(scan, first, phrase)), None)
    if opened is None and not _follows_set(scan, first):
        if scan.of("s+") + scan.of("s-") and not scan.of("o:compare"):
            _unclear(scan, one.indexes)
        return
    ends = sorted((one.number, other.number))
    inner = range(one.indexes[-1] + 1, other.indexes[0])
    before = range(first - len((opened or "").split()), first)
    _replace(scan, table, [one, other], ends, (*before, *one.indexes, *inner, *other.indexes))


def _open_range(scan: Scan, table: Table, named: Named) -> None:
    """A range with one end: "up to thallium", "from neon onwards"."""
    first, last = named.indexes[0], named.indexes[-1]
    if named.how == "symbol" and any(_stands_before(scan, first, f"{verb} with") for verb in _SPELLING):
        # "Elements whose name is starting with B" is about letters.
        _unclear(scan, named.indexes)
        return
    limit = next((phrase for phrase in _BEFORE if _stands_before(scan, first, phrase)), None)
    if limit is not None:
        words = (*range(first - len(limit.split()), first), *named.indexes)
        _replace(scan, table, [named], [1, named.number], words)
        return
    start = next((phrase for phrase in _FROM if _stands_before(scan, first, phrase)), None)
    onwards = scan.reading.folded(last + 1, last + 2)
    if start is not None and (start != "from" or set(onwards) & _ONWARDS):
        words = (*range(first - len(start.split()), first), *named.indexes)
        words += (last + 1,) if set(onwards) & _ONWARDS else ()
        _replace(scan, table, [named], [named.number, _LAST], words)


def _replace(scan: Scan, table: Table, named: list[Named], ends: list[int], words: tuple[int, ...]) -> None:
    """Put the range in place of its ends; unclear where the ends are not of the set that is cut."""
    narrowing = [hit.id[2:] for hit in scan.sets if hit.id != "g:all"]
    if not scan.sets:
        return
    outside = any(not in_set(table, one.number, name) for one in named for name in narrowing)
    column = not narrowing and len({table.elements[z].group for z in ends}) == 1
    if outside or column:
        _unclear(scan, words)
        return
    scan.named = [one for one in scan.named if one not in named]
    scan.sets.append(Hit(f"g:number:{ends[0]}-{ends[-1]}", words))
    scan.claims.claim(words, "set")


def _unclear(scan: Scan, words: tuple[int, ...]) -> None:
    scan.hits.append(Hit("x:unclear", words))


def _stands_before(scan: Scan, index: int, phrase: str) -> bool:
    words = tuple(phrase.split())
    return index >= len(words) and scan.reading.folded(index - len(words), index) == words


def _follows_set(scan: Scan, index: int) -> bool:
    """Whether a set stands right before word `index` ("the noble gases, helium to radon")."""
    ends = [hit.indexes[-1] for hit in scan.sets if hit.indexes[-1] == index - 1]
    return bool(ends)
