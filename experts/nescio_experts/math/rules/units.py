"""Conversions of units: "5 miles in km", "how many ounces are there in 2.5 pounds", "6 ft 2 in to centimetres"."""

from __future__ import annotations

import re

from nescio_experts.math.rules.template import NUMBER, Template, Written, literal, rational
from nescio_experts.math.rules.text import Reading
from nescio_experts.math.rules.unit_table import FLUID, PER_DAY, UNITS, Unit

_NAMES = "|".join(re.escape(name) for name in sorted(UNITS, key=len, reverse=True))
_UNIT = rf"(?:{_NAMES})(?![a-z0-9^/])"
_ONE = rf"(?:{NUMBER}(?: ?|-)|\b(?:an?|the) )(?:{_NAMES})(?![a-z0-9^/])"
_MANY = rf"(?P<q>{_ONE}(?:,? (?:and )?(?:{NUMBER}) ?(?:{_NAMES})(?![a-z0-9^/]))*)"
_TO = rf"(?P<u>{_UNIT})"
_FREE = r"(?:(?!(?:half|twice|double|triple|each|every|per|more|less|than|times|another|then|average|both|a quarter|third|and)\b)[a-z']+)(?: (?!(?:half|twice|double|triple|each|every|per|more|less|than|times|another|then|average|both|quarter|third|and)\b)[a-z']+){0,6}"
_LINES = (
    r"(?:convert|change|turn|express|transform|translate|write|give|put)(?: me)? <q> (?:to|into|in|as|in terms of) <u>",
    r"<q> (?:in|to|into|as|expressed in|converted to|converted into|in terms of|=|equals|is|are|->) <u>",
    r"how many <u> (?:are|is|are there|is there|go|make|make up|fit|does it take to make|do you need for|do you need to make|will i need for|can you get|can i get|would be|would you find|do we have|does one have|do you have|are contained|are equal to|is equal to|equals?)(?: up)?(?: equal to| equivalent to| in| to| into| from| out of)? <q>",
    r"how many <u> (?:in|to|per|=|equals?|for|equal to) <q>",
    r"how many <u> (?:does|do|will|would|did) <q> (?:make|equal|have|contain|come to|correspond to|be|give|convert to|amount to|hold|last|weigh|take|measure|cover|equate to|translate to)",
    r"<q> (?:is|are|equals?|makes?|corresponds to|comes to|has|have|contains?|=|would be|to|converts? to|amounts? to|gives?|lasts?|weighs?|measures?|covers?)(?: equal to| the same as)?(?: how many| how much in| what in| how much| what number of) <u>",
    r"how (?:much|long|far|heavy|tall|high|wide|deep|fast|hot|cold|big|large|warm|old) (?:is|are|would be|was)(?: something that is| a temperature of| a distance of| a weight of| a length of| a speed of| an area of| a volume of)? <q>(?: when)?(?: converted| expressed| measured| given)? (?:in|to|into) <u>",
    r"(?:what|which) (?:temperature|length|weight|mass|distance|speed|area|volume|time|amount|duration) in <u> (?:is|does|equals|corresponds to|do) <q>(?: correspond to| equal| make)?",
    r"(?:the )?(?:number|amount) of <u> (?:in|that make(?: up)?|equal to|per) <q>",
    r"(?:the )?(?:equivalent|value|measure|conversion)(?: of| for)? <q> (?:in|to|into) <u>",
    r"(?:in|expressed in|measured in) <u>[,:]? (?:how much|what|how many|how long|how far|how hot|how heavy|how fast|how tall)?(?: is| are|'s)? ?<q>",
    r"(?:a |an |the |my )?(?:temperature|length|weight|mass|distance|speed|area|volume|race|marathon|journey|parcel|recipe|tank|field|room|bag|person|car|train|road|walk|run|oven|trip|box) (?:of|is|weighs|at|measures|holds|travels|goes|travels at|set to|covers|lasts|takes|is set to|was) <q>(?: long| tall| heavy| wide| away)?[,.;:]? (?:how much|what|how many|how long|how far|how fast|how heavy)?(?: is that| is this| is it|'s that| would that be| is) (?:in )?<u>",
    r"(?:i|she|he|they|we) (?:ran|walked|drove|weighs?|cycled|bought|need|needs|am|is|are|swam|waited|slept|have|has|travelled|traveled) <q>(?: tall| long)?[,.;:]? (?:how much|what|how many|how far|how long)?(?: is that| is this| is it|'s that| would that be) (?:in )?<u>",
    r"(?:how much|what|how many) <u> (?:is|are|equals?) <q>",
    r"(?:what is|what's) <q> in <u>",
    r"how many <u> (?:does|do|will|would|did) <q>",
    r"how many <u> (?:is|are) (?:an? )?(?:distance|length|weight|mass|area|volume|speed|time|height|temperature|period) of <q>",
    r"<q> ?= ?(?:\?|x|how many|what)? ?<u>",
    r"(?:if )?(?:it's|it is|the temperature is|something is|the distance is)(?: about| exactly)? <q>(?: outside| long| away| heavy)?[,.;]? (?:what|how much|how many)(?:'s| is)? (?:that|it|this|the temperature|the distance) in <u>",
    r"how many <u> (?:tall|long|high|wide|deep|heavy) is (?:someone|somebody|something|a [a-z]+|an object|a person) (?:who is|that is|which is|of|who's|that's) <q>(?: tall| long| high| wide| deep| heavy)?",
    rf"(?:{_FREE} )?<q>(?: of [a-z]+(?: [a-z]+)?| long| tall| high| wide| away| heavy| deep)?[,.;:] (?:how many|what number of) <u> (?:is|are|was|does|do|would)(?: that| this| it| those| these| you| she| he| they| i)(?: be| have| make| need| equal| weigh| measure| drink| run| walk| in all| drive| use)?",
    rf"(?:{_FREE} )?<q>(?: of [a-z]+(?: [a-z]+)?| long| tall| high| wide| away| heavy| deep)?[,.;:] (?:how much|what|how far|how long|how heavy|how tall)(?: is|'s)(?: that| this| it| the [a-z]+) (?:in|when measured in|expressed in) <u>",
)  # fmt: skip
_PATTERNS = tuple(Template(line.replace("<q>", _MANY).replace("<u>", _TO)) for line in _LINES)
_PART = re.compile(rf"(?P<n>{NUMBER}(?= ?-?[a-z°])|\b(?:an?|the)(?= ))(?: ?|-)(?P<u>{_NAMES})(?![a-z0-9^/])")


def read(reading: Reading) -> Written | None:
    """A program that converts, or None."""
    text = re.sub(r"\b(degrees?|deg\.?) (?=c\b|f\b|celsius|fahrenheit|centigrade)", "degrees ", reading.text)
    text = re.sub(r"(?<=\d) ?° ?(?=[cfk]\b)", " °", text)
    text = re.sub(r"\bfl\.? ?oz\.?", "fl oz", re.sub(r"\bsq\.? ?(?=ft|m\b|km|mi|yd|in|cm)", "sq ", text))
    for pattern in _PATTERNS:
        match = pattern.match(text)
        if match is None:
            continue
        written = _conversion(match["q"], match["u"], reading)
        if written is not None:
            return written
    return None


def _conversion(quantity: str, target_name: str, reading: Reading) -> Written | None:
    parts = [(match["n"], UNITS[match["u"]]) for match in _PART.finditer(quantity)]
    target = UNITS[target_name]
    if not parts or _is_pronoun_like(quantity):
        return None
    parts = [(number, _beside(unit, target)) for number, unit in parts]
    target = _beside(target, parts[0][1])
    if len({unit.dimension for _, unit in parts}) > 1:
        return None
    if parts[0][1].dimension != target.dimension:
        return _common_year(parts, target)
    total = " + ".join(_in_base(number, unit) for number, unit in parts)
    if len(parts) > 1 and target.offset:
        return None
    expression = (
        f"({total} - {_exact(target.offset)}) / {_exact(target.factor)}"
        if target.dimension == "temperature"
        else (f"({total}) / {_exact(target.factor)}")
    )
    return Written(rational(expression), "units", unit=_after(target), note=_note([*(u for _, u in parts), target]))


def _in_base(number: str, unit: Unit) -> str:
    value = literal("1" if number in {"a", "an", "the"} else number)
    base = f"{value} * {_exact(unit.factor)}"
    return f"({base} + {_exact(unit.offset)})" if unit.dimension == "temperature" else base


def _exact(value: object) -> str:
    return literal(str(value))


def _beside(unit: Unit, other: Unit) -> Unit:
    """An ounce beside a volume is a fluid ounce."""
    return FLUID.get(unit.name, unit) if other.dimension == "volume" else unit


def _is_pronoun_like(quantity: str) -> bool:
    """Such as "the c" or "an in": an article before a letter or before a word with another meaning is no quantity."""
    return re.fullmatch(r"(?:an?|the) (?:[a-z]|in|are|bar|turn|item)", quantity) is not None


def _common_year(parts: list[tuple[str, Unit]], target: Unit) -> Written | None:
    """Days in years and the other way round, for a common year; only between whole years and days or less."""
    if len(parts) != 1:
        return None
    number, unit = parts[0]
    value = literal("1" if number in {"a", "an", "the"} else number)
    note = " (years of 365 days)"
    if unit.name == "years" and target.name in PER_DAY:
        return Written(rational(f"{value} * {PER_DAY[target.name]}"), "units", unit=f" {target.name}", note=note)
    if target.name == "years" and unit.name in PER_DAY:
        return Written(rational(f"{value} / {PER_DAY[unit.name]}"), "units", unit=" years", note=note)
    return None


def _after(unit: Unit) -> str:
    return unit.name if unit.name.startswith("°") else f" {unit.name}"


def _note(units: list[Unit]) -> str:
    data = {unit.name for unit in units} & {"kilobytes", "megabytes", "gigabytes", "terabytes", "petabytes"}
    return " (decimal prefixes)" if data else ""
