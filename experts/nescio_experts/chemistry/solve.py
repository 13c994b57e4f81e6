"""Carries out what a question asks on the facts and words the answer; says what is missing where a fact is.

It trusts `interpret` to have understood, and `facts` for values. It neither reads questions nor decides whether to
answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from nescio_experts.chemistry.aggregate import Aggregates
from nescio_experts.chemistry.facts import Facts, subject
from nescio_experts.chemistry.properties import ISOTOPE_PROPERTIES, PROPERTIES, ROOM_TEMPERATURE
from nescio_experts.chemistry.question import Ask
from nescio_experts.chemistry.sets import SET_PROPERTIES, in_set
from nescio_experts.chemistry.wording import Missing, Solved
from nescio_experts.grounded import join, number, sentence

_SAME = 0.005
"""Relative difference up to which a value that was guessed counts as right."""


class Solver(Aggregates):
    """Answers `Ask`s from the facts."""

    def __init__(self, facts: Facts) -> None:
        super().__init__(facts)
        self._rules: dict[str, Callable[[Ask], Solved | Missing]] = {
            "lookup": self._lookup,
            "choose": self._choose,
            "choose_member": self._choose_member,
            "order": self._order,
            "check_state": self._check_state,
            "check_order": self._check_order,
            "check_bound": self._check_bound,
            "check_value": self._check_value,
            "check_set": self._check_set,
            "check_extreme": self._check_extreme,
            "check_symbol": self._check_symbol,
            "check_same": self._check_same,
            "difference": self._difference,
            "range": self._range,
            "ratio": self._difference,
            "extreme": self._extreme,
            "filter": self._filter,
            "count": self._filter,
            "list": self._list,
            "mean": self._mean,
            "median": self._mean,
            "sum": self._mean,
            "neighbour": self._neighbour,
            "beside": self._beside,
            "main_state": self._main_state,
            "mass_of_amount": self._amount,
            "amount_of_mass": self._amount,
        }

    def solve(self, ask: Ask) -> Solved | Missing:
        """The answer, or what is missing."""
        if ask.inner is not None:
            return self._in_two_steps(ask, ask.inner)
        if ask.properties == ("heavy",):
            return self._heavy(ask)
        if "heavy" in ask.properties:
            ask = replace(ask, properties=tuple("atomic_weight" if p == "heavy" else p for p in ask.properties))
        return self._rules[ask.operation](ask)

    # -- single facts -------------------------------------------------------------------------------------------------

    def _lookup(self, ask: Ask) -> Solved | Missing:
        if ask.isotopes:
            return self._isotopes(ask)
        if ask.properties == ("oxidation_states",) and ask.direction:
            return self._extreme_oxidation(ask)
        clauses: list[str] = []
        for prop in ask.properties:
            for z in ask.elements:
                if ask.measured and self._facts.estimated(z, prop):
                    return self._unmeasured(z, prop)
                clause = self._facts.clause(z, prop, units=ask.units, nth=ask.nth, kelvin=ask.kelvin)
                if clause is None:
                    return self._missing(z, prop, clauses)
                clauses.append(clause)
        text = sentence("; ".join(clauses))
        if ask.direction and len(ask.properties) == 1 and PROPERTIES[ask.properties[0]].numeric:
            chosen = self._choose(replace(ask, direction=1))
            if isinstance(chosen, Solved):
                text = chosen.text
        return self._solved(text, ask.elements, ask.properties)

    def _in_two_steps(self, ask: Ask, inner: Ask) -> Solved | Missing:
        """A fact of the one element that another question leads to, and how it led there."""
        found = self.solve(inner)
        if isinstance(found, Missing):
            return found
        chosen = [z for z in found.elements if z not in inner.elements]
        if len(chosen) != 1:
            return Missing("more than one element fits that description.", found.text)
        solved = self.solve(replace(ask, inner=None, elements=(chosen[0],)))
        if isinstance(solved, Missing):
            return solved
        text, citations = f"{solved.text} {found.text}", solved.citations + found.citations
        return Solved(text, citations, solved.facts + found.facts, solved.elements)

    def _main_state(self, ask: Ask) -> Solved | Missing:
        element = self._table.elements[ask.elements[0]]
        if len(element.oxidation_main) == 1:
            return self._lookup(replace(ask, operation="lookup"))
        clause = self._facts.clause(element.number, "oxidation_states")
        if clause is None:
            return self._missing(element.number, "oxidation_states", [])
        several = f"my table names several main oxidation states of {element.name}, and none the most common."
        return Missing(several, sentence(clause))

    def _unmeasured(self, z: int, prop: str) -> Missing:
        estimate = self._facts.clause(z, prop) or ""
        label = PROPERTIES[prop].label
        return Missing(f"no measured {label} of {self._name(z)} is tabulated, only an estimate.", sentence(estimate))

    def _extreme_oxidation(self, ask: Ask) -> Solved | Missing:
        element = self._table.elements[ask.elements[0]]
        states = element.oxidation_main + element.oxidation_other
        if not states:
            return self._missing(element.number, "oxidation_states", [])
        best = max(states) if ask.direction > 0 else min(states)
        which = "highest" if ask.direction > 0 else "lowest"
        text = f"the {which} known oxidation state of {element.name} ({element.symbol}) is {best:+d}"
        return self._solved(sentence(text), ask.elements, ask.properties)

    def _isotopes(self, ask: Ask) -> Solved | Missing:
        clauses = []
        for z, mass in ask.isotopes:
            name = f"{self._table.elements[z].name}-{mass}"
            for prop in ask.properties:
                if prop not in ISOTOPE_PROPERTIES:
                    return Missing(f"the {PROPERTIES[prop].label} is known for elements, not for {name} alone.")
                isotope = self._facts.isotope(z, mass)
                if isotope is None:
                    return Missing(f"no isotope {name} is tabulated.")
                clause = self._facts.isotope_clause(z, mass, prop)
                if clause is None and prop == "half_life" and isotope.stable:
                    clause = f"{name} is stable, so it has no half-life"
                if clause is None:
                    return Missing(f"no {PROPERTIES[prop].label} of {name} is tabulated.")
                clauses.append(clause)
        names = [f"{self._table.elements[z].name}-{mass}" for z, mass in ask.isotopes]
        citations = self._facts.citation(subject(names), ask.properties, isotope=True)
        return Solved(sentence("; ".join(clauses)), citations, len(clauses))

    # -- two elements -------------------------------------------------------------------------------------------------

    def _values(self, ask: Ask) -> list[tuple[int, float]] | Missing:
        prop = ask.properties[0]
        values = []
        for z in ask.elements:
            value = self._facts.value(z, prop, ask.nth)
            if value is None:
                return self._missing(z, prop, [])
            values.append((z, value))
        return values

    def _choose(self, ask: Ask) -> Solved | Missing:
        values = self._values(ask)
        if isinstance(values, Missing):
            return values
        prop = ask.properties[0]
        ranked = sorted(values, key=lambda pair: -ask.direction * pair[1])
        (best, most), rest = ranked[0], ranked[1:]
        others = join([f"{self._show(value, ask)} for {self._name(z)}" for z, value in rest])
        label = PROPERTIES[prop].label
        if any(value == most for _, value in rest):
            text = f"the {label} is the same: {self._show(most, ask)} for {self._name(best)} and {others}"
        else:
            text = f"{self._name(best)} {self._more(prop, ask.direction)}: {self._show(most, ask)}, against {others}"
        return self._solved(sentence(text), ask.elements, ask.properties)

    def _heavy(self, ask: Ask) -> Solved | Missing:
        """Weight of the atom, with the density beside it, because "heavy" may mean either."""
        by_weight = self._rules[ask.operation](replace(ask, properties=("atomic_weight",)))
        if isinstance(by_weight, Missing) or ask.operation not in {"lookup", "choose", "check_order"}:
            return by_weight
        by_density = self._rules[ask.operation](replace(ask, properties=("density",)))
        if isinstance(by_density, Missing):
            return by_weight
        text = f"{by_weight.text} By density: {by_density.text[0].lower()}{by_density.text[1:]}"
        if ask.operation != "lookup" and by_weight.text.split()[0] != by_density.text.split()[0]:
            return Missing("“heavier” may mean the atom or the bulk, and they disagree here.", text)
        return Solved(text, by_weight.citations + by_density.citations, by_weight.facts + by_density.facts)

    def _order(self, ask: Ask) -> Solved | Missing:
        values = self._values(ask)
        if isinstance(values, Missing):
            return values
        ranked = sorted(values, key=lambda pair: -ask.direction * pair[1])
        listed = "; ".join(f"{self._name(z)}, {self._show(value, ask)}" for z, value in ranked)
        way = "from the highest to the lowest" if ask.direction > 0 else "from the lowest to the highest"
        text = f"by {PROPERTIES[ask.properties[0]].label}, {way}: {listed}"
        return self._solved(sentence(text), ask.elements, ask.properties)

    def _choose_member(self, ask: Ask) -> Solved | Missing:
        name = ask.sets[0]
        verdicts = [(z, in_set(self._table, z, name, ask.kelvin or ROOM_TEMPERATURE)) for z in ask.elements]
        if any(verdict is None for _, verdict in verdicts):
            label = PROPERTIES[SET_PROPERTIES[name.partition(":")[0]]].label
            return Missing(f"the table does not settle the {label} of all of them.")
        belong = [self._name(z) for z, verdict in verdicts if verdict]
        prop = SET_PROPERTIES[name.partition(":")[0]]
        about = "; ".join(self._about(z, name, ask.kelvin) for z in ask.elements)
        text = f"{join(belong) if belong else 'none of them'}: {about}"
        return self._solved(sentence(text), ask.elements, (prop,))

    def _check_order(self, ask: Ask) -> Solved | Missing:
        values = self._values(ask)
        if isinstance(values, Missing):
            return values
        (one, first), others = values[0], values[1:]
        holds = all((first - value) * ask.direction > 0 for _, value in others)
        shown = join([f"{self._show(value, ask)} for {self._name(z)}" for z, value in others])
        prop = PROPERTIES[ask.properties[0]]
        clause = f"the {prop.label} of {self._name(one)} is {self._show(first, ask)}, against {shown}"
        return self._solved(sentence(f"{'yes' if holds else 'no'}: {clause}"), ask.elements, ask.properties)

    def _check_same(self, ask: Ask) -> Solved | Missing:
        prop = ask.properties[0]
        found = self._lookup(replace(ask, operation="lookup"))
        if isinstance(found, Missing):
            return found
        one, other = (self._table.elements[z] for z in ask.elements)
        if prop in {"group", "period", "block", "series"}:
            holds = getattr(one, prop) == getattr(other, prop)
        elif PROPERTIES[prop].numeric:
            holds = self._facts.value(one.number, prop, ask.nth) == self._facts.value(other.number, prop, ask.nth)
        else:
            return Missing(f"two elements cannot be compared by {PROPERTIES[prop].label}.", found.text)
        return replace(found, text=f"{'Yes' if holds else 'No'}: {found.text[0].lower()}{found.text[1:]}")

    def _check_symbol(self, ask: Ask) -> Solved:
        one, other = (self._table.elements[z] for z in ask.elements)
        verdict, tail = ("yes", "") if one == other else ("no", f"; {other.symbol} is {other.name}")
        text = f"{verdict}: the chemical symbol of {one.name} is {one.symbol}{tail}"
        return self._solved(sentence(text), ask.elements, ask.properties)

    def _difference(self, ask: Ask) -> Solved | Missing:
        values = self._values(replace(ask, elements=ask.elements[:2]))
        if isinstance(values, Missing):
            return values
        if len(ask.elements) != 2:
            return Missing("a difference is taken between two elements, and more were named.")
        prop = ask.properties[0]
        (one, first), (other, second) = values
        high, low = (one, other) if first >= second else (other, one)
        shown = f"{self._show(first, ask)} for {self._name(one)}, {self._show(second, ask)} for {self._name(other)}"
        if ask.operation == "ratio":
            smaller = min(first, second)
            if smaller <= 0 or PROPERTIES[prop].kind == "temperature":
                return Missing(
                    f"a ratio of two values of {PROPERTIES[prop].label} has no plain meaning.", sentence(shown)
                )
            times = number(max(first, second) / smaller, digits=5)
            label = PROPERTIES[prop].label
            text = f"the {label} of {self._name(high)} is {times} times that of {self._name(low)}: {shown}"
        else:
            gap = self._facts.show_difference(abs(first - second), prop, ask.units)
            text = (
                f"the difference is {gap}: the {PROPERTIES[prop].label} is {shown}"
                if first != second
                else f"there is no difference, 0 {PROPERTIES[prop].unit}: the {PROPERTIES[prop].label} is {shown}"
            )
        return self._solved(sentence(text), ask.elements, ask.properties)

    def _range(self, ask: Ask) -> Solved | Missing:
        z = ask.elements[0]
        values = [self._facts.value(z, prop) for prop in ask.properties]
        for prop, value in zip(ask.properties, values, strict=True):
            if value is None:
                return self._missing(z, prop, [])
        first, second = (value or 0.0 for value in values)
        gap = self._facts.show_difference(abs(first - second), ask.properties[0], ask.units)
        shown = join([f"{self._show(v, replace(ask, properties=(p,)))} ({PROPERTIES[p].label})" for p, v in
                      zip(ask.properties, (first, second), strict=True)])  # fmt: skip
        return self._solved(
            sentence(f"the difference for {self._name(z)} is {gap}: {shown}"), ask.elements, ask.properties
        )

    def _amount(self, ask: Ask) -> Solved | Missing:
        """The mass of an amount in moles, or the amount in a mass in grams, of atoms."""
        z = ask.elements[0]
        molar = self._facts.value(z, "molar_mass")
        if molar is None or ask.value is None:
            return self._missing(z, "molar_mass", [])
        to_mass = ask.operation == "mass_of_amount"
        moles, grams = (ask.value, ask.value * molar) if to_mass else (ask.value / molar, ask.value)
        amount = f"{number(moles, digits=6)} mol of {self._name(z)} atoms"
        mass = f"{number(grams, digits=6)} g"
        if to_mass and "kg" in ask.units:
            mass = f"{number(grams / 1000, digits=6)} kg ({mass})"
        text = f"{amount} have a mass of {mass}" if to_mass else f"{mass} of {self._name(z)} are {amount}"
        return self._solved(sentence(f"{text}, at a molar mass of {number(molar)} g/mol"), ask.elements, ask.properties)

    # -- checks -------------------------------------------------------------------------------------------------------

    def _check_bound(self, ask: Ask) -> Solved | Missing:
        z, prop = ask.elements[0], ask.properties[0]
        value = self._facts.value(z, prop, ask.nth)
        if value is None or ask.bound is None:
            return self._missing(z, prop, [])
        holds = (value - ask.bound.value) * ask.bound.direction > 0
        if ask.ceiling is not None:
            holds = ask.bound.value <= value <= ask.ceiling
        clause = self._facts.clause(z, prop, units=ask.units, nth=ask.nth)
        return self._solved(sentence(f"{'yes' if holds else 'no'}: {clause}"), ask.elements, ask.properties)

    def _check_value(self, ask: Ask) -> Solved | Missing:
        z, prop = ask.elements[0], ask.properties[0]
        value = self._facts.value(z, prop, ask.nth)
        if value is None or ask.value is None:
            return self._missing(z, prop, [])
        exact = PROPERTIES[prop].kind == "whole"
        holds = value == ask.value if exact else abs(value - ask.value) <= _SAME * abs(value)
        clause = self._facts.clause(z, prop, units=ask.units, nth=ask.nth)
        if ask.direction and not holds and value < ask.value and PROPERTIES[prop].kind == "temperature":
            below = f"the {PROPERTIES[prop].label} of {self._name(z)} lies below that temperature"
            return Missing(f"{below}, so yes and no may both be meant.", sentence(clause or ""))
        return self._solved(sentence(f"{'yes' if holds else 'no'}: {clause}"), ask.elements, ask.properties)

    def _check_state(self, ask: Ask) -> Solved | Missing:
        element = self._table.elements[ask.elements[0]]
        states = element.oxidation_main + element.oxidation_other
        clause = self._facts.clause(element.number, "oxidation_states")
        if not states or clause is None or ask.value is None:
            return self._missing(element.number, "oxidation_states", [])
        text = f"{'yes' if int(ask.value) in states else 'no'}: {clause}"
        return self._solved(sentence(text), ask.elements, ask.properties)

    def _check_isotope(self, ask: Ask) -> Solved | Missing:
        found = self._isotopes(ask)
        isotope = self._facts.isotope(*ask.isotopes[0])
        if isinstance(found, Missing) or isotope is None:
            return found
        holds = isotope.radioactive == (ask.sets[0] == "radioactive")
        return replace(found, text=f"{'Yes' if holds else 'No'}: {found.text}")

    def _check_set(self, ask: Ask) -> Solved | Missing:
        if ask.isotopes:
            return self._check_isotope(ask)
        pairs = [(z, name) for z in ask.elements for name in ask.sets]
        verdicts = [in_set(self._table, z, name, ask.kelvin or ROOM_TEMPERATURE) for z, name in pairs]
        if None in verdicts:
            z, unknown = pairs[verdicts.index(None)]
            label = PROPERTIES[SET_PROPERTIES[unknown.partition(":")[0]]].label
            return Missing(f"the table does not settle the {label} of {self._name(z)}.")
        clauses = dict.fromkeys(self._about(z, name, ask.kelvin) for z, name in pairs)
        props = tuple(dict.fromkeys(SET_PROPERTIES[name.partition(":")[0]] for name in ask.sets))
        text = f"{'yes' if all(verdicts) else 'no'}: {'; '.join(clauses)}"
        return self._solved(sentence(text), ask.elements, props)

    def _about(self, z: int, name: str, kelvin: float | None) -> str:
        prop = SET_PROPERTIES[name.partition(":")[0]]
        return self._facts.clause(z, prop, kelvin=kelvin) or ""

    def _check_extreme(self, ask: Ask) -> Solved | Missing:
        found = self._extreme(replace(ask, operation="extreme"))
        if isinstance(found, Missing):
            return found
        members = self._ranked(ask)
        holds = bool(members) and members[ask.rank - 1][0] == ask.elements[0]
        return replace(found, text=f"{'Yes' if holds else 'No'}: {found.text[0].lower()}{found.text[1:]}")
