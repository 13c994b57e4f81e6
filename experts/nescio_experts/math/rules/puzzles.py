"""Short problems whose first thought is wrong: sum and difference, machines and time, doubling, cuts, boxes, places.

Like every rule they read the whole question; which number plays which part must be said by the words beside it.
"""

from __future__ import annotations

import re

from nescio_experts.math.rules.template import Written, compile_templates, fraction, literal, match_any, rational
from nescio_experts.math.rules.text import Reading

_THING = r"([a-z]+ ){0,2}?[a-z]+"
_TOTAL = r"( together| in total| altogether| in all| combined)"
_MORE = compile_templates(
    f"(an? |the )?(?P<x>[a-z]+) and (an? |the )?(?P<y>[a-z]+)( together)? (cost|weigh|have|own|are|measure){_TOTAL}? {{t}}"
    rf"( (?P<z>{_THING}))?{_TOTAL}?[.,;](?: if)? ?(and )?(the )?(?P<x2>[a-z]+)( alone)? (costs?|weighs?|has|owns|is|measures?)( exactly)? "
    rf"{{d}}( [a-z]+)? (?P<way>more|fewer|less)( [a-z]+)? than (the )?(?P<y2>[a-z]+)[.,;:] ?(then )?how (much|many)( [a-z]+)? (does|is|has) "
    r"(the )?(?P<who>[a-z]+)( alone)?( cost| weigh| have| own| worth| measure)?",
)
_SUM = compile_templates(
    r"(the )?(sum of( the ages of)?|total age of|ages of) (an? |the )?(?P<x>[a-z]+) and (his |her |an? |the )?(?P<y>[a-z]+) (is|are|add up to|sum to)"
    r" {t}( years)?[.,;]?( and)? (the )?(?P<x2>[a-z]+) is {d} years (?P<way>older|younger)( than (the |his |her )?(?P<y2>[a-z]+))?[.,;] how old is "
    r"(the )?(?P<who>[a-z]+)",
)
_TAKES = compile_templates(
    f"(if )?it takes {{m:int}} (?P<x>{_THING}) {{t}} (?P<u>seconds|minutes|hours|days) to (?P<v>[a-z]+) {{w:int}} (?P<y>{_THING})[,.;]? how "
    f"(long|many (?P<u2>seconds|minutes|hours|days)) (would|will|does|do) it take {{n:int}} (?P<x2>{_THING}) to (?P<v2>[a-z]+) "
    f"{{k:int}} (?P<y2>{_THING})",
    f"(if )?{{m:int}} (?P<x>{_THING}) (can )?(?P<v>[a-z]+) {{w:int}} (?P<y>{_THING}) in {{t}} (?P<u>seconds|minutes|hours|days)[,.;]? (then )?how "
    f"(long|many (?P<u2>seconds|minutes|hours|days)) (would|will|does|do) (it take )?{{n:int}} (?P<x2>{_THING}?)( need| take)?( to (?P<v2>[a-z]+)| for) "
    f"{{k:int}} (?P<y2>{_THING})",
)
_DOUBLES = re.compile(
    r"[a-z ,']{0,80}\bdoubles (?:in (?:size|area|number) |its (?:size|area|number) |itself )?(?:each|every) (?P<u>minute|hour|day|week)\b"
    r"[a-z ,.;']*? (?P<n>\d+) (?P=u)s?\b[a-z ,.;']*\b(?:whole|entire|full|completely|all of)\b[a-z ,.;']*\bhow (?:long|many (?P=u)s)\b[a-z ,']*"
    r"\b(?P<part>half|1/2 of|quarter|1/4 of)\b[a-z ,']*"
)
_CLIMBS = re.compile(
    r"(?:climbs|crawls|creeps|goes|moves|jumps)(?: up)? (?P<up>\d+(?:\.\d+)?) ?[a-z]+ (?:up )?(?:a|each|every|per|by|during the|in the) day[a-z]*,?"
    r" (?:and|but)(?: it)? (?:slips|slides|falls|drops|sinks)(?: back| down)* (?P<down>\d+(?:\.\d+)?) ?[a-z]+ (?:back |down )?"
    r"(?:a|each|every|per|at|by|during the|in the) night"
)
_HEIGHT = re.compile(
    r"(?P<h>\d+(?:\.\d+)?) ?-?[a-z]+ ?-?(?:deep|high|tall|long|well|wall|pole|tree|pit|hole|tower)\b|"
    r"(?:deep|high|depth of|height of) (?P<h2>\d+(?:\.\d+)?)\b"
)
_TURNS = re.compile(r"\b(?:half|twice|except|but not|first|other|then|after|rest\w*|start\w*|already|left|third|if)\b")
_DAYS = re.compile(r"\bhow many days\b|\b(?:on )?(?:what|which) day\b|\bhow long\b")
_LONG_THING = r"(log|plank|board|rope|stick|rod|pole|beam|ribbon|wire|pipe|string|baguette|trunk|bar|tape|cable|chain)"
_PIECES = r"( equal| even| equally long)? (pieces|parts|sections|lengths)"
_CUTS = compile_templates(
    f"how many (straight )?cuts (are needed|do (you|i|we) need|are required|are necessary|does it take|must be made|are there)( to make)?( to| when you)? "
    f"(cut|saw|divide|split|chop)( up)? (a|the|one) ([a-z]+ )?{_LONG_THING} (in|into|in to) {{n:int}}{_PIECES}",
    f"(a|the) ([a-z]+ )?{_LONG_THING} (is|was) (cut|sawn|sawed|divided|chopped) (in|into|in to) {{n:int}}{_PIECES}[.,;]? how many cuts "
    "(are|were) (needed|made|necessary|required|there)",
)
_BOXES = compile_templates(
    r"(if )?(an?|each|one|every|the) (?P<x>[a-z]+) (holds|can hold|carries|can carry|seats|can seat|fits|takes|has room for|has space for|contains) "
    r"(up to |at most )?{a:int} (?P<y>[a-z]+)[.,;]? how many (?P<x2>[a-z]+) (are|will be|would be|is) (needed|required|necessary) "
    r"(for|to (hold|carry|transport|seat|pack|store|take|fit))( all| all the)? {b:int} (?P<y2>[a-z]+)",
)
_TAKEN = compile_templates(
    r"(if )?there (are|were) {a:int} (?P<x>[a-z]+)( [a-z ]{1,25})? and (?P<w>you|i) take( away)? {b:int}( of them| away)?( (?P<x2>[a-z]+))?[,.;] how "
    r"many( [a-z]+)? (do|will) (you|i) have",
    r"(if )?(?P<w>you|i) take( away)? {b:int} (?P<x>[a-z]+) from {a:int} (?P<x2>[a-z]+)[,.;] how many( [a-z]+)? (do|will) (you|i) have",
)
_AT_ONCE = re.compile(r"\b(?:dry|boil|bake|cook|roast|freeze|melt|charge|hatch|play|sing)\b")
"""What several things do in the time that one of them takes."""
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()
_PASSED = re.compile(
    r"(?:if |suppose |imagine )?(?:you(?: are|'re| were)? (?:running |taking part )?in a race[,.;]? (?:and )?(?:if |when )?)?"
    r"(?:you are running a race[,.;]? and )?(?:you |i )?(?:just )?(?:overtake|pass|overtook|passed|run past)(?: the| a)? "
    r"(?:person|runner|racer|car|one|driver|cyclist|swimmer|competitor)(?: who is)? in "
    rf"(?:(?P<n>\d+)(?:st|nd|rd|th)|(?P<o>{'|'.join(_ORDINALS)})) (?:place|position)[.,;]? (?:then )?(?:in )?(?:what|which)(?: place| position)?"
    r" (?:are|am|will) (?:you|i)(?: be)?(?: in)?(?: now)?"
)


def read(reading: Reading) -> Written | None:
    """A program for such a problem, or None."""
    text = reading.text
    for reader in (_sum_and_difference, _machines, _doubling, _climb, _counts, _place):
        written = reader(text)
        if written is not None:
            return written
    return None


def _same(one: str, other: str) -> bool:
    """Whether two words are the same thing, singular or plural."""
    return re.sub(r"[es]+$", "", one.split()[-1]) == re.sub(r"[es]+$", "", other.split()[-1])


def _sum_and_difference(text: str) -> Written | None:
    for match in match_any((*_MORE, *_SUM), text):
        things = {match["x"], match["y"]}
        first = match["x2"]
        if not {first, match["who"], match["y2"] or first} <= things or first == match["y2"]:
            continue
        larger = (match["who"] == first) == (match["way"] in {"more", "older"})
        form = f"({literal(match['t'])} {'+' if larger else '-'} {literal(match['d'])}) / 2"
        return Written(rational(form), "puzzle", money=True)
    return None


def _machines(text: str) -> Written | None:
    for match in match_any(_TAKES, text):
        groups = match.groupdict()
        units = {groups["u"], groups["u2"] or groups["u"]}
        verbs = {groups["v"], groups["v2"] or groups["v"]}
        if (
            len(units) > 1
            or len(verbs) > 1
            or not _same(groups["x"], groups["x2"])
            or not _same(groups["y"], groups["y2"])
        ):
            continue
        if "0" in {groups["m"], groups["w"], groups["n"]} or _AT_ONCE.search(text):
            continue
        form = f"{literal(groups['t'])} * {groups['k']} * {groups['m']} / ({groups['w']} * {groups['n']})"
        return Written(rational(form), "puzzle", unit=f" {groups['u']}")
    return None


def _doubling(text: str) -> Written | None:
    match = _DOUBLES.fullmatch(text)
    if match is None:
        return None
    steps = 1 if match["part"] in {"half", "1/2 of"} else 2
    unit = match["u"]
    return Written(f"print({match['n']} - {steps})\n", "puzzle", unit=f" {unit}s") if int(match["n"]) > steps else None


def _climb(text: str) -> Written | None:
    climb, height = _CLIMBS.search(text), _HEIGHT.search(text)
    if climb is None or height is None or _TURNS.search(text) or not _DAYS.search(text):
        return None
    if len(re.findall(r"\d+(?:\.\d+)?", text)) != 3:
        return None
    up, down, top = fraction(climb["up"]), fraction(climb["down"]), fraction(height["h"] or height["h2"])
    if down >= up:
        return None
    code = "from fractions import Fraction as F\nfrom math import ceil\n"
    code += f"up, down, top = F('{up}'), F('{down}'), F('{top}')\n"
    return Written(f"{code}print(1 if top <= up else ceil((top - up) / (up - down)) + 1)\n", "puzzle")


def _counts(text: str) -> Written | None:
    for match in match_any(_CUTS, text):
        return Written(f"print({match['n']} - 1)\n", "puzzle")
    for match in match_any(_BOXES, text):
        if _same(match["x"], match["x2"]) and _same(match["y"], match["y2"]) and int(match["a"]) > 0:
            return Written(f"print(-(-{match['b']} // {match['a']}))\n", "puzzle")
    for match in match_any(_TAKEN, text):
        if _same(match["x"], match["x2"] or match["x"]) and int(match["b"]) <= int(match["a"]):
            return Written(f"print({match['b']})\n", "puzzle")
    return None


def _place(text: str) -> Written | None:
    match = _PASSED.fullmatch(text)
    if match is None:
        return None
    place = int(match["n"]) if match["n"] else _ORDINALS.index(match["o"]) + 1
    return Written(f"print({place})\n", "puzzle") if place > 1 else None
