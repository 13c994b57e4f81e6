"""What a question asks, once it is understood: one frozen record per form. No facts, no words of the question."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from nescio_experts.geography.atlas import Country
from nescio_experts.geography.cities import City

Thing = Country | City
Direction = Literal["max", "min"]


@dataclass(frozen=True, slots=True)
class Limit:
    """A condition: the value of `dim` is above `low` and below `high`; inclusive for "at least" and "at most"."""

    dim: str
    low: float | None = None
    high: float | None = None
    inclusive: bool = False
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Scope:
    """A set of countries: those that satisfy everything given. Without anything, all sovereign countries.

    Attributes:
        groups: Ids of continents and groups they belong to.
        neighbours_of: Codes of countries they all border.
        only_neighbour: Whether they border nothing else.
        currencies: Codes, one of which they use; one tuple a condition.
        languages: Codes of languages they speak.
        official: Whether these must be official.
        negated: Whether currencies and languages are those that they must not have.
        explicit: Codes of countries that were listed.
        limits: Conditions on figures.
        reference: A country that members are compared with, which is none of them.
    """

    groups: tuple[str, ...] = ()
    neighbours_of: tuple[str, ...] = ()
    only_neighbour: bool = False
    currencies: tuple[tuple[str, ...], ...] = ()
    languages: tuple[str, ...] = ()
    official: bool = False
    negated: bool = False
    explicit: tuple[str, ...] = ()
    limits: tuple[Limit, ...] = ()
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Lookup:
    """Properties of things: every property of every thing."""

    things: tuple[Thing, ...]
    props: tuple[str, ...]
    unit: str = ""
    of_capital: bool = False


@dataclass(frozen=True, slots=True)
class CapitalOf:
    """Which country a city is the capital of; `check` if only whether it is one."""

    cities: tuple[City, ...]
    check: bool = False


@dataclass(frozen=True, slots=True)
class ByCode:
    """Which country has a code of a kind (``tld``, ``phone``, ``iso``), and perhaps properties of it."""

    kind: str
    value: str
    props: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Members:
    """The countries in a scope, listed or counted, with properties of each; `check` if only whether there are any."""

    scope: Scope
    count: bool = False
    props: tuple[str, ...] = ()
    check: bool = False


@dataclass(frozen=True, slots=True)
class Towns:
    """Cities of countries (or of the world), largest first, or those within a limit.

    Attributes:
        scope: Where; None for the world.
        rank: 1 for the largest, 2 for the second largest.
        number: How many are wanted; 0 for all.
        capitals: Whether only capitals count.
        props: What is asked of the city found.
    """

    scope: Scope | None
    direction: Direction = "max"
    rank: int = 1
    number: int = 1
    capitals: bool = False
    limit: Limit | None = None
    count: bool = False
    props: tuple[str, ...] = ()
    claim: City | None = None


@dataclass(frozen=True, slots=True)
class Extreme:
    """The countries of a scope with the largest or smallest value.

    Attributes:
        claim: A country that is said to be it.
        flexible: Whether no number of them was asked, so that fewer will do.
    """

    scope: Scope
    dim: str
    direction: Direction
    rank: int = 1
    number: int = 1
    props: tuple[str, ...] = ()
    claim: str = ""
    unit: str = ""
    flexible: bool = False


@dataclass(frozen=True, slots=True)
class Total:
    """Sum or mean of a figure over a scope."""

    scope: Scope
    dim: str
    mean: bool = False
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Versus:
    """Two or more things compared.

    Attributes:
        mode: ``which`` one, ``check`` whether the first is more, ``difference``, or ``ratio``.
        equal_counts: For ``check``: whether "as large as" was asked, which equality satisfies.
    """

    things: tuple[Thing, ...]
    dim: str
    direction: Direction
    mode: Literal["which", "check", "difference", "ratio"]
    equal_counts: bool = False
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Chain:
    """Whether a thing is ahead of, or behind, each of several others."""

    thing: Thing
    links: tuple[tuple[Direction, Thing], ...]
    dim: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Same:
    """Whether things agree in a property."""

    things: tuple[Country, ...]
    prop: str


@dataclass(frozen=True, slots=True)
class Check:
    """Whether something holds.

    Attributes:
        kind: ``border``, ``capital``, ``currency``, ``accepted``, ``language``, ``official``, ``group``, ``code``,
            ``inside``, ``inside_group`` or ``limit``.
        thing: What it is said of.
        values: Codes or names that it is said to have.
    """

    kind: str
    thing: Thing
    values: tuple[str, ...] = ()
    cities: tuple[City, ...] = ()
    limit: Limit | None = None


@dataclass(frozen=True, slots=True)
class Money:
    """What a currency is called, its code, and who uses it."""

    codes: tuple[str, ...]
    count: bool = False


Plan = (
    Lookup | CapitalOf | ByCode | Members | Towns | Extreme | Total | Versus | Chain | Same | Check | Money
)  # every form that `answering` can answer


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a question is not answered, in words for a person, and the nearest question that could be."""

    message: str
    attempt: Plan | None = None


Understood = Plan | Doubt
