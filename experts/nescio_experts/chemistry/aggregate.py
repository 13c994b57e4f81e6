"""Answers about sets of elements: the most extreme, counts, lists, means. `solve` does single elements and pairs."""

from __future__ import annotations

from statistics import fmean, median

from nescio_experts.chemistry.properties import PROPERTIES, ROOM_TEMPERATURE
from nescio_experts.chemistry.question import Ask
from nescio_experts.chemistry.sets import SET_PROPERTIES, in_set
from nescio_experts.chemistry.wording import Missing, Solved, Wording
from nescio_experts.grounded import join, quantity, sentence

_LONGEST_LIST = 40
_FEW = 3
_SIDE_WORDS = {"above": "above", "below": "below", "left": "to the left of", "right": "to the right of"}
_RANKS = {2: "second", 3: "third", 4: "fourth", 5: "fifth", 6: "sixth", 7: "seventh", 8: "eighth", 9: "ninth"}


class Aggregates(Wording):
    """Answers that need more than the elements named."""

    def members(self, ask: Ask) -> list[int]:
        """The elements that belong to every set of `ask`, by atomic number."""
        kelvin = ask.kelvin or ROOM_TEMPERATURE
        return [z for z in self._table.elements if all(in_set(self._table, z, name, kelvin) for name in ask.sets)]

    def _ranked(self, ask: Ask) -> list[tuple[int, float]]:
        """Members with a measured value, the most extreme first."""
        prop = ask.properties[0]
        values = [(z, self._facts.value(z, prop, ask.nth)) for z in self.members(ask)]
        known = [(z, v) for z, v in values if v is not None and not self._facts.estimated(z, prop)]
        return sorted(known, key=lambda pair: (-ask.direction * pair[1], pair[0]))

    def _extreme(self, ask: Ask) -> Solved | Missing:
        ranked, prop = self._ranked(ask), PROPERTIES[ask.properties[0]]
        if len(ranked) < max(ask.rank, ask.top, 2):
            return Missing(f"too few elements of {self._described(ask)} have a tabulated {prop.label}.")
        value = ranked[ask.rank - 1][1]
        if ask.top > 1:
            chosen = ranked[: ask.top]
            listed = join([f"{self._name(z)} ({quantity(v, prop.unit)})" for z, v in chosen])
            text = f"the {ask.top} with the {_most(ask)} {prop.label} among {self._described(ask)} are {listed}"
        else:
            chosen = [pair for pair in ranked if pair[1] == value]
            which = f"{_RANKS.get(ask.rank, f'{ask.rank}th')} " if ask.rank > 1 else ""
            listed = join([self._name(z) for z, _ in chosen])
            text = f"{listed} {'has' if len(chosen) == 1 else 'have'} the {which}{_most(ask)} {prop.label} among"
            text = f"{text} {self._described(ask)}: {self._show(value, ask)}"
        text = sentence(text) + self._lacking(ask, ranked)
        return self._solved(text, tuple(z for z, _ in chosen), ask.properties, facts=len(ranked))

    def _lacking(self, ask: Ask, ranked: list[tuple[int, float]]) -> str:
        """A word on the members that were left out, if they are few, or sublime and so have no melting point."""
        left = [z for z in self.members(ask) if z not in dict(ranked)]
        if len(left) > _FEW:
            left = [z for z in left if any(form.sublimes for form in self._table.elements[z].transitions)]
        return f" No measured value is tabulated for {join([self._name(z) for z in left])}." if left else ""

    def _filter(self, ask: Ask) -> Solved | Missing:
        """Members that pass a bound or equal a value, counted or listed."""
        members = self.members(ask)
        if ask.properties:
            passed = self._passing(ask, members)
            if isinstance(passed, Missing):
                return passed
            members = passed
        one = len(members) == 1
        described = self._described(ask, one=one)
        described += f" that qualif{'ies' if one else 'y'}" if ask.properties else ""
        if not members:
            return self._solved(f"None: there are 0 {described}.", (), ask.properties or ("series",))
        listed = "" if len(members) > _LONGEST_LIST else f": {join([self._table.elements[z].name for z in members])}"
        verb = "there is 1" if one else f"there are {len(members)}"
        props = ask.properties or tuple(SET_PROPERTIES[name.partition(":")[0]] for name in ask.sets) or ("name",)
        text = sentence(f"{verb} {described}{listed}") + self._undated(ask)
        return self._solved(text, tuple(members), props)

    def _undated(self, ask: Ask) -> str:
        """A word on those whose discovery has no year, where one asks for what was discovered up to some year."""
        early = ask.properties == ("discovery_year",) and ask.bound is not None and ask.bound.direction < 0
        if not early:
            return ""
        known = [z for z in self.members(ask) if self._facts.value(z, "discovery_year") is None]
        return f" Not counted: {join([self._name(z) for z in known])}, known to the ancients." if known else ""

    def _passing(self, ask: Ask, members: list[int]) -> list[int] | Missing:
        prop = ask.properties[0]
        bound = ask.bound
        if ask.value is not None:
            return [z for z in members if self._facts.value(z, prop, ask.nth) == ask.value]
        limit = bound.value if bound is not None else self._facts.value(ask.elements[0], prop, ask.nth)
        if limit is None:
            return self._missing(ask.elements[0], prop, [])
        known = [(z, self._facts.value(z, prop, ask.nth)) for z in members]
        measured = [(z, v) for z, v in known if v is not None and not self._facts.estimated(z, prop)]
        if ask.ceiling is not None:
            return [z for z, v in measured if limit <= v <= ask.ceiling]
        return [z for z, v in measured if (v - limit) * ask.direction > 0]

    def _list(self, ask: Ask) -> Solved | Missing:
        members = self.members(ask)
        if not members:
            return Missing(f"no element is among {self._described(ask)}.")
        if not ask.properties:
            listed = join([f"{self._table.elements[z].name} ({self._table.elements[z].symbol})" for z in members])
            props = tuple(dict.fromkeys(SET_PROPERTIES[name.partition(":")[0]] for name in ask.sets))
            return self._solved(
                sentence(f"{self._described(ask, one=len(members) == 1)}: {listed}"), tuple(members), props
            )
        if len(members) > _LONGEST_LIST:
            return Missing("that would list too many elements.")
        if ask.direction:
            members = [z for z, _ in self._ranked(ask)]
        clauses = {z: self._facts.clause(z, ask.properties[0], units=ask.units, nth=ask.nth) for z in members}
        known = [clause for clause in clauses.values() if clause is not None]
        lacking = [self._name(z) for z, clause in clauses.items() if clause is None]
        if not known:
            return Missing(f"no {PROPERTIES[ask.properties[0]].label} is tabulated for {self._described(ask)}.")
        text = sentence("; ".join(known)) + (f" None is tabulated for {join(lacking)}." if lacking else "")
        return self._solved(text, tuple(members), ask.properties)

    def _mean(self, ask: Ask) -> Solved | Missing:
        members, prop = list(ask.elements) or self.members(ask), ask.properties[0]
        measured = {z for z in members if not self._facts.estimated(z, prop)}
        values = [(z, self._facts.value(z, prop, ask.nth) if z in measured else None) for z in members]
        known = [v for _, v in values if v is not None]
        lacking = [self._name(z) for z, v in values if v is None]
        if len(known) < 2 or (lacking and ask.operation == "sum"):
            return Missing(f"too few values of {PROPERTIES[prop].label} are tabulated for that.")
        value = sum(known) if ask.operation == "sum" else median(known) if ask.operation == "median" else fmean(known)
        what = {"mean": "average", "median": "median", "sum": "total"}[ask.operation]
        of = join([self._name(z) for z in ask.elements]) if ask.elements else self._described(ask)
        shown = self._show(float(f"{value:.8g}"), ask)
        text = f"the {what} {PROPERTIES[prop].label} of {of} is {shown}, over {len(known)} elements"
        tail = f" No measured value is tabulated for {join(lacking)}." if lacking and len(lacking) <= 8 else ""
        return self._solved(sentence(text) + tail, tuple(members), ask.properties, facts=len(known))

    def _neighbour(self, ask: Ask) -> Solved | Missing:
        z = ask.elements[0]
        other = self._table.elements.get(z + ask.direction)
        if other is None:
            return Missing(f"the table ends at {self._name(z)}.")
        where = "after" if ask.direction > 0 else "before"
        text = f"{other.name} ({other.symbol}, atomic number {other.number}) comes {where} {self._name(z)}"
        return self._solved(sentence(text), (z, other.number), ("atomic_number",))

    def _beside(self, ask: Ask) -> Solved | Missing:
        """The neighbour in the same group (above, below) or in the same period (left, right)."""
        element = self._table.elements[ask.elements[0]]
        step = -1 if ask.side in {"above", "left"} else 1
        if ask.side in {"above", "below"}:
            place = (element.period + step, element.group)
            found = [e for e in self._table.elements.values() if (e.period, e.group) == place]
        else:
            other = self._table.elements.get(element.number + step)
            found = [other] if other is not None and other.period == element.period and other.group else []
        if element.group is None or len(found) != 1:
            return Missing(f"my table has no element {_SIDE_WORDS[ask.side or 'above']} {element.name}.")
        (one,) = found
        where = f"{_SIDE_WORDS[ask.side or 'above']} {element.name} in the periodic table"
        text = f"{one.name} ({one.symbol}, atomic number {one.number}) stands {where}"
        return self._solved(sentence(text), (element.number, one.number), ("group", "period"))


def _most(ask: Ask) -> str:
    if ask.properties[0] == "discovery_year":
        return "latest" if ask.direction > 0 else "earliest"
    return "highest" if ask.direction > 0 else "lowest"
