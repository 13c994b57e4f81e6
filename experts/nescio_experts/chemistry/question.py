"""The vocabulary between reading and solving: what a question asks (`Ask`), or why it asks for something else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Operation = Literal[
    "lookup", "choose", "choose_member", "order",
    "check_order", "check_bound", "check_value", "check_set", "check_extreme", "check_symbol",
    "check_same", "check_state",
    "difference", "range", "ratio", "extreme", "filter", "count", "list", "mean", "median", "sum", "neighbour",
    "beside", "mass_of_amount", "amount_of_mass", "main_state",
]  # fmt: skip


Side = Literal["above", "below", "left", "right"]


@dataclass(frozen=True, slots=True)
class Bound:
    """A limit that values must exceed (`direction` 1) or stay below (-1), in the property's own unit."""

    direction: int
    value: float


@dataclass(frozen=True, slots=True)
class Ask:
    """What a question asks.

    Attributes:
        operation: What to do with the facts.
        properties: Which properties, in order.
        elements: Of which elements, by atomic number, in order.
        isotopes: Of which isotopes (atomic number, mass number).
        sets: Filters to choose elements by ("group:17"); empty means all.
        direction: 1 for more or most, -1 for less or least, 0 where it has no meaning.
        rank: 2 for "second highest".
        top: 3 for "the three densest".
        bound: A limit to check or filter by.
        ceiling: The upper end of a range whose lower end is `bound`; both ends belong to it.
        value: A value to verify, or an amount to convert.
        units: Units asked for.
        nth: Which ionisation energy.
        measured: Whether a measured value is insisted on.
        kelvin: Temperature at which a phase is asked.
        side: On which side of an element its neighbour in the table is asked for.
        inner: What to answer first, for the element to ask about.
        operations: Number of operations on facts, for the evidence.
    """

    operation: Operation
    properties: tuple[str, ...] = ()
    elements: tuple[int, ...] = ()
    isotopes: tuple[tuple[int, int], ...] = ()
    sets: tuple[str, ...] = ()
    direction: int = 0
    rank: int = 1
    top: int = 1
    bound: Bound | None = None
    ceiling: float | None = None
    value: float | None = None
    units: tuple[str, ...] = ()
    nth: int = 1
    measured: bool = False
    kelvin: float | None = None
    side: Side | None = None
    inner: Ask | None = None
    operations: int = 0


@dataclass(frozen=True, slots=True)
class Misfit:
    """Why a question asks for something else.

    Attributes:
        kind: ``unknown`` (names nobody knows), ``unexplained`` (words left over), ``no_property``, ``no_element``,
            ``shape`` (the pieces do not make a question) or ``time`` (it is about another time than the table's).
        words: The words concerned.
    """

    kind: Literal["unknown", "unexplained", "no_property", "no_element", "shape", "time"]
    words: tuple[str, ...] = ()
