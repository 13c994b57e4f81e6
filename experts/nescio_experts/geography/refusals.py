"""What is refused before anything is looked up: unknown names, the past, topics without a table, words unexplained.

A silent wrong entity is the worst failure, so every content word must be explained, or stand in a clause that asks
nothing ("my friend is backpacking there").
"""

from __future__ import annotations

import re

from nescio_experts.geography.atlas import Country, atlas
from nescio_experts.geography.beyond import beyond
from nescio_experts.geography.cities import cities
from nescio_experts.geography.crowds import restricted
from nescio_experts.geography.facts import PROPS
from nescio_experts.geography.plans import Doubt, Lookup, Plan
from nescio_experts.geography.scoping import has_year, negates_a_name
from nescio_experts.geography.signs import Named, Signs, asks, clauses, runs
from nescio_experts.geography.strays import stray
from nescio_experts.geography.vocabulary import country_names
from nescio_experts.grounded import join


def refusal(signs: Signs) -> Doubt | None:
    """Why the question cannot be answered whatever it asks, or None."""
    return (
        _us_georgia(signs)
        or _false_friend(signs)
        or _unsupported(signs)
        or _other_time(signs)
        or _no_options(signs)
        or _unknown(signs)
        or restricted(signs)
        or stray(signs)
        or beyond(signs)
    )


def _false_friend(signs: Signs) -> Doubt | None:
    for name in signs.named:
        if name.kind == "former":
            return _former(name)
        if name.kind == "epithet":
            called = [atlas().countries[code].the for code in name.value.split()]
            near = list(dict.fromkeys((*called[:2], *_near(name.surface, cities_too=False))))[:3]
            return Doubt(f'my tables know no country called "{name.surface}". Did you mean {join(near, "or")}?')
        if name.kind == "invented":
            return Doubt(f"{name.surface} is no country or city that my tables know.")
        if name.kind == "part":
            owner = atlas().countries[name.value]
            return Doubt(
                f"{name.surface} belongs to {owner.the}, and my tables hold whole countries and cities only.",
                Lookup((owner,), ("capital", "population")),
            )
        if name.kind == "state":
            return Doubt(
                f"{name.surface} is a state of the United States, and my tables hold whole countries and cities only.",
                Lookup((atlas().countries["US"],), ("capital",)),
            )
    return None


def _us_georgia(signs: Signs) -> Doubt | None:
    """Georgia the state, where the question says so."""
    georgia = [place for place in signs.countries if place.codes[0] == "GE"]
    states = [place for place in signs.countries if place.codes[0] == "US"]
    words = set(signs.reading.folded())
    beside = any(
        re.fullmatch(r"[\s,(]*(?:in |in the |of the )?", signs.between(one.end, two.start)) is not None
        for one in georgia
        for two in states
        if one.end <= two.start
    )
    meant = bool(georgia) and (beside or ((states or words & {"usa", "american"}) and "state" in words))
    if not meant and not any(name.kind == "epithet" and "GE" in name.value.split() for name in signs.named):
        return None
    return Doubt("Georgia may be the state of the United States there, and my tables hold whole countries and cities.")


def _former(name: Named) -> Doubt:
    today = atlas().countries.get(name.value)
    if today is None:
        return Doubt(f"{name.surface} no longer exists, and my tables hold only countries that exist now.")
    message = (
        f"{name.surface} is a name of the past; did you mean {today.the}? My tables hold only countries that exist now."
    )
    return Doubt(message, Lookup((today,), ("capital", "population")))


def _unsupported(signs: Signs) -> Doubt | None:
    topic = next((mark for mark in signs.marks if mark.id.startswith("no:")), None)
    if topic is None:
        return None
    return Doubt(f'my tables hold nothing on {topic.id[3:]} ("{topic.text}").')


def _no_options(signs: Signs) -> Doubt | None:
    text = signs.reading.text.lower()
    if len(signs.places) < 2 and re.search(r"\bof (?:these|those|the following)\b(?! \w+ies)", text):
        return Doubt("I see no options to choose from in your question.")
    return None


def _other_time(signs: Signs) -> Doubt | None:
    year = has_year(signs)
    if year:
        return Doubt(f"my tables hold one state of each fact and no history, so nothing of {year}.")
    mark = signs.first("time")
    if mark is not None:
        return Doubt(f'my tables hold one state of each fact, no past and no future ("{mark.text}").')
    if signs.has("neg") and not (_not_sure(signs) or (signs.yes_no and _asks_denied(signs)) or _names_denied(signs)):
        return Doubt("I cannot answer questions that leave something out or deny something.")
    return None


_TAG = re.compile(r",\s*(?:isn|aren|doesn|don|hasn|haven)['’]?t (?:it|they|he|she|that)\W*$", re.IGNORECASE)


def _asks_denied(signs: Signs) -> bool:
    """Such as "Doesn't Peru border Brazil?" or ", isn't it?"; "Peru does not border Brazil, right?" may not ask it."""
    denials = [mark for mark in signs.marks if mark.id == "neg"]
    tag = _TAG.search(signs.reading.text)
    opening = denials[0].start == 0
    closing = tag is not None and signs.reading.words[denials[0].start].start > tag.start()
    return len(denials) == 1 and (opening or closing)


def _names_denied(signs: Signs) -> bool:
    return not signs.yes_no and negates_a_name(signs)


def _not_sure(signs: Signs) -> bool:
    """Such as "I don't know", "not sure": politeness, no negation of what is asked."""
    text = signs.reading.text.lower()
    return re.search(r"\b(?:don'?t|do not|not) (?:know|remember|recall|sure|certain)\b", text) is not None


def _unknown(signs: Signs) -> Doubt | None:
    left = _telling(signs)
    if not left:
        return None
    start, end = _longest(signs, left)
    surface = signs.reading.surface(start, end)
    capital = signs.reading.words[start].text[0].isupper() and start > 0
    near = _near(surface, cities_too=capital or not signs.places)
    meant = f" Did you mean {' or '.join(near)}?" if near else ""
    if capital or near or not (signs.places or signs.named):
        return Doubt(f'my tables know no country or city called "{surface}".{meant}', suggestion(signs, near))
    return Doubt(f'I do not understand "{surface}" in this question.', suggestion(signs))


def _telling(signs: Signs) -> tuple[int, ...]:
    """Unexplained words that matter: names, and words of a clause that asks something."""
    text, words = signs.reading.text, signs.reading.words
    if not signs.unexplained:
        return ()
    asking = [
        (low, high)
        for low, high in clauses(text)
        if any(low <= words[mark.start].start < high and asks(mark.id) for mark in signs.marks)
    ]
    if not asking or not (signs.places or signs.named):
        return signs.unexplained
    return tuple(
        i
        for i in signs.unexplained
        if (words[i].text[0].isupper() and i > 0) or any(low <= words[i].start < high for low, high in asking)
    )


def _longest(signs: Signs, left: tuple[int, ...]) -> tuple[int, int]:
    """The stretch of unexplained words to talk about: a capitalised one if there is any, the longest of them."""
    stretches = runs(left)
    capital = [pair for pair in stretches if signs.reading.words[pair[0]].text[0].isupper()]
    return max(capital or stretches, key=lambda pair: pair[1] - pair[0])


def _near(surface: str, *, cities_too: bool) -> list[str]:
    names = country_names().suggest(surface)
    found = [country.the for name in names for country in _countries_called(name)]
    if found:
        return list(dict.fromkeys(found))[:2]
    return _near_cities(surface) if cities_too else []


def _countries_called(name: str) -> list[Country]:
    codes = [entity[2:] for entity in country_names().entities(name)]
    return [atlas().countries[code] for code in codes]


def _near_cities(surface: str) -> list[str]:
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    known = [name for name in cities().names() if abs(len(name) - len(surface)) < 3]
    best = process.extractOne(surface.lower(), known, scorer=OSA.normalized_similarity, score_cutoff=0.75)
    return [cities().named(best[0])[0].name] if best is not None else []


def suggestion(signs: Signs, near: list[str] | None = None) -> Plan | None:
    """The nearest question that could be answered: the best attempt, given only at confidence target 0."""
    props = tuple(prop for prop in signs.props if prop in PROPS) or ("capital", "population")
    named = [place.codes[0] for place in signs.countries]
    for name in near or ():
        found = [code for code, country in atlas().countries.items() if country.the == name]
        named = named or found
    return Lookup((atlas().countries[named[0]],), props) if named else None
