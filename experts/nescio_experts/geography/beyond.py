"""Questions whose words are known one by one, but whose form asks for what the tables do not hold.

Such as kingdoms among countries, a sum over cities, who came first, or what a banknote shows. Each rule is a class of
questions, not a wording; words that nobody knows are refused elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Final

from nescio_experts.geography.plans import Doubt, Limit
from nescio_experts.geography.scoping import CONJUNCTION, limit_of
from nescio_experts.geography.signs import Mark, Signs

_REALMS: Final = frozenset({"kingdom", "kingdoms", "republic", "republics"})
_PARTS: Final = _REALMS | frozenset({"state", "states", "territories", "lands", "land", "members"})
_SIZES: Final = frozenset({"smallest", "largest", "biggest", "greatest", "tiniest", "littlest", "lowest", "highest"})
_EARNED: Final = frozenset({"wages", "salaries", "shopping", "spending", "prices", "price tags", "purse", "wallet"})
"""Words that speak of money only beside another: "in what are wages paid"."""
_OTHER_DAYS: Final = re.compile(
    r"\b(?:countr(?:y|ies)|nations?|states?|cit(?:y|ies)|members?) "
    r"(?:could|might|may|will|first|once|recently|newly)\b(?! (?:i|you|we|one|be living)\b)"
    r"|\bfirst (?:to (?:use|adopt|join|leave)|used|adopted|joined|left|bordered|spoke)\b|\b(?:was|were) first\b"
    r"|^\W*(?:(?:and|so|but|or)\W+)?(?:was|were|did|will)\b(?! (?:you|we|i|one|it be)\b)"
    r"|\b(?:ever|always|never|use to|used to)\b|\b(?:has|have|had)\b[^?]* been\b"
    r"|^\W*when (?:do|does|did|is|are|was|were|will)\b"
    r"|\bwho (?:made|makes|chose|gave|calls|called|named)\b"
    r"|\bdid (?!(?:you|we|i|u)\b)|(?<!\bi )(?<!\byou )\bwere (?!(?:you|we|i|u)\b)"
    r"|\b(?:what|which|whose|where|who|how many)\b[^?.,;:]*\bwas\b(?![^?]*\bagain\b)"
)
_LOOKS: Final = re.compile(
    r"\b(?:what|who)(?:'?s| is| are) (?:on|in|inside|behind) (?:the|a|an)\b.*\b(?:bank)?(?:notes?|coins?|bills?)\b"
    r"|\b(?:which|what|how many) (?:kinds? of |sorts? of )?"
    r"(?:shops|stores|merchants|traders|vendors|sellers|shopkeepers|markets|restaurants)\b"
    r"|\bhow many (?:coins?|banknotes?|notes|bills)\b"
)
_LOOKS_LIKE: Final = re.compile(r"\blooks? like\b")
_JOINED: Final = frozenset(
    {
        *"plus combined together altogether collectively joint jointly aggregate summed add".split(),
        *("put together", "add up", "added up", "taken together", "all together"),
    }
)
"""Words that join things, where "total" may as well belong to the figure ("the larger total area")."""
_BY_LAND: Final = frozenset("enter entered enters entering cross crossed crossing crosses".split())
_OWN: Final = re.compile(
    r"\bwho\b.*\b(?:in|at|of|on|among|from) (?:my|our|your|his|her|their|us|you)\b"
    r"|\b(?:which|how many|any|some|none|all) (?:of|in|at|among) (?:my|our|your|his|her|their|us|you)\b"
    r"|\b(?:do|does) (?:my|our|your|his|her|their) \w+ (?:in|of|from|at)\b"
    r"|\b(?:what|which)(?:'?s| is| are) (?:my|our|your|his|her|their) (?!answer|guess|best)"
)
_WHO: Final = re.compile(
    r"\b(?:who|(?:which|what) (?:people|persons)|(?:any|some|every|no)(?:one|body)|nobody|all people|everybody)\b"
)
_TONGUE_AREA: Final = re.compile(r"\b(?:language|linguistic|speaking)[\s-](?:area|region|zone|part|territor|belt)")
_TERRITORIES: Final = re.compile(
    r"\b(?:including|incl|inclusive of|counting|excluding|without|plus|and|with)\.? (?:all |the |its |their |any )*"
    r"(?:overseas|dependenc|colonies|possessions|territories)"
)
_WHICH_CITY: Final = re.compile(r"\b(?:which|what|how many)(?: [^\W\d]+)? (?:city|cities|towns?)\b")


def beyond(signs: Signs) -> Doubt | None:
    """A doubt about the form of the question, or None."""
    return next((doubt for rule in _RULES if (doubt := rule(signs)) is not None), None)


def _realms(signs: Signs) -> Doubt | None:
    """Kingdoms and republics among countries, and the parts that a country is made of."""
    for mark in signs.marks:
        if mark.id not in {"n:country", "n:countries"}:
            continue
        ranked = (
            signs.has("q:howmany") or bool(signs.values("group")) or any(m.id.startswith("sup") for m in signs.marks)
        )
        if mark.text in _REALMS and (ranked or mark.text.endswith("s")):
            return Doubt("my tables do not say which countries are kingdoms or republics.")
        if mark.text in _PARTS and any(place.adjective and place.end == mark.start for place in signs.countries):
            return Doubt("my tables hold whole countries, not the states they are made of.")
    return None


def _speakers(signs: Signs) -> Doubt | None:
    counted = signs.has("q:howmany") and any(m.text.startswith("speaker") for m in signs.marks if m.id == "p:languages")
    return Doubt("I know which languages a country has, not how many people speak them.") if counted else None


def _other_days(signs: Signs) -> Doubt | None:
    text = _plain(signs)
    found = _OTHER_DAYS.search(text)
    if found is not None:
        return Doubt(f'my tables hold one state of each fact, not who came first or what may be ("{found[0]}").')
    ranks = [number for number in signs.numbers if number.rank and number.value > 1]
    if ranks and not signs.has("n:city") and not any(mark.id.startswith("sup:") for mark in signs.marks):
        return Doubt("I could not tell what is to be ranked.")
    return None


def _money(signs: Signs) -> Doubt | None:
    marks = [mark.text for mark in signs.marks if mark.id == "p:currency"]
    if marks and set(marks) <= _EARNED:
        return Doubt(f'I know the currency of a country, and nothing of its "{marks[0]}".')
    found = _LOOKS.search(_plain(signs))
    if found is not None:
        return Doubt(f'I know the names of currencies, not more of them ("{found[0]}").')
    if _LOOKS_LIKE.search(_plain(signs)) and not set(signs.props) <= {"tld", "iso", "iso2", "iso3"}:
        return Doubt("I know what things are called, not what they look like.")
    where = signs.has("q:where") or re.search(r"\bhow (?:do|does|can|could|should|to)\b", _plain(signs)) is not None
    if where and any(text.endswith(("money", "cash")) and " " in text for text in marks):
        return Doubt("I know which currency a country has, not where or how money is changed.")
    return None


def _people(signs: Signs) -> Doubt | None:
    """People where land or size is asked, and where they live rather than where a country is."""
    people = signs.first("n:people")
    if people is not None and signs.props in (["area"], ["size"]) and not signs.values("group"):
        return Doubt("I could not tell whether you ask for an area or for people.")
    sized = [m for m in signs.marks if m.id.startswith("sup:") and m.text in _SIZES]
    if people is not None and any(mark.end == people.start for mark in sized):
        return Doubt("I know how many people live somewhere, not how they are.")
    if signs.has("q:where") and not signs.props and any(place.adjective for place in signs.countries):
        return Doubt("I know where a country is, not where its people are.")
    return None


def _cities(signs: Signs) -> Doubt | None:
    """Cities added up, averaged, or chosen by language."""
    ranked = any(mark.id.startswith("sup:") for mark in signs.marks)
    if signs.has("n:city", "n:cities") and ranked and signs.values("language"):
        return Doubt("my tables do not say which languages a city speaks.")
    if signs.has("n:city", "n:cities") and "languages" in signs.props and _WHICH_CITY.search(_plain(signs)):
        return Doubt("my tables do not say which languages a city speaks.")
    if not signs.has("n:cities") or limit_of(signs) is not None:
        return None
    summed = signs.has("agg:sum", "agg:mean") or "all" in signs.reading.folded()
    if (summed and "population" in signs.props) or _how_many_people(signs) is not None:
        return Doubt("I do not add up cities: my tables hold those of 15,000 inhabitants or more only.")
    return None


def _countries(signs: Signs) -> Doubt | None:
    """Figures of several ranked countries at once, and of the capitals of neighbours."""
    ranked = any(mark.id.startswith("sup:") for mark in signs.marks)
    many = any(not n.rank and not n.scaled and n.value > 1 for n in signs.numbers)
    if (
        ranked
        and (many or signs.has("n:countries"))
        and _how_many_people(signs) is not None
        and not signs.has("p:neighbours")
    ):
        return Doubt("I could not tell whether you want these countries added up.")
    if {"neighbours", "capital", "population"} <= set(signs.props):
        return Doubt("I could not tell whether you ask about the countries or their capitals.")
    if signs.yes_no and "neighbours" in signs.props and (signs.values("currency") or signs.values("language")):
        return Doubt("I can tell who borders a country and what they use, not both at once in yes or no.")
    return None


def _borders(signs: Signs) -> Doubt | None:
    """Where a border is, what lies on it, and who borders a whole group."""
    if "neighbours" not in signs.props:
        return None
    border = signs.first("p:neighbours")
    town = signs.first("n:city", "n:cities")
    if border is not None and town is not None and town.start == border.end:
        return Doubt("my tables do not say which cities lie on a border.")
    if signs.has("q:where") and re.search(r"\bborder between\b", _plain(signs)):
        return Doubt("I know who borders whom, not where the border is.")
    ranked = any(mark.id.startswith("sup:") for mark in signs.marks)
    if ranked and signs.values("group") and not signs.countries and not signs.has("dim:neighbours"):
        return Doubt("I know the neighbours of a country, not those of a group of countries.")
    if not signs.places and "currency" in signs.props and signs.has("n:country") and signs.has("n:countries"):
        return Doubt("I can go from a currency to its countries, not on to their neighbours' currencies.")
    if _chained_neighbours(signs):
        return Doubt("I know the neighbours of a country, not who among them is meant, nor their neighbours.")
    if re.search(r"\b(?:my|your|our) neighbo", _plain(signs)):
        return Doubt("I do not know whose neighbours you mean.")
    return None


def _chained_neighbours(signs: Signs) -> bool:
    """Such as "Chile's neighbour Peru", "the neighbours of the neighbours of Portugal"."""
    marks = [m for m in signs.marks if m.id == "p:neighbours" and m.text.startswith(("neighbour", "neighbor"))]
    nouns = [mark for mark in marks if not mark.text.endswith(("ing", "ed"))]
    named = {place.start for place in signs.places if place.codes}
    owned = {place.end for place in signs.places if place.codes}
    words = signs.reading.folded()
    apposed = any(m.end in named and m.start - 1 in owned and words[m.start - 1] == "s" for m in nouns)
    gaps = [signs.between(one.end, two.start) for one, two in pairwise(nouns)]
    asked = [mark.start for mark in signs.marks if mark.id.startswith("p:") and mark.id != "p:neighbours"]
    # "the neighbours of Austria's capital" are not those of Austria.
    owning = {end for end in owned if words[end : end + 1] == ("s",) and end + 1 in asked}
    if any(mark.end <= place.start and place.end in owning for mark in nouns for place in signs.places):
        return True
    border = signs.first("p:neighbours")
    owners = {place.end for place in signs.places if border is not None and border.end <= place.start}
    theirs = any(mark.start - 1 in owners and words[mark.start - 1] == "s" for mark in nouns)
    return apposed or theirs or any(CONJUNCTION.search(gap) is None for gap in gaps)


def _limited(signs: Signs) -> Doubt | None:
    """A ranking within a limit, an area where a language is spoken, and a comparison with a sum."""
    ranked = any(mark.id.startswith("sup:") for mark in signs.marks)
    if ranked and any(not n.rank for n in signs.numbers) and isinstance(limit_of(signs), Limit):
        return Doubt("I cannot rank and limit at once.")
    sized = bool({"area", "size", "population", "density"} & set(signs.props))
    if (
        sized
        and signs.values("language")
        and not (ranked or signs.has("n:country", "n:countries", "agg:sum", "agg:mean"))
    ):
        return Doubt("I know which languages a country has, not where in it they are spoken.")
    compared = any(mark.id.startswith("cmp:") for mark in signs.marks)
    if compared and signs.yes_no and signs.has("p:neighbours"):
        return Doubt("I can compare countries and cities, not sums of them.")
    nothing = not (signs.places or signs.named or signs.numbers or signs.props)
    if compared and nothing and signs.has("n:countries"):
        return Doubt("I could not tell what you want the countries compared with.")
    return None


def _summed(signs: Signs) -> Doubt | None:
    """Sums and means that are compared or ranked, and sums over a ranking."""
    ranked = [mark for mark in signs.marks if mark.id.startswith("sup:")]
    compared = [mark for mark in signs.marks if mark.id.startswith(("cmp:more", "cmp:less", "diff", "ratio"))]
    added = [mark for mark in signs.marks if mark.id in {"agg:sum", "agg:mean"}]
    joined = any(mark.id == "agg:mean" or mark.text in _JOINED for mark in added)
    # In "a larger total population than Chile" the total is that of one.
    bare = len(signs.places) == 2 and all(mark.text in {"total", "in total"} for mark in added)
    beside = re.search(r"\b(?:compared|versus|vs|against|than|bordering|borders?)\b", _plain(signs)) is not None
    several = len(signs.countries) > 1
    if joined and (ranked or compared or (several and (beside or "neighbours" in signs.props))):
        return Doubt("I can compare countries and cities, not sums of them.")
    if added and compared and signs.yes_no and not bare:
        return Doubt("I can compare countries and cities, not sums of them.")
    if ranked and re.search(r"\b(?:do|does|are|is|has|have|of) most ", _plain(signs)) and signs.yes_no:
        return Doubt("I cannot tell what holds for most of several.")
    if {mark.id for mark in ranked} == {"sup:max", "sup:min"}:
        return Doubt("I can rank from one end at a time.")
    if added and ranked and added[0].start < ranked[0].start and signs.has("n:countries", "n:cities"):
        return Doubt("I cannot add up what was ranked first.")
    return None


def _continents(signs: Signs) -> Doubt | None:
    """Continents that are ranked themselves: "the smallest continent by number of countries"."""
    named = [mark for mark in signs.marks if mark.id == "p:continent"]
    ranked = [mark for mark in signs.marks if mark.id.startswith("sup:")]
    if any(0 <= one.start - sup.end <= 1 for one in named for sup in ranked) and not signs.values("group"):
        return Doubt("I can rank countries and cities, not continents.")
    return None


_SECOND: Final = re.compile(
    r"\band (?:also )?(?:what|which|how|who|where|whats|is|are|does|do)\b(?! much\b| many more\b)"
)


def _compound(signs: Signs) -> Doubt | None:
    """Two questions in one, of which the second speaks of what only the first tells, or of somebody else."""
    weighed = any(mark.id.startswith(("sup:", "cmp:more", "cmp:less", "diff", "ratio")) for mark in signs.marks)
    twice = _SECOND.search(_plain(signs)) is not None
    if twice and (weighed or signs.yes_no or len(signs.places) > 1):
        return Doubt("I can answer one question at a time.")
    ranked_city = any(mark.id.startswith("sup:") for mark in signs.marks) and signs.has("n:city")
    if ranked_city and "capital" in signs.props and len(signs.places) > 1:
        return Doubt("I can answer one question at a time.")
    props = [mark for mark in signs.marks if mark.id.startswith("p:")]
    if len(signs.places) < 2 or len({mark.id for mark in props}) < 2 or "neighbours" in signs.props:
        return None
    first, *_, last = sorted(signs.places, key=lambda place: place.start)
    between = {mark.id for mark in props if first.end <= mark.start < last.start}
    others = {mark.id for mark in props if mark.start < first.start}
    if first.cities and between == {"p:capital"}:
        # In "Lima, the capital of Peru" it says who Lima is.
        return None
    if others and between - others:
        return Doubt("I can answer one question at a time.")
    return None


def _ranks(signs: Signs) -> Doubt | None:
    """Whose rank is asked, as in "where does Peru rank in area"."""
    if any(mark.id.startswith("sup:") for mark in signs.marks) or not signs.countries:
        return None
    if re.search(r"\brank(?:s|ing|ed)?\b", _plain(signs)) is None:
        return None
    return Doubt("I can say who has a rank, not which rank somebody has.")


def _by_land(signs: Signs) -> Doubt | None:
    """Who enters by land from where: a border, if two countries are meant, or one and its neighbours."""
    crossing = next((m for m in signs.marks if m.id == "p:neighbours" and _BY_LAND & set(m.text.split())), None)
    if crossing is None:
        return None
    countries = len(signs.countries)
    asked = signs.yes_no or signs.has("n:country", "n:countries")
    if signs.props != ["neighbours"] or signs.has("n:people") or countries != 1 + signs.yes_no or not asked:
        return Doubt("I know which countries share a border, not more of who crosses it.")
    return None


def _own(signs: Signs) -> Doubt | None:
    """People whom only the asker knows, persons who speak or pay somewhere, and what belongs to somebody."""
    text = _plain(signs)
    found = _OWN.search(text)
    if found is not None:
        return Doubt(f'I do not know whom or what you mean ("{found[0].strip()}").')
    if _WHO.search(text) and signs.places and (signs.values("language") or signs.values("currency")):
        return Doubt("I know what is spoken and paid in a country, not by whom.")
    return None


def _parts(signs: Signs) -> Doubt | None:
    """Areas of a language, and countries with or without what lies overseas."""
    text = _plain(signs)
    if _TONGUE_AREA.search(text):
        return Doubt("I know which languages a country has, not where in it they are spoken.")
    if signs.countries and _TERRITORIES.search(text):
        return Doubt("my tables hold a country and its territories apart, without saying what belongs together.")
    return None


def _plain(signs: Signs) -> str:
    return " ".join(signs.reading.text.lower().split())


def _how_many_people(signs: Signs) -> Mark | None:
    return next(
        (m for m in signs.marks if m.id == "p:population" and m.text.startswith(("how many", "number of"))), None
    )


_RULES: Final[tuple[Callable[[Signs], Doubt | None], ...]] = (
    _realms, _speakers, _other_days, _money, _people, _cities, _countries, _borders, _limited, _summed, _continents,
    _compound, _ranks, _by_land, _own, _parts,
)  # fmt: skip
