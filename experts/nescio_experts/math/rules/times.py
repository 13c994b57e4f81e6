"""Times of day: how long from one to another, and what time it is some while later."""

from __future__ import annotations

import re

from nescio_experts.math.rules.template import Template, Written
from nescio_experts.math.rules.text import Reading

_TIME = r"(?:\d{1,2}(?:[:.]\d{2})? ?(?:a\.?m\.?|p\.?m\.?)|\d{1,2}:\d{2}|noon|midnight|midday)"
_SPAN = r"(?:(?P<h>\d+(?:\.\d+)?) ?(?:hours?|hrs?|h))?(?:,? ?(?:and )?(?P<m>\d+(?:\.\d+)?) ?(?:minutes?|mins?|m))?"
_UNIT = r"(?P<unit>hours|minutes)"
_BETWEEN = tuple(
    Template(line.replace("<s>", rf"(?P<s>{_TIME})").replace("<e>", rf"(?P<e>{_TIME})"))
    for line in (
        r"how many hours and minutes (?:are there |is it |are |pass |elapse |passed |lie )?(?:between|from) <s> (?:and|to|until|till) <e>",
        rf"how many {_UNIT} (?:are there |is it |are |pass |elapse |passed |lie )?(?:between|from) <s> (?:and|to|until|till) <e>",
        r"how (?:long|much time)(?: is it| is there| passes| elapses| is)? (?:between|from) <s> (?:and|to|until|till) <e>",
        r"(?:the )?(?:time|duration|difference|length of time|interval)(?: elapsed| difference)? (?:between|from) <s> (?:and|to|until|till) <e>",
        rf"<s> (?:to|until|till|-) <e>[,:]? (?:is |in )?(?:how many |how long in )?{_UNIT}(?: is that| is it)?",
        r"<s> (?:to|until|till) <e>[,:]? (?:is )?how long(?: is that| is it)?",
        rf"(?:a|the|my|our) [a-z ]{{2,30}} (?:starts|begins|leaves|departs|started|left|began|departed|opens|runs|lasts|goes)(?: from)?(?: at)? <s> (?:and|to|until) (?:ends|arrives|finishes|ended|arrived|finished|closes|stops)?(?: at)? ?<e>[,.;]? (?:for )?how (?:long|many {_UNIT})(?: long is it| long was it| is it long| does it last| did it last| is it| is the [a-z]+| was it| was the [a-z]+| does it take| did it take| does the [a-z]+ (?:take|last)| did the [a-z]+ (?:take|last)| is it open)?",
    )
)  # fmt: skip
_AFTER = tuple(
    Template(line.replace("<s>", rf"(?P<s>{_TIME})").replace("<span>", _SPAN))
    for line in (
        r"(?:at )?(?:what|which) time (?:is it|will it be|was it|is|comes|would it be)(?: exactly)? <span> (?P<way>after|before|from|past) <s>",
        r"(?:the )?time <span> (?P<way>after|before|from|past) <s>",
        r"(?:the )?<span> (?P<way>after|before) <s>(?: is what time)?",
        r"(?:if )?(?:it is|it's|the time is|the clock shows|the clock reads)(?: now)? <s>(?: now)?[,.;]? (?:then )?what time (?:will it be|is it|was it|will be)(?: in)? <span>(?: from now)?(?P<way> later| ago| earlier)?",
        r"(?P<way>add|subtract) <span> (?:to|from) <s>",
        r"(?:if |when )?(?:an?|the|my|our) [a-z ]{2,30} (?:starts|begins|leaves|departs|started|left|began) at <s> and (?:lasts|takes|runs(?: for)?|lasted|took|goes on for) <span>[,.;]? (?:at )?(?:what time|when) (?:does|did|will) (?:it|the [a-z]+) (?:end|finish|arrive|stop|be over)",
    )
)  # fmt: skip


def read(reading: Reading) -> Written | None:
    """A program for a question about times of day, or None."""
    for pattern in _BETWEEN:
        match = pattern.match(reading.text)
        if match is not None:
            return _between(match)
    for pattern in _AFTER:
        match = pattern.match(reading.text)
        if match is not None and (match["h"] or match["m"]):
            return _after(match)
    return None


def _minutes(text: str) -> int | None:
    fixed = {"noon": 720, "midday": 720, "midnight": 0}.get(text)
    if fixed is not None:
        return fixed
    match = re.fullmatch(r"(\d{1,2})(?:[:.](\d{2}))? ?([ap])?\.?m?\.?", text)
    if match is None:
        return None
    hour, minute = int(match[1]), int(match[2] or 0)
    if minute > 59 or hour > (12 if match[3] else 23) or (match[3] and hour == 0):
        return None
    if match[3]:
        hour = hour % 12 + (12 if match[3] == "p" else 0)
    return 60 * hour + minute


def _between(match: re.Match[str]) -> Written | None:
    start, end = _minutes(match["s"]), _minutes(match["e"])
    if start is None or end is None:
        return None
    unit = match.groupdict().get("unit")
    code = f"minutes = ({end} - {start}) % (24 * 60)\n"
    if unit == "minutes":
        return Written(code + "print(minutes)\n", "duration", unit=" minutes")
    if unit == "hours":
        return Written(
            "from fractions import Fraction\n" + code + "print(Fraction(minutes, 60))\n", "duration", unit=" hours"
        )
    code += "hours, rest = divmod(minutes, 60)\n"
    code += "print(f'{hours} hours {rest} minutes' if hours and rest else f'{hours} hours' if hours else f'{rest} minutes')\n"
    return Written(code, "duration")


def _after(match: re.Match[str]) -> Written | None:
    start = _minutes(match["s"])
    if start is None:
        return None
    span = f"int(Fraction('{match['h'] or 0}') * 60 + Fraction('{match['m'] or 0}'))"
    back = (match.groupdict().get("way") or "").strip() in {"before", "ago", "earlier", "subtract"}
    code = f"from fractions import Fraction\nminutes = ({start} {'-' if back else '+'} {span}) % (24 * 60)\n"
    return Written(code + "print(f'{minutes // 60:02d}:{minutes % 60:02d}')\n", "time")
