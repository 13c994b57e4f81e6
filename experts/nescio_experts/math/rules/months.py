"""How many months have so many days: exactly so many, or at least so many, where the two readings differ."""

from __future__ import annotations

from nescio_experts.math.rules.template import Written, compile_templates, match_any
from nescio_experts.math.rules.text import Reading

_LENGTHS = (31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 31)
"""Of every month but February."""

_MONTHS = compile_templates(
    "how many (of the )?(12 )?(calendar )?months( of the year| in the year| of a year| in a year| a year)? (have|has|contain|"
    "are there with|with|that have)( got)?( (?P<how>exactly|precisely|only|just|at least|at most|more than|fewer than|less than))? "
    "{n:int} days( in them)?( in (a|any|the) year)?"
)
_TESTS = {
    "exactly": "==", "precisely": "==", "only": "==", "just": "==", "at least": ">=", "at most": "<=",
    "more than": ">", "fewer than": "<", "less than": "<",
}  # fmt: skip


def read(reading: Reading) -> Written | None:
    """A program that counts months, or None where leap years decide."""
    for match in match_any(_MONTHS, reading.text):
        days = int(match["n"])
        if match["how"]:
            return _counted(_TESTS[match["how"]], days, "")
        if days <= 28:
            return _counted(">=", days, f" (every month has at least {days} days)" if days else "")
        longer = sum(length > days for length in _LENGTHS)
        return _counted("==", days, f" ({longer + _LENGTHS.count(days)} have {days} days or more)" if longer else "")
    return None


def _counted(test: str, days: int, note: str) -> Written | None:
    counts = {sum(_holds(length, test, days) for length in (february, *_LENGTHS)) for february in (28, 29)}
    if len(counts) > 1:
        return None
    source = f"lengths = {[28, *_LENGTHS]}\nprint(sum(length {test} {days} for length in lengths))\n"
    return Written(source, "month", note=note)


def _holds(length: int, test: str, days: int) -> bool:
    return {"==": length == days, ">=": length >= days, "<=": length <= days, ">": length > days, "<": length < days}[
        test
    ]
