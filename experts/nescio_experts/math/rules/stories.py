"""The most usual short word problems: speed, unit price, sharing, leftovers, discount, rate of work, ages.

A template reads every word of the story; names and things are free, but what happens to the numbers is not.
"""

from __future__ import annotations

import re

from nescio_experts.math.rules.template import Written, compile_templates, fraction, literal, match_any, rational
from nescio_experts.math.rules.text import Reading

_WHO = r"([a-z]+|the [a-z]+|a [a-z]+|my [a-z]+|an [a-z]+)"
_THING = r"([a-z]+ ){0,2}?[a-z]+"
_MOVER = r"(a |an |the |my )?(car|train|bus|bike|bicycle|cyclist|plane|truck|runner|ship|boat|motorcycle|lorry|driver|walker|hiker|van|person|jogger|horse|dog|drone|tram|[a-z]+)"
_MOVES = r"(travels|drives|goes|runs|moves|rides|flies|walks|cycles|covers|travelled|traveled|drove|is travelling|is traveling|travelling|traveling|going|moving|driving|sails|jogs)"
_SPEED = r"(?P<d>km|kilomet(?:re|er)s?|miles?|m|met(?:re|er)s?)( ?/ ?| per | an | a |p)(?P<t>h|hour|hr|s|second|sec)"
_SHORT = r"(?P<speed>km/h|kph|kmh|mph|m/s)"
_RATE = f"(({_SPEED})|{_SHORT})"
_TIME = r"(?P<t2>hours?|h|hrs?|seconds?|s|minutes?|mins?)"
_Q = r"[,.;]? "
_FAR = compile_templates(
    f"(if )?{_MOVER} {_MOVES}( at)?( a)?( constant| steady| an average| average)?( speed of)? {{a}} ?{_RATE}( for| in)? {{b}} ?{_TIME}{_Q}(how far|what distance|how many (km|kilometers|kilometres|miles|meters|metres))( does| did| will| has| would)?( it| he| she| they|{_MOVER})?( travel| go| cover| drive| run| ride| move| fly| walk| travelled| gone| get)?( in total)?",
    f"{_MOVER} {_MOVES}( at)?( a)?( constant| steady| an average| average)?( speed of)? {{a}} ?{_RATE}{_Q}(how far|what distance)( does| did| will| has| would| can)?( it| he| she| they|{_MOVER})?( travel| go| cover| drive| run| ride| move| fly| walk| get)? (in|within|after|over|during) {{b}} ?{_TIME}",
    f"how far (does|did|will|would|can) {_MOVER} (travel|go|get|drive|run|ride|fly|walk|move)?( in| for)? {{b}} ?{_TIME}( at| going at| travelling at| traveling at| moving at| driving at)( a speed of)? {{a}} ?{_RATE}",
    f"how far (does|did|will|would|can) {_MOVER}( going| travelling| traveling| moving| driving)? at( a speed of)? {{a}} ?{_RATE} (travel|go|get|drive|run|ride|fly|walk|move) in {{b}} ?{_TIME}",
    f"(the )?distance (covered|travelled|traveled) (in|by) ({_MOVER} in )?{{b}} ?{_TIME} at {{a}} ?{_RATE}",
)
_FAST = compile_templates(
    f"(if )?{_MOVER} {_MOVES}( for)? {{a}} ?(?P<d>km|kilomet(?:re|er)s?|miles?|m|met(?:re|er)s?) in {{b}} ?(?P<t>hours?|h|hrs?|seconds?|s){_Q}(what (is|was|'s)|how fast|find)( is| was| did| does)?( its| the| his| her| their| it| he| she|{_MOVER})*( average| mean)?( speed| go| going| travel| travelling| run| drive| moving)?",
    "(the )?(average )?speed (of|for) ({_MOVER} )?(that )?(covers|covering|travelling|travels|going)? ?{a} ?(?P<d>km|kilomet(?:re|er)s?|miles?|m|met(?:re|er)s?) in {b} ?(?P<t>hours?|h|hrs?|seconds?|s)".replace(
        "{_MOVER}", _MOVER
    ),
)
_LONG = compile_templates(
    f"how (long|many (?P<t2>hours|seconds))( does it take| will it take| would it take)?( for)?( {_MOVER})?( to (travel|go|drive|cover|cycle|walk|run|ride|fly))? {{b}} ?(?P<d2>km|kilomet(?:re|er)s?|miles?|m|met(?:re|er)s?) at( a speed of)? {{a}} ?{_RATE}",
    f"how (long|many (?P<t2>hours|seconds)) (does|will|would) (it take )?{_MOVER}( going| travelling| traveling)? (at|travel(?:l)?ing at) {{a}} ?{_RATE}( need| take)? to (travel|go|drive|cover|cycle|walk|run|ride|fly) {{b}} ?(?P<d2>km|kilomet(?:re|er)s?|miles?|m|met(?:re|er)s?)",
)
_PRICE = compile_templates(
    f"(if )?(one|a|an|each|1|every) (?P<x>{_THING}) (costs?|is|sells for){_Q.replace('[,.;]?', '')}{{a}}( each| dollars| euros)?{_Q}(how much (do|will|would|are|for)|what (do|will|would|is the (total )?(cost|price) of|is the price for))( it cost for)? {{b:int}}( of them| such)?( (?P<y>{_THING}))?( cost| be| come to)?( in total| altogether)?",
    f"(?P<x>{_THING}) (cost|are|sell for) {{a}}( dollars| euros)?( each| apiece| per piece| a piece){_Q}(how much (do|will|would|are|is|for)|what (do|will|would|is the (total )?(cost|price) of))( the (total )?cost of)? {{b:int}}( of them)?( (?P<y>{_THING}))?( cost| be)?( in total| altogether)?",
    f"(how much (do|will|would|are)|what (do|will|would|is the (total )?(cost|price) of)|(the )?(total )?(cost|price) of) {{b:int}} (?P<y>{_THING})( cost)? at {{a}}( dollars| euros)? (each|apiece|per (?P<x>[a-z]+)|a piece)( cost)?( in total)?",
    f"{_WHO} (buys|bought|orders|ordered|purchases) {{b:int}} (?P<y>{_THING}) (at|for) {{a}}( dollars| euros)? (each|apiece|a piece|per (?P<x>[a-z]+)){_Q}(how much|what)( (does|did|do) (he|she|they|it|i|{_WHO})( have to)? (pay|spend|cost)| is the total( cost| price)?| is the total cost| did it cost| does it cost)?( in total| altogether| in all)?",
)
_PRICE_OF_MANY = compile_templates(
    f"(if )?{{a:int}} (?P<x>{_THING}) (cost|costs|are|sell for|come to) {{b}}( dollars| euros)?( in total)?{_Q}(how much|what)( (do|does|will|would|is|are))?( the cost of| the price of)? {{c:int}}( of them| such)?( (?P<y>{_THING}))?( cost| be)?",
    f"(if )?{{a:int}} (?P<x>{_THING}) (cost|costs|are|sell for) {{b}}( dollars| euros)?( in total)?{_Q}(how much|what)( (do|does|is|are|would))?( the (cost|price) of)? (one|each|a single|1|a|an)( (?P<y>{_THING}))?( cost)?",
)
_SHARE = compile_templates(
    f"(if )?({_WHO} (has|have|had|shares?|shared|divides?|divided|gives?|splits?) )?{{a:int}} (?P<x>{_THING}) (are |is |to be |and |to |be )?(shared|divided|split|distributed|shares? them|wants to share them|shares? it)?( out)?( equally| evenly)?( among| between| amongst| by| with| to|into)( a group of| a class of)? {{b:int}} ({_THING})( equally| evenly)?{_Q}how (many|much)( {_THING})? (does|do|will|would|can|did) (each|every|each one|each of them)( one)?( of them)?( [a-z]+)? (get|receive|have|gets|receives|take)",
    f"how many (?P<x>{_THING}) (does|do|will|would) each ([a-z]+)( person)? (get|receive) (if|when) {{a:int}} (?P<y>{_THING}) are (shared|divided|split)( equally| evenly)? (among|between|amongst) {{b:int}}( {_THING})?",
)
_KEEPS = r"(has|had|have|owns|owned|starts with|started with|bought|buys|picked|picks|collected|collects|gathers|made|baked|bakes|there are|there were)"
_LOSES = r"(pays|paid|gives( away)?|gave( away)?|loses|lost|eats|ate|sells|sold|uses|used|spends|spent|throws away|donates|drops|dropped|donated|breaks|broke|drinks|drank)"
_GAINS = r"(gets|got|buys|bought|finds|found|receives|received|picks|picked|collects|collected|makes|made|wins|won|is given|was given|adds|earns|earned)"
_HE = r"(he|she|they|i|it|[a-z]+)"
_STORY_END = r"how (many|much)( (?P<z>[a-z]+( [a-z]+)?))? (does|do|did|will|would|are|is|has|have|remain|were)( (he|she|they|i|we|[a-z]+))?( now)?( have| left| there| has| remain)?( have)?( left| now| over| remaining| in total| altogether| in all)*"
_MINUS = compile_templates(
    f"(?!.*\\b(each|every|times|half|twice|double|more than|fewer|less than|both|per)\\b)(if )?({_WHO} )?{_KEEPS} {{a}}( (?P<x>{_THING}))?(,? and|,? then|[,.;]|,? but)*( {_HE})? {_LOSES} ({{b}}( more)?|(a|an|some|the) [a-z]+( [a-z]+)? (for|costing|that costs) {{b2}})( of (them|those|these|the [a-z]+))?( (?P<y>[a-z]+))?( (to|at|for|on|from) [a-z]+( [a-z]+)?)?{_Q}{_STORY_END}",
)
_PLUS = compile_templates(
    f"(?!.*\\b(each|every|times|half|twice|double|more than|fewer|less than|per|left|away)\\b)(if )?({_WHO} )?{_KEEPS} {{a}}( (?P<x>{_THING}))?(,? and|,? then|[,.;]|,? but)*( {_HE})? {_GAINS} {{b}}( more| extra| new)?( of them)?( (?P<y>[a-z]+))?( (from|at) [a-z]+( [a-z]+)?)?{_Q}{_STORY_END}",
)
_EACH = compile_templates(
    f"(if )?(there are |{_WHO} (has|have|buys|bought|packs|fills|makes|uses) )?{{a:int}} (?P<x>{_THING})(,| and)?( with| of| containing| holding| each (?:with|holding|containing|has))? ?{{b:int}} (?P<y>{_THING})( in each| each| per [a-z]+| in every [a-z]+)( [a-z]+)?{_Q}how many( (?P<z>[a-z]+( [a-z]+)?))?( are there| does (he|she|[a-z]+) have| do (they|we|you|i) have| is that| are in them)?( in total| altogether| in all| total)*",
    f"(if )?(each|a|an|one|every) (?P<x>[a-z]+) (holds|has|contains|seats|carries|weighs) {{b:int}} (?P<y>{_THING}){_Q}how many (?P<z>[a-z]+( [a-z]+)?)( do| are in| are there in| fit in| can| would| will)? {{a:int}} (of them|such [a-z]+|(?P<w>[a-z]+))( hold| have| contain| seat| carry| weigh)?( in total| altogether)?",
)
_ROWS = compile_templates(
    f"(if )?((there are|{_WHO} (has|have|buys|bought|sets up|plants|packs)|in [a-z ]{{2,20}} there are) )?{{a:int}} (?P<u>rows|boxes|packs|bags|groups|teams|tables|shelves|stacks|cartons|crates|packets|trays|piles|columns|bunches|bundles|baskets|sets|buses|cases|jars|bottles)( each)? (of|with|holding|containing) {{b:int}} (?P<y>[a-z]+)( each)?{_Q}how many (?P<z>[a-z]+)( are there| does (he|she|[a-z]+) have| do (they|we|you|i) have| is that| fit)?( in total| altogether| in all| total)*",
)
_PACKED = compile_templates(
    f"(({_WHO} (packs|puts|places|sorts|divides)|a class of|a group of|a set of) )?{{a:int}} (?P<x>[a-z]+)( are| is)?( packed| put| placed| divided| split| sorted| arranged| packaged)? (in|into|to) (?P<u>[a-z]+) (of|with|holding) {{b:int}}( each| [a-z]+ each)?{_Q}how many (?P<z>[a-z]+)( are there| are needed| does (he|she) (need|get|fill|have)| do they (need|fill|get)| are filled| will there be| can be filled)?",
    f"(a|an|the) [a-z]+( of| that is| is)? {{a}} ?(?P<l>cm|m|mm|km|inches|feet|metres|meters|yards)( long)?( is)? cut (in|into|in to) {{b:int}} (equal|even|equally long|identical) (pieces|parts|lengths|sections){_Q}how long is (each|one|every)( piece| part| section| length)?",
)
_RATE_OVER = compile_templates(
    f"(if )?{_WHO} (?P<v>is paid|gets paid|saves|earns|reads|walks|runs|makes|drinks|eats|spends|gets|bakes|plants|sells|writes|produces|uses|pays|cycles|swims|prints|types|collects|save|earn|read|walk|run|make|drink|eat|spend|get|bake|plant|sell|write|use|pay) {{a}}( (?P<x>[a-z]+( of [a-z]+)?))? (a|an|per|every|each|in an|in a|in one) (?P<p>second|minute|hour|day|week|month|year){_Q}(how (much|many)( (?P<z>[a-z]+( of [a-z]+)?))?|how far) (does|do|will|can|would|did|is|are) ([a-z]+|the [a-z]+)( have)? ?(save|earn|read|walk|run|make|drink|eat|spend|get|bake|plant|sell|write|produce|use|pay|cycle|swim|print|type|collect|saved|have)?( money)? (in|over|after|during|for|within) {{b}} (?P<q>second|minute|hour|day|week|month|year)s?( in total)?",
)
_EACH_GETS = compile_templates(
    f"(if )?{{b:int}} (?P<w>[a-z]+) (share|split|divide|are given|get|receive) {{a}}( (?P<x>[a-z]+( [a-z]+)?))? (equally|evenly)( among themselves| between them| among them)?{_Q}how (?P<k>much|many)( (?P<z>[a-z]+))? (does|do|will|would) (each|every|each one)( of them)?( [a-z]+)? (get|receive|have|pay|take)",
)
_OLDER = compile_templates(
    f"(if )?([a-z]+) is {{a:int}}( years old)?(,? and|[.,;]|,? while)? (his|her|their|my|the) (?P<x>[a-z]+( [a-z]+)?) is {{b:int}} years (?P<way>younger|older)( than (him|her|them|[a-z]+))?{_Q}how old is (his|her|their|my|the) (?P<z>[a-z]+( [a-z]+)?)",
)
_SALE = compile_templates(
    f"(if )?(a|an|the|my|some) ([a-z]+ ){{1,4}}?(costs?|is|cost|was|is priced at|priced at|sells for|originally costs?|normally costs?|costing|(has|with) an? (original |regular )?price of|of) {{a}}( and| but|,|\\.)*( the store offers| there is| you get| i have| with)?( it| the price| the [a-z]+)?( is| are| was)?( now)?( on sale( for| at| with)?| discounted by| reduced by| marked down by| marked down| sold at| has| sold with| gets| is offered at| offered at| cut by| lowered by)?( a| an)?( discount of)? {{p}}%( off| discount| reduction| cheaper| less)*{_Q}(what (is|'s|will be|do (you|i) pay|was)|how much (is|does|do|will|would))( the| its)?( new| sale| final| discounted| reduced)?( price| cost| it cost| you pay| i pay| it| pay| cost it)?( now| after the discount| after discount| cost now)?",
    "(the )?(final |sale |new |discounted )?(price|cost) of (a|an|the) {a} ([a-z]+ ){0,2}?[a-z]+ (after|with|at) (a |an )?{p}%( off| discount| reduction)*",
    f"(a|an|the) {{a}} ([a-z]+ ){{0,2}}?[a-z]+ (is |are |was )?(now )?(with|at|after|has|for|gets|becomes|comes with|cut by|marked down|marked down by|discounted by|discounted|reduced by|reduced|on sale for|on sale at|on sale with)? ?(a |an )?{{p}}%( off| discount| reduction)*{_Q}(what (is|'s|does|do|will)|how much (is|does|do|will))( the| its| you| i)?( new| sale| final| discounted)?( price| cost| it| it cost| pay| it be)?( now)?",
    "(a|an|the) {a} ([a-z]+ ){0,2}?[a-z]+ (with|at|after|for) (a |an )?{p}%( off| discount| reduction)+",
)
_RISE = compile_templates(
    f"(a|an|the|my|if a|if the) ([a-z]+ ){{1,4}}?(of |is |was |costs? |cost )?{{a}}( dollars| euros)?( and| but|,|is| was| has been| gets)*( it)?( is| was| has)?( increased by|raised by|increases by|rises by|rose by|goes up by|went up by|grows by|grew by|increased) {{p}}%{_Q}(what (is|'s|will be|was)|how much (is|does|do|will|would|was))( the| its| my)?( new| final)? ?(price|cost|value|salary|rent|population|amount|it|number|it cost|bill)?( now| be)?".replace(
        "{{", "{"
    ).replace("}}", "}"),
)


def read(reading: Reading) -> Written | None:
    """A program for a short story, or None."""
    text = re.sub(r"(?<=\d) (?:dollars|euros|pounds)(?= each| apiece| per)", "", reading.text)
    for reader in (_motion, _prices, _sharing, _portions, _rates, _changes, _sales):
        written = reader(text)
        if written is not None:
            return written
    return None


_PER = {"km/h": ("km", "h"), "kph": ("km", "h"), "kmh": ("km", "h"), "mph": ("mi", "h"), "m/s": ("m", "s")}
_LENGTHS = {"k": "km", "m": "m"}


def _length(name: str) -> str:
    return "miles" if name.startswith("mi") else "km" if name.startswith("k") else "m"


def _rate(groups: dict[str, str | None]) -> tuple[str, str]:
    """Length and time ("h", "s", "m") of the speed that was given."""
    if groups.get("speed"):
        length, time = _PER[str(groups["speed"])]
        return _length(length), time
    return _length(str(groups["d"])), str(groups["t"])[0]


def _motion(text: str) -> Written | None:
    for match in match_any(_FAR, text):
        groups = match.groupdict()
        length, per = _rate(groups)
        hours = {("h", "h"): "1", ("s", "s"): "1", ("h", "m"): "60", ("s", "m"): "F(1, 60)", ("h", "s"): "3600"}
        scale = hours.get((per, str(groups["t2"])[0]))
        if scale is None:
            return None
        return Written(
            rational(f"{literal(match['a'])} * {literal(match['b'])} / {scale}"), "motion", unit=f" {length}"
        )
    for match in match_any(_FAST, text):
        unit = f" {_length(match['d'])}/{match['t'][0]}".replace("miles/h", "mph")
        return Written(rational(f"{literal(match['a'])} / {literal(match['b'])}"), "motion", unit=unit)
    for match in match_any(_LONG, text):
        groups = match.groupdict()
        length, per = _rate(groups)
        if length != _length(str(groups["d2"])) or (groups["t2"] and groups["t2"][0] != per):
            return None
        unit = " hours" if per == "h" else " seconds"
        return Written(rational(f"{literal(match['b'])} / {literal(match['a'])}"), "motion", unit=unit)
    return None


def _same(*names: str | None) -> bool:
    """Whether the things named are the same thing, singular or plural; a missing name is no other thing."""
    stems = {re.sub(r"(?:ies|y|es|s)$", "", name.split()[-1]) for name in names if name}
    return len(stems) <= 1


def _prices(text: str) -> Written | None:
    for match in match_any(_PRICE, text):
        if _same(match["x"] if match["x"] not in {"one"} else None, match["y"]):
            return Written(rational(f"{literal(match['a'])} * {literal(match['b'])}"), "price", money=True)
    for match in match_any(_PRICE_OF_MANY, text):
        groups = match.groupdict()
        if not _same(groups["x"], groups["y"]):
            continue
        count = literal(groups["c"]) if groups.get("c") else "1"
        return Written(rational(f"{literal(match['b'])} / {literal(match['a'])} * {count}"), "price", money=True)
    return None


def _sharing(text: str) -> Written | None:
    for match in match_any(_SHARE, text):
        if int(match["b"]) > 0 and int(match["a"]) % int(match["b"]) == 0:
            return Written(rational(f"{literal(match['a'])} / {literal(match['b'])}"), "sharing")
    for match in match_any(_EACH, text):
        groups = match.groupdict()
        if _same(groups["y"], groups["z"]) and _same(groups.get("w") and groups["x"], groups.get("w")):
            return Written(rational(f"{literal(match['a'])} * {literal(match['b'])}"), "each")
    return None


def _portions(text: str) -> Written | None:
    for match in match_any(_ROWS, text):
        if _same(match["y"], match["z"]):
            return Written(rational(f"{literal(match['a'])} * {literal(match['b'])}"), "each")
    for match in match_any(_PACKED, text):
        groups = match.groupdict()
        quotient = rational(f"{literal(match['a'])} / {literal(match['b'])}")
        if groups.get("l"):
            return Written(quotient, "sharing", unit=f" {groups['l']}")
        if _same(groups["u"], groups["z"]) and int(match["a"]) % int(match["b"]) == 0:
            return Written(quotient, "sharing")
    for match in match_any(_EACH_GETS, text):
        whole = fraction(match["a"]) / fraction(match["b"])
        if _same(match["x"], match["z"]) and (match["k"] == "much" or whole.denominator == 1):
            return Written(rational(f"{literal(match['a'])} / {literal(match['b'])}"), "sharing", money=True)
    return None


def _rates(text: str) -> Written | None:
    for match in match_any(_RATE_OVER, text):
        if match["p"] == match["q"] and (match["z"] in {"money"} or _same(match["x"], match["z"])):
            return Written(rational(f"{literal(match['a'])} * {literal(match['b'])}"), "rate", money=True)
    for match in match_any(_OLDER, text):
        if _same(match["x"], match["z"]):
            sign = "+" if match["way"] == "older" else "-"
            return Written(rational(f"{literal(match['a'])} {sign} {literal(match['b'])}"), "ages")
    return None


def _changes(text: str) -> Written | None:
    for patterns, sign in ((_MINUS, "-"), (_PLUS, "+")):
        for match in match_any(patterns, text):
            groups = match.groupdict()
            if groups.get("b2"):
                return None
            thing = groups["y"] if groups["y"] not in {"more", "away", "them", "to", "extra"} else None
            wanted = groups["z"] if groups["z"] not in {"left", "remain"} else None
            if _same(groups["x"], thing, wanted):
                return Written(rational(f"{literal(match['a'])} {sign} {literal(match['b'])}"), "change", money=True)
    return None


def _sales(text: str) -> Written | None:
    for patterns, sign in ((_SALE, "-"), (_RISE, "+")):
        for match in match_any(patterns, text):
            expression = f"{literal(match['a'])} * (100 {sign} {literal(match['p'])}) / 100"
            return Written(rational(expression), "percent", money=True)
    return None
