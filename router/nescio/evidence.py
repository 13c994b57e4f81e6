"""What speaks for an answer, as numbers: features from log-probabilities and from agreement of samples.

Pure functions. Experts compute their evidence with them; `nescio.calibration` turns the numbers into p. Nothing here
knows what is right.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache

from nescio.grading.text import contains, tokens
from nescio.types import Token

LOGPROB_FLOOR = -20.0
"""No token counts as less likely than this: servers give −inf or −9999 for what they cut off."""

ROUTE_CLIP = 1e-4
"""p_route is clipped to [ROUTE_CLIP, 1 − ROUTE_CLIP] before its logit is taken."""

_NUMBER = re.compile(r"-?(?:\d+(?:\.\d+)?|\.\d+)%?\Z")
_FILLER_WORDS = (
    "is are was were be been it its this that there of in on at to for by with and answer as so i think believe would "
    "approximately about around has have had which who whom what when where"
)
_FILLER = frozenset(_FILLER_WORDS.split())


def mean_logprob(sequence: Sequence[Token], span: tuple[int, int] | None = None) -> float:
    """Mean natural-log probability of the tokens in `span`, in [LOGPROB_FLOOR, 0]; NaN if there is none.

    Args:
        sequence: The generated tokens, in order.
        span: First and past-last character of the answer in the concatenated text; None for all of it.
    """
    values = span_logprobs(sequence, span)
    return math.fsum(values) / len(values) if values else math.nan


def min_logprob(sequence: Sequence[Token], span: tuple[int, int] | None = None) -> float:
    """Log-probability of the least likely token in `span`, in [LOGPROB_FLOOR, 0]; NaN if there is none."""
    return min(span_logprobs(sequence, span), default=math.nan)


def sum_logprob(sequence: Sequence[Token], span: tuple[int, int] | None = None) -> float:
    """Log-probability of the whole span, the sum over its tokens; NaN if there is none."""
    values = span_logprobs(sequence, span)
    return math.fsum(values) if values else math.nan


def span_logprobs(sequence: Sequence[Token], span: tuple[int, int] | None = None) -> tuple[float, ...]:
    """The log-probabilities of the tokens that overlap `span` and carry a letter or digit.

    Punctuation and blanks say how a model formats, not what it knows; they count only where there is nothing else.
    """
    inside: list[tuple[bool, float]] = []
    start = 0
    for token in sequence:
        end = start + len(token.text)
        if span is None or (start < span[1] and end > span[0]):
            bounded = LOGPROB_FLOOR if math.isnan(token.logprob) else min(0.0, max(LOGPROB_FLOOR, token.logprob))
            inside.append((any(char.isalnum() for char in token.text), bounded))
        start = end
    worded = tuple(value for has_word, value in inside if has_word)
    return worded or tuple(value for _, value in inside)


def locate(sequence: Sequence[Token], answer: str) -> tuple[int, int] | None:
    """The span of the last occurrence of `answer` in the concatenated tokens; None if it does not occur."""
    text = "".join(token.text for token in sequence)
    start = text.rfind(answer) if answer else -1
    return None if start < 0 else (start, start + len(answer))


def agree(first: str, second: str, question: str = "") -> bool:
    """Whether two texts state the same answer.

    They do if their normal forms are equal, if one number stands against an equal one, or if the words of the one occur
    side by side in the other and no number speaks against it. Words of `question` and filler are left out first, so
    "Paris" agrees with "The capital of France is Paris".
    """
    one, two = _core(first, question), _core(second, question)
    if not one or not two:
        return one == two and tokens(first) == tokens(second)
    if one == two:
        return True
    numbers_one, numbers_two = _numbers(one), _numbers(two)
    if numbers_one and numbers_two:
        same = any(math.isclose(a, b, rel_tol=1e-9) for a in numbers_one for b in numbers_two)
        if not same:
            return False
        if len(one) == 1 or len(two) == 1:
            return True
    return contains(one, two) or contains(two, one)


def agreement(text: str, samples: Sequence[str], question: str = "") -> float:
    """Share of `samples` that state the same answer as `text`, in [0, 1]; NaN without samples.

    `samples` are the other draws: leave out the one that `text` itself is.
    """
    if not samples:
        return math.nan
    return sum(agree(text, sample, question) for sample in samples) / len(samples)


def pairwise_agreement(samples: Sequence[str], question: str = "") -> float:
    """Share of unordered pairs of `samples` that agree, in [0, 1]; NaN with fewer than two."""
    pairs = [(a, b) for i, a in enumerate(samples) for b in samples[:i]]
    return sum(agree(a, b, question) for a, b in pairs) / len(pairs) if pairs else math.nan


def groups(samples: Sequence[str], question: str = "") -> tuple[tuple[int, ...], ...]:
    """Indexes of `samples` grouped by answer, the largest group first; each joins the first group it agrees with."""
    found: list[list[int]] = []
    for index, sample in enumerate(samples):
        home = next((group for group in found if agree(samples[group[0]], sample, question)), None)
        if home is None:
            found.append([index])
        else:
            home.append(index)
    return tuple(sorted((tuple(group) for group in found), key=lambda group: (-len(group), group[0])))


def semantic_entropy(samples: Sequence[str], question: str = "") -> float:
    """Entropy in nats over groups of equal meaning: Farquhar et al., Nature 630 (2024), the discrete estimate, eq. 5.

    0 when all samples agree, ln n when no two do; NaN without samples.
    """
    if not samples:
        return math.nan
    sizes = Counter(len(group) for group in groups(samples, question))
    total = len(samples)
    return max(0.0, -math.fsum(count * (size / total) * math.log(size / total) for size, count in sizes.items()))


def route_logit(p_route: float) -> float:
    """Log-odds of `p_route`, clipped so that 0 and 1 stay finite; NaN stays NaN."""
    if math.isnan(p_route):
        return math.nan
    clipped = min(1.0 - ROUTE_CLIP, max(ROUTE_CLIP, p_route))
    return math.log(clipped / (1.0 - clipped))


def feature_vector(features: Mapping[str, float], names: Sequence[str], p_route: float) -> tuple[float, ...]:
    """A calibrator's input: `features` in the order of `names`, then the log-odds of `p_route`.

    A feature that is missing is NaN, an infinite one too: p is then NaN, and NaN never answers.
    """
    values = (*(float(features.get(name, math.nan)) for name in names), route_logit(p_route))
    return tuple(value if math.isfinite(value) else math.nan for value in values)


@lru_cache(maxsize=4096)
def _core(text: str, question: str) -> tuple[str, ...]:
    words = tokens(text)
    drop = frozenset(tokens(question)) | _FILLER
    core = tuple(word for word in words if word not in drop or (_NUMBER.match(word) and word not in tokens(question)))
    return core or words


def _numbers(words: Sequence[str]) -> tuple[float, ...]:
    return tuple(float(word.rstrip("%")) for word in words if _NUMBER.match(word))
