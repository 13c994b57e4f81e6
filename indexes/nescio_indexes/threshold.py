"""Where a fitted router stops answering: the rules, and the threshold each gives on out-of-fold rows.

``harmonic``, ``keep`` and ``oos-recall`` cut `scope`; ``target`` and ``max-risk`` cut `p`. ``prior`` cuts `scope` at
even odds, where no row is there to choose by. A query is answered iff the cut value exceeds the threshold, so equality
and NaN abstain.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from nescio.errors import ArtefactError, DataError, InvalidRequest
from nescio.risk import learn_then_test
from nescio_indexes.softmax import Floats

RuleName = Literal["harmonic", "keep", "oos-recall", "target", "max-risk", "prior"]

KEEP = 0.95
"""Share of in-scope rows that the default rule keeps when there is no out-of-scope row to weigh them against."""

_PLATEAU = 0.002


@dataclass(frozen=True, slots=True)
class Wish:
    """What the owner asks of the threshold; at most one field is set. None at all means the default rule."""

    target: float | None = None
    max_risk: float | None = None
    oos_recall: float | None = None

    def check(self) -> None:
        """Refuse a contradiction or a value out of range.

        Raises:
            InvalidRequest: Two are set, or one is outside its range.
        """
        named = {name: value for name, value in asdict(self).items() if value is not None}
        if len(named) > 1:
            both = " and ".join(f"--{name.replace('_', '-')}" for name in named)
            raise InvalidRequest(f"{both} exclude one another", hint="give one of them")
        for name, value in named.items():
            low_ok = value >= 0 if name == "target" else value > 0
            high_ok = value <= 1 if name == "oos_recall" else value < 1
            if not (low_ok and high_ok):
                raise InvalidRequest(f"--{name.replace('_', '-')} {value} is out of range", hint="between 0 and 1")


@dataclass(frozen=True, slots=True)
class Rule:
    """A threshold and where it came from: answer iff the `cut` value exceeds `threshold`."""

    name: RuleName
    cut: Literal["scope", "p"]
    threshold: float
    value: float | None = None

    def answers(self, scope: float, p: float) -> bool:
        """Whether a query with these values is answered."""
        return (scope if self.cut == "scope" else p) > self.threshold

    def to_json(self) -> dict[str, Any]:
        """Its fields."""
        return asdict(self)

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> Rule:
        """What `to_json` gave; unknown fields are ignored.

        Raises:
            ArtefactError: A field is missing or wrong, or the rule is one of the future.
        """
        try:
            value = body.get("value")
            rule = cls(body["name"], body["cut"], float(body["threshold"]), None if value is None else float(value))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ArtefactError(f"the threshold's rule is damaged: {error!r}", hint="fit it again") from error
        if rule.name not in get_args(RuleName):
            raise ArtefactError(
                f"no rule for a threshold is called {rule.name!r}",
                hint="use a newer nescio, or fit it again with this one",
            )
        if rule.cut not in ("scope", "p") or not 0.0 <= rule.threshold <= 1.0:
            raise ArtefactError("the threshold's rule is damaged", hint="fit it again")
        return rule


@dataclass(frozen=True, slots=True)
class Judged:
    """Out-of-fold rows: what the router would say of them, and what is true.

    Attributes:
        scope: (n,) P(in scope).
        p: (n,) P(in scope and top label right).
        inside: (n,) whether in scope.
        right: (n,) whether in scope and the top label is right.
    """

    scope: Floats
    p: Floats
    inside: NDArray[np.bool_]
    right: NDArray[np.bool_]

    def rates_at(self, threshold: float) -> tuple[float, float]:
        """Shares at a cut of `scope`: in-scope right and answered, out-of-scope refused."""
        answered = self.scope > threshold
        kept = float((self.right & answered).sum() / max(int(self.inside.sum()), 1))
        return kept, float((~answered[~self.inside]).mean()) if (~self.inside).any() else 1.0


def choose(rows: Judged, wish: Wish, *, oos_prior: float, pseudo: bool, seed: int = 0) -> Rule:
    """The rule that `wish` asks for, with its threshold from `rows`.

    Args:
        rows: Out-of-fold rows.
        wish: The owner's wish.
        oos_prior: Assumed share of out-of-scope queries; ``max-risk`` thins the rows to it.
        pseudo: Whether the out-of-scope rows stand in for real ones, of which there are none.
        seed: Of the thinning.

    Raises:
        DataError: ``oos-recall`` without out-of-scope rows.
    """
    if wish.target is not None:
        return Rule("target", "p", wish.target, wish.target)
    if wish.max_risk is not None:
        asked = at_prior(rows, oos_prior, seed, pseudo)
        return Rule("max-risk", "p", learn_then_test(asked.p, ~asked.right, wish.max_risk).threshold, wish.max_risk)
    if wish.oos_recall is not None:
        if pseudo or rows.inside.all():
            raise DataError(
                "--oos-recall needs training rows with label null", hint="add queries that are out of scope"
            )
        return Rule("oos-recall", "scope", _refusing(rows, wish.oos_recall), wish.oos_recall)
    if not rows.inside.any():
        return even_odds(oos_prior)
    if pseudo or rows.inside.all():
        return Rule("keep", "scope", _keeping(rows.scope[rows.inside], KEEP), KEEP)
    return Rule("harmonic", "scope", _harmonic(rows))


def even_odds(oos_prior: float) -> Rule:
    """Answer where in scope was the likelier at a prior of one half, wherever `oos_prior` moves the probabilities."""
    return Rule("prior", "scope", 1.0 - oos_prior)


def harmonic_mean(kept: float, refused: float) -> float:
    """2ab/(a + b), 0 if both are 0."""
    return 2.0 * kept * refused / (kept + refused) if kept + refused > 0 else 0.0


def _harmonic(rows: Judged) -> float:
    cuts = _between(rows.scope)
    order = np.argsort(rows.scope)
    ranks = np.searchsorted(rows.scope[order], cuts, side="right")
    right = np.concatenate([[0], np.cumsum(rows.right[order])])
    out = np.concatenate([[0], np.cumsum(~rows.inside[order])])
    kept = (right[-1] - right[ranks]) / max(int(rows.inside.sum()), 1)
    refused = out[ranks] / max(int(out[-1]), 1)
    means = 2.0 * kept * refused / np.maximum(kept + refused, 1e-12)
    # The middle of the plateau moves less from sample to sample than its highest tooth.
    plateau = cuts[means >= means.max() - _PLATEAU]
    return float(np.median(plateau))


def _keeping(scope: Floats, share: float) -> float:
    ordered = np.sort(scope)
    place = int(np.floor((1.0 - share) * ordered.size))
    return float(np.nextafter(ordered[place], 0.0))


def _refusing(rows: Judged, recall: float) -> float:
    out = np.sort(rows.scope[~rows.inside])
    place = min(max(int(np.ceil(recall * out.size - 1e-9)) - 1, 0), out.size - 1)
    return float(out[place])


def at_prior(rows: Judged, oos_prior: float, seed: int, pseudo: bool) -> Judged:
    """`rows` thinned until `oos_prior` of them are out of scope; only those in scope where the others stand in."""
    outside = np.flatnonzero(~rows.inside)
    inside = np.flatnonzero(rows.inside)
    if pseudo or not len(outside):
        return _taken(rows, inside)
    rng = np.random.default_rng(seed)
    odds = oos_prior / (1.0 - oos_prior)
    if len(outside) > odds * len(inside):
        outside = rng.permutation(outside)[: round(odds * len(inside))]
    else:
        inside = rng.permutation(inside)[: max(round(len(outside) / odds), 1)]
    return _taken(rows, np.sort(np.concatenate([inside, outside])))


def _taken(rows: Judged, places: NDArray[np.int64]) -> Judged:
    return Judged(rows.scope[places], rows.p[places], rows.inside[places], rows.right[places])


def _between(values: Floats) -> Floats:
    ordered = np.unique(values)
    inner = (ordered[1:] + ordered[:-1]) / 2.0
    return np.concatenate([[0.0], inner]) if inner.size else np.array([0.0])
