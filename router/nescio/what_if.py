"""What would have changed the decision on a query, told only where it is true.

Each change is tried through the same scorer, calibration and rule, and kept if the decision flips. Nothing is changed
by trying: an index is seen as if it were edited.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from nescio.types import Route

if TYPE_CHECKING:
    from nescio.routing import Router
    from nescio_indexes.described import DescribedModel
    from nescio_indexes.encoder import Vectors
    from nescio_indexes.scoring import EmbeddingModel, RawScores

Outcome = Literal["answered", "abstained"]
ChangeKind = Literal["threshold", "target", "language", "features", "add_exemplar", "remove_exemplars"]

REMOVABLE = 16
"""So many of the nearest exemplars are taken away, one by one, to see whether the decision hangs on them."""


@dataclass(frozen=True, slots=True)
class Bar:
    """What a route must pass to be answered.

    Attributes:
        rule: Its name.
        cut: The value that is compared.
        threshold: It must exceed this.
        passes: Whether a route is answered, were the threshold so much.
        otherwise: Why a route is abstained for another reason than the threshold; "" where it is not.
    """

    rule: str
    cut: Literal["scope", "p"]
    threshold: float
    passes: Callable[[Route, float], bool]
    otherwise: Callable[[Route], str] = lambda _: ""

    def value(self, route: Route) -> float:
        """What is compared with the threshold."""
        return route.scope if self.cut == "scope" else route.candidates[0].p_route


@dataclass(frozen=True, slots=True)
class NearExemplar:
    """An exemplar near the query; label None means out of scope, `similarity` is the cosine."""

    text: str
    label: str | None
    similarity: float


@dataclass(frozen=True, slots=True)
class FeatureShare:
    """One scope feature: its value, its middle, and what the way between them adds to the logit of scope.

    The middle is the average over calibration rows; where scope rests on the prior, what leaves it undecided.
    """

    name: str
    value: float
    average: float
    contribution: float


@dataclass(frozen=True, slots=True)
class Change:
    """A change that flips the decision; `says` tells it in words.

    Attributes:
        kind: What is changed.
        leads_to: The decision then.
        says: In words.
        threshold: ``threshold``: the bar below which it is answered, or from which on it is abstained;
            ``target``: the confidence target with which it is answered.
        features: ``features``: those that are average then.
        label: ``add_exemplar``: the label under which the query becomes an exemplar; None is out of scope.
        exemplars: ``remove_exemplars``: their texts.
    """

    kind: ChangeKind
    leads_to: Outcome
    says: str
    threshold: float | None = None
    features: tuple[str, ...] = ()
    label: str | None = None
    exemplars: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """One query with everything needed to route it again under another assumption."""

    router: Router
    model: EmbeddingModel | DescribedModel
    bar: Bar
    text: str
    vector: Vectors
    raw: RawScores
    foreign: bool
    route: Route

    @property
    def answered(self) -> bool:
        """Whether it is, as things are."""
        return self.bar.passes(self.route, self.bar.threshold)

    @property
    def other(self) -> Outcome:
        """The other decision."""
        return "abstained" if self.answered else "answered"

    def again(self, raw: RawScores, foreign: bool | None = None) -> Route:
        """The route with other scores, or read as of another language."""
        flags = np.array([self.foreign if foreign is None else foreign])
        return self.router.ranked([self.text], raw, flags)[0]

    def flips(self, raw: RawScores, foreign: bool | None = None) -> bool:
        """Whether the decision is another one then."""
        return self.bar.passes(self.again(raw, foreign), self.bar.threshold) != self.answered

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The names of the scope features."""
        from nescio_indexes import described, scoring

        return scoring.SCOPE_FEATURES if isinstance(self.model, scoring.EmbeddingModel) else described.FEATURES

    def with_index(self, side: str, index: object) -> RawScores:
        """The scores with another index of exemplars, ``inside`` or ``outside``."""
        parts: dict[str, Any] = {side: index}
        return replace(self.model, **parts).scores(self.vector)


def bar_of(router: Router) -> Bar:
    """The bar of a fitted router: its own rule."""
    rule = router.rule

    def passes(route: Route, threshold: float) -> bool:
        top = route.candidates[0].p_route if route.candidates else 0.0
        return replace(rule, threshold=threshold).answers(route.scope, top)

    return Bar(rule.name, rule.cut, rule.threshold, passes)


def target_change(passes: Callable[[float], bool], target: float) -> Change | None:
    """The highest confidence target below `target`, in hundredths, at which the query is answered; None if at none."""
    for step in range(math.ceil(100 * target) - 1, -1, -1):
        if passes(step / 100):
            return Change("target", "answered", f"answered at confidence target {step / 100:.2f}", step / 100)
    return None


def nearest(case: Case, index: Any, k: int) -> tuple[NearExemplar, ...]:
    """The `k` exemplars of `index` nearest to the query, nearest first."""
    found, exemplars = index.snapshot_search(case.vector, k)
    pairs = zip(found.ids[0].tolist(), found.scores[0].tolist(), strict=True)
    return tuple(NearExemplar(exemplars[i].text, exemplars[i].label, score) for i, score in pairs if i >= 0)


def feature_shares(case: Case) -> tuple[FeatureShare, ...]:
    """Every scope feature with what it adds to the logit of scope."""
    calibration, values = case.router.calibration, case.raw.scope[0]
    shares = (values - calibration.centre) / calibration.scale * calibration.weights
    columns = (values.tolist(), calibration.centre.tolist(), shares.tolist())
    return tuple(FeatureShare(*row) for row in zip(case.feature_names, *columns, strict=True))


def changes(case: Case, features: tuple[FeatureShare, ...]) -> Iterator[Change]:
    """What would have changed the decision, each tried and found to."""
    yield from _threshold_change(case)
    if case.foreign and case.flips(case.raw, foreign=False):
        yield Change("language", case.other, f"{case.other} if its language were one that this router reads")
    yield from _feature_changes(case, features)
    yield from _added_exemplar(case)
    yield from _removed_exemplars(case)


def _threshold_change(case: Case) -> Iterator[Change]:
    value = case.bar.value(case.route)
    if case.answered:
        if not case.bar.passes(case.route, value):
            yield Change(
                "threshold", "abstained", f"abstained if the threshold were {_told(value, up=True)} or more", value
            )
    elif value > 0 and case.bar.passes(case.route, math.nextafter(value, -1.0)):
        yield Change("threshold", "answered", f"answered if the threshold were below {_told(value, up=False)}", value)


def _told(value: float, *, up: bool) -> str:
    """`value` in (0, 1] to two digits that tell it from 0 and from 1, rounded so that what is said of it stays true."""
    room = min(value, 1.0 - value) or value
    digits = max(3, 1 - math.floor(math.log10(room)))
    scaled = value * 10**digits
    return f"{(math.ceil(scaled) if up else math.floor(scaled)) / 10**digits:.{digits}f}"


def _feature_changes(case: Case, features: tuple[FeatureShare, ...]) -> Iterator[Change]:
    """Each feature that decides alone; where none does, the fewest that decide together, the heaviest first."""
    sign = 1.0 if case.answered else -1.0
    heavy = sorted((f for f in features if sign * f.contribution > 0), key=lambda f: -abs(f.contribution))
    single = [feature for feature in heavy if case.flips(_averaged(case, (feature,)))]
    for feature in single:
        yield _feature_change(case, (feature,))
    if single:
        return
    for count in range(2, len(heavy) + 1):
        if case.flips(_averaged(case, tuple(heavy[:count]))):
            yield _feature_change(case, tuple(heavy[:count]))
            return


def _averaged(case: Case, features: tuple[FeatureShare, ...]) -> RawScores:
    scope = case.raw.scope.copy()
    for feature in features:
        scope[0, case.feature_names.index(feature.name)] = feature.average
    return replace(case.raw, scope=scope)


def _feature_change(case: Case, features: tuple[FeatureShare, ...]) -> Change:
    told = " and ".join(f"{f.name} were {f.average:.2f}, not {f.value:.2f}" for f in features)
    return Change("features", case.other, f"{case.other} if {told}", features=tuple(f.name for f in features))


def _added_exemplar(case: Case) -> Iterator[Change]:
    """The query itself as an exemplar: of the top label if it was abstained, out of scope if it was answered."""
    from nescio_indexes.edited import EditedIndex
    from nescio_indexes.index import Exemplar

    label = None if case.answered else case.route.candidates[0].expert
    side = "outside" if label is None else "inside"
    edited = EditedIndex(getattr(case.model, side), added=Exemplar(case.text, label), at=case.vector)
    if case.flips(case.with_index(side, edited)):
        where = "out of scope" if label is None else label
        says = f"{case.other} if this query were an exemplar of {where} in the index, even without a new fit"
        yield Change("add_exemplar", case.other, says, label=label)


def _removed_exemplars(case: Case) -> Iterator[Change]:
    """The fewest nearest exemplars that the decision hangs on: in scope if answered, out of scope if abstained."""
    from nescio_indexes.edited import EditedIndex

    side = "inside" if case.answered else "outside"
    near = nearest(case, getattr(case.model, side), REMOVABLE)
    for count in range(1, len(near) + 1):
        texts = tuple(dict.fromkeys(item.text for item in near[:count]))
        edited = EditedIndex(getattr(case.model, side), removed=frozenset(texts))
        if case.flips(case.with_index(side, edited)):
            some = "the nearest exemplar" if count == 1 else f"the {count} nearest exemplars"
            which = (
                some if side == "inside" else f"{some} that are out of scope" if count > 1 else f"{some} out of scope"
            )
            yield Change("remove_exemplars", case.other, f"{case.other} without {which}", exemplars=texts)
            return
