"""Statistics of a list of numbers that the question spells out: mean, median, mode, range, spread, largest, total."""

from __future__ import annotations

from nescio_experts.math.rules.template import NUMBER, Written, compile_templates, literals, match_any
from nescio_experts.math.rules.text import Reading

_OF = r"(of|for|in|among|from)( the)?( following)?( numbers| values| data| data set| dataset| list| set| scores| list of numbers| set of numbers| sequence)?:? ?"
_L = r"[\[\(\{]?{l:list}[\]\)\}]?"
_RULES = (
    (("mean", "average", "arithmetic mean", "mean value", "average value"), "print(sum(values) / len(values))"),
    (("median", "middle value", "median value"), "print(statistics.median(values))"),
    (("mode", "most common value", "most frequent value", "most common number", "most frequent number"), "print(', '.join(str(v) for v in sorted(statistics.multimode(values))))"),
    (("range",), "print(max(values) - min(values))"),
    (("sum", "total"), "print(sum(values))"),
    (("product",), "print(math.prod(values))"),
    (("largest", "maximum", "max", "biggest", "greatest", "highest", "largest number", "biggest number"), "print(max(values))"),
    (("smallest", "minimum", "min", "least", "lowest", "smallest number"), "print(min(values))"),
    (("population variance",), "print(statistics.pvariance(values))"),
    (("sample variance",), "print(statistics.variance(values))"),
    (("population standard deviation", "population sd"), "print(math.sqrt(statistics.pvariance(values)))"),
    (("sample standard deviation", "sample sd"), "print(math.sqrt(statistics.variance(values)))"),
    (("geometric mean",), "print(math.prod(values) ** (1 / len(values)))"),
    (("harmonic mean",), "print(len(values) / sum(1 / v for v in values))"),
)  # fmt: skip
_TEMPLATES = tuple(
    (
        compile_templates(
            *(f"(the )?{name} {_OF}{_L}" for name in names),
            *(f"(the )?{name}:? {_L}" for name in names),
            *(f"(the )?{name}:? (?P<l>{NUMBER}( ?\\+ ?{NUMBER})+)" for name in names if name in {"sum", "total"}),
            *(f"{_L}[,.:;]? (what is|what's|find|calculate|compute|give)?( the| their)? ?{name}" for name in names),
        ),
        code,
    )
    for names, code in _RULES
)
_EXTRA = (
    (compile_templates(f"(add|add up|sum|sum up|total)( together)?( the numbers)? {_L}( together| up)?"), "print(sum(values))"),
    (compile_templates(f"multiply {_L}( together)?"), "print(math.prod(values))"),
    (compile_templates(f"(which|what)( number)? is (the )?(largest|biggest|greatest|highest|bigger|larger)(,|:| of| number of| out of)? {_L.replace('and', 'and')}"), "print(max(values))"),
    (compile_templates(f"(which|what)( number)? is (the )?(smallest|lowest|least|smaller)(,|:| of| number of| out of)? {_L}"), "print(min(values))"),
    (compile_templates(f"(sort|order|arrange|put)( the numbers)? {_L} (in|from) (ascending order|smallest to largest|increasing order|least to greatest|order)"), "print(', '.join(str(v) for v in sorted(values)))"),
)  # fmt: skip


def read(reading: Reading) -> Written | None:
    """A program for a statistic of listed numbers, or None."""
    text = reading.text.replace(" or ", " and ")
    for patterns, code in (*_TEMPLATES, *_EXTRA):
        for match in match_any(patterns, text.replace(" + ", ", ").replace("+", ", ") if "sum" in text else text):
            source = "import math, statistics\nfrom fractions import Fraction as F\n"
            fractions = "/" in match["l"]
            return Written(
                f"{source}values = {literals(match['l'])}\n{code}\n", "statistics", money=True, fraction=fractions
            )
    return None
