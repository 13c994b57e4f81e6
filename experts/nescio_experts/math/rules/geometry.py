"""Areas, perimeters, volumes and angles of the usual figures, all measures given and in one unit."""

from __future__ import annotations

import re

from nescio_experts.math.rules.preludes import ROOTS
from nescio_experts.math.rules.template import Templates, Written, compile_templates, literal, match_any, rational
from nescio_experts.math.rules.text import Reading

_U = r"( ?(?P<u%d>mm|cm|m|km|in|inch|inches|ft|feet|foot|yd|yards?|miles?|met(?:re|er)s?|centimet(?:re|er)s?|millimet(?:re|er)s?|kilomet(?:re|er)s?|units?))?"
_SHOW = {
    "inch": "inches", "in": "inches", "foot": "feet", "ft": "feet", "yd": "yards", "yard": "yards", "mile": "miles",
    "metre": "metres", "meter": "meters", "unit": "units",
}  # fmt: skip


def _n(name: str, index: int) -> str:
    return f"{{{name}}}" + (_U % index)


_A, _B, _C = _n("a", 1), _n("b", 2), _n("c", 3)
_HAS = r"(with|whose|having|that has|which has|of|if (the|its)|given( a)?|when the)( a| an| the| its)?"
_IS = r"( is| of| equal to| equals| =|:)?"
_BY = r"( ?(by|x|\*|and) ?)"
_Rule = tuple[Templates, str, int]
_RULES: tuple[_Rule, ...] = (
    (compile_templates(f"(the )?area of (a|the) circle {_HAS} radius{_IS} {_A}", f"(the )?area of (a|the) circle of {_A} radius", f"area circle radius {_A}", f"a circle has (a )?radius( of)? {_A}[,.]? (what is|what's|find) (its|the) area( of the circle)?"), "pi * {a}**2", 2),
    (compile_templates(f"(the )?area of (a|the) circle {_HAS} diameter{_IS} {_A}", f"a circle has (a )?diameter( of)? {_A}[,.]? (what is|what's|find) (its|the) area"), "pi * {a}**2 / 4", 2),
    (compile_templates(f"(the )?(circumference|perimeter) of (a|the) circle {_HAS} radius{_IS} {_A}", f"a circle has (a )?radius( of)? {_A}[,.]? (what is|what's|find) (its|the) circumference", f"circumference circle radius {_A}"), "2 * pi * {a}", 1),
    (compile_templates(f"(the )?(circumference|perimeter) of (a|the) circle {_HAS} diameter{_IS} {_A}"), "pi * {a}", 1),
    (compile_templates(f"(the )?area of (a|the) (rectangle|rectangular [a-z]+|room|field|garden|lawn) ({_HAS}|measuring|that is|that measures)?( sides| dimensions)? ?(length|width|sides|base)?{_IS} ?{_A}( long| wide)?({_BY}|,? (and )?(a )?(width|height|breadth|length|wide)( of)? | (long|wide) and ){_B}( wide| long| in size)?", f"(the )?area of a{_A}{_BY}{_B} (rectangle|rectangular [a-z]+|room|field|garden|lawn)", f"(the )?area of an? {_A}{_BY}{_B} (rectangle|rectangular [a-z]+|room|field|garden|lawn|plot)",
                       f"an? (rectangle|rectangular [a-z]+|room|field|garden|lawn|plot) (is|measures|has a length of|has length|with length) {_A}( long| wide| in length)?( by| and|,)?( a)?( width of| width)? {_B}( wide| long| in width)?[,.]? (what is|what's|find|how big is) (its|the) area"), "{a} * {b}", 2),
    (compile_templates(f"(the )?perimeter of (a|the) (rectangle|rectangular [a-z]+|room|field|garden|lawn) ({_HAS}|measuring|that is|that measures)?( sides| dimensions)? ?(length|width|sides)?{_IS} ?{_A}( long| wide)?({_BY}|,? (and )?(a )?(width|height|breadth|length)( of)? | (long|wide) and ){_B}( wide| long)?", f"(the )?perimeter of an? {_A}{_BY}{_B} (rectangle|rectangular [a-z]+|room|field|garden|lawn|plot)",
                       f"an? (rectangle|rectangular [a-z]+|room|field|garden|lawn|plot) (is|measures|has a length of|has length) {_A}( long| wide)?( by| and|,)?( a)?( width of| width)? {_B}( wide| long)?[,.]? (what is|what's|find) (its|the) perimeter"), "2 * ({a} + {b})", 1),
    (compile_templates(f"(the )?area of (a|the) square {_HAS}( side| sides| side length| sides of length| edge)?{_IS} ?{_A}( sides?)?"), "{a}**2", 2),
    (compile_templates(f"(the )?perimeter of (a|the) square {_HAS}( side| sides| side length| sides of length| edge)?{_IS} ?{_A}( sides?)?"), "4 * {a}", 1),
    (compile_templates(f"(the )?(side|side length) of a square {_HAS} area{_IS} {{a}}( ?(square|sq) [a-z]+| ?(cm|m|km|ft|in)\\^2)?"), "sqrt({a})", 0),
    (compile_templates(f"(the )?area of (a|the) triangle {_HAS} base{_IS} {_A},? (and )?(a )?(height|altitude){_IS} {_B}", f"(the )?area of (a|the) triangle {_HAS} height{_IS} {_A},? (and )?(a )?base{_IS} {_B}", f"a triangle has (a )?base( of)? {_A} and (a )?height( of)? {_B}[,.]? (what is|what's|find) (its|the) area"), "{a} * {b} / 2", 2),
    (compile_templates(f"(the )?(length of the )?hypotenuse of (a|the) (right|right angled|right-angled)( angled| angle)? triangle {_HAS}( legs| sides| shorter sides| short sides| two legs| catheti)?( of)?( length| lengths)?{_IS} {_A} and {_B}( long)?", f"(a |the )?(right|right angled|right-angled)( angled)? triangle has (legs|sides|shorter sides)( of)?( length| lengths)? {_A} and {_B}[,.]? (what is|what's|find|how long is)( the length of)? (its|the) hypotenuse"), "sqrt({a}**2 + {b}**2)", 1),
    (compile_templates(f"(the )?volume of (a|the) cube {_HAS}( side| sides| side length| edge| edges| edge length)?( of)?( length)?{_IS} ?{_A}( sides?| edges?)?"), "{a}**3", 3),
    (compile_templates(f"(the )?surface area of (a|the) cube {_HAS}( side| sides| side length| edge| edges| edge length)?( of)?( length)?{_IS} ?{_A}( sides?| edges?)?"), "6 * {a}**2", 2),
    (compile_templates(f"(the )?volume of (a|the) (sphere|ball) {_HAS} radius{_IS} {_A}"), "4 * pi * {a}**3 / 3", 3),
    (compile_templates(f"(the )?surface area of (a|the) (sphere|ball) {_HAS} radius{_IS} {_A}"), "4 * pi * {a}**2", 2),
    (compile_templates(f"(the )?volume of (a|the) cylinder {_HAS} radius{_IS} {_A},? (and )?(a )?(height|length){_IS} {_B}"), "pi * {a}**2 * {b}", 3),
    (compile_templates(f"(the )?volume of (a|the) cylinder {_HAS} height{_IS} {_B},? (and )?(a )?radius{_IS} {_A}"), "pi * {a}**2 * {b}", 3),
    (compile_templates(f"(the )?volume of (a|the) cone {_HAS} radius{_IS} {_A},? (and )?(a )?height{_IS} {_B}"), "pi * {a}**2 * {b} / 3", 3),
    (compile_templates(f"(the )?volume of (a|the) (box|cuboid|rectangular prism|rectangular box|tank|brick) ({_HAS}|measuring|that is|that measures)?( sides| dimensions)?{_IS} ?{_A}({_BY}|, ){_B}({_BY}|, ?(and )?){_C}", f"(the )?volume of an? {_A}{_BY}{_B}{_BY}{_C} (box|cuboid|rectangular prism|tank)", f"(the )?volume of (a|the) (box|cuboid|rectangular prism) {_HAS} length{_IS} {_A},? (and )?width{_IS} {_B},? (and )?height{_IS} {_C}"), "{a} * {b} * {c}", 3),
    (compile_templates(r"(the )?sum of (the )?(interior |internal )?angles (of|in) (a|an) {a:int}[- ]?(gon|sided polygon|sided figure)"), "({a} - 2) * 180", 9),
    (compile_templates(r"(the )?3rd angle (of|in) a triangle (with|whose|if)( two| 2| the other)?( angles)?( are| of)? {a}(°| degrees)? and {b}(°| degrees)?", r"(2|two) angles (of|in) a triangle are {a}(°| degrees)? and {b}(°| degrees)?[,.]? (what is|find|what's) the (third|3rd|other|remaining)( angle)?"), "180 - {a} - {b}", 9),
)  # fmt: skip
_POLYGON = re.compile(
    r"(?:the )?sum of (?:the )?(?:interior |internal )?angles (?:of|in) an? (?P<name>triangle|quadrilateral|pentagon|hexagon|heptagon|octagon|nonagon|decagon|dodecagon)"
)
_SIDES = {"triangle": 3, "quadrilateral": 4, "pentagon": 5, "hexagon": 6, "heptagon": 7, "octagon": 8, "nonagon": 9,
          "decagon": 10, "dodecagon": 12}  # fmt: skip


def read(reading: Reading) -> Written | None:
    """A program for a question about a figure, or None."""
    polygon = _POLYGON.fullmatch(reading.text)
    if polygon is not None:
        return Written(f"print(({_SIDES[polygon['name']]} - 2) * 180)\n", "geometry", unit="°")
    for patterns, form, power in _RULES:
        for match in match_any(patterns, reading.text):
            groups = {name: value for name, value in match.groupdict().items() if value is not None}
            unit = _unit([value for name, value in groups.items() if name.startswith("u")], power)
            values = {name: literal(groups[name]) for name in "abc" if name in groups}
            if unit is None or not all(f"{{{name}}}" not in form or name in values for name in "abc"):
                continue
            symbolic = "pi" in form or "sqrt" in form
            measure = form.format(**values)
            source = f"{ROOTS}print(show({measure}))\n" if symbolic else rational(measure)
            return Written(source, "geometry", unit=unit)
    return None


def _unit(units: list[str], power: int) -> str | None:
    """What follows the number; None where two units are mixed."""
    if power == 9:
        return "°"
    names = {_SHOW.get(unit, unit) for unit in units}
    if len(names) > 1:
        return None
    if not names or power == 0:
        return ""
    (name,) = names
    return f" {({1: '', 2: 'square ', 3: 'cubic '})[power]}{name}"
