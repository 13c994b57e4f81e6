"""Sums in signs or words: ``12*7-5``, "what's 15 squared", "subtract 8 from half of 50"."""

from __future__ import annotations

from nescio_experts.math.rules import expression
from nescio_experts.math.rules.preludes import ROOTS
from nescio_experts.math.rules.template import (
    Templates,
    Written,
    compile_templates,
    fraction,
    literal,
    match_any,
    rational,
)
from nescio_experts.math.rules.text import Reading

_COMMANDS: tuple[tuple[Templates, str], ...] = (
    (
        compile_templates(
            "(add|adding) {a:any} to {b:any}",
            "(add|adding) {a:any} (and|with) {b:any}( together)?",
            "{a} and {b} (make|makes|add up to|sum to|come to|give)?( together| in total| altogether| combined)",
            "{a} and {b} (added |summed )together",
            "{b} more than {a}",
            "{b} greater than {a}",
            "(put|sum) {a} and {b}( together)?",
        ),
        "({a}) + ({b})",
    ),
    (
        compile_templates(
            "(subtract|subtracting|take|taking|deduct)( away)? {b:any}( away)? from {a:any}",
            "(subtract|subtracting) {b:any} off {a:any}",
            "(by )?how much (does|do|is) {a} (exceed|greater than|more than|larger than|bigger than) {b}",
            "{a} exceeds {b} by (what|how much)",
            "(what is )?left (when|if|after) {b} is (taken|subtracted|removed)( away)? from {a}",
            "{b} (less|fewer) than {a}",
            "{b} smaller than {a}",
            "{a} take( away)? {b}",
            "{b} (subtracted|taken|deducted)( away)? from {a}",
            "{a} with {b} (taken away|removed|subtracted)",
            "how much (more|bigger|larger|greater) is {a} than {b}",
            "(more|bigger|larger|greater) is {a} than {b}",
            "how much (less|smaller) is {b} than {a}",
            "(less|smaller) is {b} than {a}",
            "(what|which number|how much)( number)? (must|should|do you|do i|do we|needs to|has to|can) (be add|add)(ed)? to {b} (to|so you) (make|get|reach|give) {a}",
            "(what|which number)( must be| is)? added to {b} (makes|gives|is) {a}",
        ),
        "({a}) - ({b})",
    ),
    (
        compile_templates(
            "(multiply|multiplying) {a:any} by {b:any}",
            "(multiply|multiplying) {a:any} (and|with) {b:any}( together)?",
            "{a} lots of {b}",
            "{a} and {b} multiplied( together)?",
        ),
        "({a}) * ({b})",
    ),
    (
        compile_templates(
            "(divide|dividing) {a:any} by {b:any}",
            "(divide|split) {a} into {b} (equal |even )?(parts|pieces|groups|shares|portions)",
            "how many times does {b} (go|fit) into {a}",
            "how many times (can you|can i|does it) (fit|subtract|take)( away)? {b} (into|from) {a}",
            "how many {b}[']?s (are|are there|go|fit|make)? ?(in|into|up)? ?{a}",
            "{b} goes into {a} how many times",
            "{b} into {a} goes how many times",
            "(the )?quotient (of|when) {a} (and|is divided by) {b}",
            "(the )?ratio of {a} to {b}",
        ),
        "({a}) / ({b})",
    ),
    (compile_templates("(halve|halving|half) {a}"), "({a}) / 2"),
    (compile_templates("(double|doubling|twice) {a}"), "({a}) * 2"),
    (compile_templates("(triple|tripling|treble) {a}"), "({a}) * 3"),
    (compile_templates("(square|squaring) {a}", "{a} to the 2nd power"), "({a}) ** 2"),
    (compile_templates("(cube|cubing) {a}", "{a} to the 3rd power"), "({a}) ** 3"),
    (compile_templates("{a} to the {b:int}(th|st|nd|rd)? power"), "({a}) ^ ({b})"),
    (compile_templates("(the )?(absolute value|modulus|magnitude) of {a}"), "abs({a})"),
    (compile_templates("(the )?(reciprocal|inverse) of {a}"), "1 / ({a})"),
    (compile_templates("{a} with {b} (added|added on)"), "({a}) + ({b})"),
    (
        compile_templates(
            "(the )?number (halfway|midway|exactly between|half way)( between| from)? {a} (and|to) {b}",
            "(what |which )?number (is|lies) (exactly )?(halfway|half way|midway|in the middle)( between| from)? {a} (and|to) {b}",
            "(halfway|half way|midway) between {a} and {b}",
        ),
        "(({a}) + ({b})) / 2",
    ),
)
_NEAREST = compile_templates(
    "(round(ed)? ?(off )?)?{a} ?(rounded )?(to|to the) (the )?nearest (?P<step>ten|hundred|thousand|million)s?"
)
_ROOT = compile_templates("(the )?({k:int}(st|nd|rd|th)) root of {a:int}", "{k:int}(st|nd|rd|th) root of {a:int}")
_LOG = compile_templates(
    "(the )?log(arithm)?(?: |_)(base |to base )?{b:int} of {a:int}",
    "(the )?log(arithm)? of {a:int} (to|in|with) (the )?base {b:int}",
    r"log_?{b:int} ?\({a:int}\)",
)
_LOG10 = compile_templates(r"(the )?log10 ?\(?(of )?{a:int}\)?", "(the )?common log(arithm)? of {a:int}")
_TRIG = compile_templates(
    r"(the )?(?P<f>sin|cos|tan|sine|cosine|tangent) ?(of )?\(?(an angle of )?{a} ?(°|degrees?|deg)\)?",
)
_SHARE = compile_templates(
    "(convert|write|express|turn|change|give)? ?{a} (as|to|into|in) (a |an )?(?P<form>%|fraction|decimal)",
)


def read(reading: Reading) -> Written | None:
    """A program for a sum, or None where the text is not one from end to end."""
    text = reading.text
    return _command(text) or _special(text) or _plain(text, rounded=reading.decimals is not None)


def _plain(text: str, *, rounded: bool) -> Written | None:
    if "=" in text:
        return None
    try:
        found = expression.parse(text)
    except expression.Unreadable:
        return None
    if found.operations == 0 and not rounded:
        return None
    return Written(expression.program(found), "arithmetic", money=True)


def _command(text: str) -> Written | None:
    for patterns, form in _COMMANDS:
        for match in match_any(patterns, text):
            parts = {name: value for name, value in match.groupdict().items() if value is not None}
            if form == "abs({a})":
                return Written(rational(f"abs({literal(parts['a'])})"), "arithmetic")
            try:
                found = expression.parse(form.format(**parts))
            except expression.Unreadable:
                continue
            return Written(expression.program(found), "arithmetic", money=True)
    return None


def _special(text: str) -> Written | None:
    for match in match_any(_NEAREST, text):
        step = {"ten": 10, "hundred": 100, "thousand": 1000, "million": 10**6}[match["step"]]
        code = f"from math import floor\nfrom fractions import Fraction as F\nvalue = {literal(match['a'])}\n"
        return Written(code + f"print(floor(value / {step} + F(1, 2)) * {step})\n", "arithmetic")
    for match in match_any(_ROOT, text):
        return Written(f"{ROOTS}print(show(root(F({match['a']}), {match['k']})))\n", "arithmetic")
    for match in (*match_any(_LOG, text), *match_any(_LOG10, text)):
        base = match.groupdict().get("b") or "10"
        return Written(f"{ROOTS}print(show(log(F({match['a']})) / log(F({base}))))\n", "arithmetic")
    for match in match_any(_TRIG, text):
        angle, name = fraction(match["a"]), match["f"][:3]
        # The tangent of a right angle has no value.
        if name != "tan" or angle % 180 != 90:
            code = f"from math import {name}, pi\nprint(f'{{{name}(pi * {angle.numerator} / {180 * angle.denominator}):.12f}}')\n"
            return Written(code, "arithmetic")
    return _share(text)


def _share(text: str) -> Written | None:
    for match in match_any(_SHARE, text):
        value = literal(match["a"])
        if match["form"] == "%":
            return Written(rational(f"{value} * 100"), "percent", unit="%")
        return Written(rational(value), "arithmetic", fraction=match["form"] == "fraction")
    return None
