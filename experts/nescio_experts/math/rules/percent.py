"""Percentages: of, what percent, percent of what, more, less, change, tips and taxes, interest, averages of nothing."""

from __future__ import annotations

from nescio_experts.math.rules.template import Templates, Written, compile_templates, literal, match_any, rational
from nescio_experts.math.rules.text import Reading

_Rule = tuple[Templates, str, str, bool]

_MORE = "(increased|raised|up|upped|grown|marked up|bumped up|increases|rises|grows)"
_LESS = "(decreased|reduced|lowered|cut|discounted|down|dropped|marked down|decreases|falls|drops|shrunk)"
_TAX = "(vat|tax|sales tax|gst|tip|service|service charge|interest|more|extra|markup)"

_RULES: tuple[_Rule, ...] = (
    (
        compile_templates(
            "{p}% (of|out of|on|from) {a}",
            "(take|find|get|give me) {p}% of {a}",
            "(an? |the )?{p}% (tip|tax|vat|commission|deposit|discount|share|cut|gratuity|service charge|sales tax|fee) (on|of|for|off) (an? )?{a}( (bill|meal|dinner|purchase|check|order|sale|item|price|total))?",
            "(an? |the )?{p}% (tip|tax|vat|commission|deposit|discount|gratuity|sales tax) (on|of|for) (an? )?(bill|meal|dinner|purchase|check|order|sale|item|price|total) (of|for|costing|that costs) {a}",
            "(how much|what)( should i| would i| do i| is the)? (tip|tax|vat|commission|to tip|gratuity)( is| would be| do i leave)? (on|for|at) (an? )?{a}( (bill|meal|dinner|purchase|check|order|sale|item|price|total))? (at|with|if i (tip|leave|give)) {p}%",
            "{p}% of {a} (is|equals|makes|gives)",
            "{w:free}(bill|meal|dinner|check|lunch|total|fare|order|ride|haircut) (is|comes to|was|costs?|came to|of) {a}[.,;]? {v:free}(how much|what) (is|would|should|will|was)( be| i leave as)?( the| a| an)? {p}% (tip|gratuity|service charge|tax|sales tax)( be)?",
            "{w:free}(bill|meal|dinner|check|lunch|total|fare|order) (is|comes to|was|costs?|came to|of) {a}[.,;]? (and )?(i|we|you) (want to )?(leave|tip|give|pay)( a| an)? {p}%( tip)?[.,;]? how (much|big) is the tip",
            "(if )?(the )?(sales tax|tax|vat|commission|tip|service charge)( rate)? is {p}%[.,;]? (how much|what)( is the)?( sales)? (tax|vat|commission|tip|service charge)( is| would)?( due| be| be due| paid| charged| owed| to pay)? (on|for) (an? )?{a}( {v:free})?",
            "(how much )?(do |does |would |will )?(you|i|one|he|she|we) (save|saves) (on|when buying|if you buy|buying) (an? |the )?{a} {v:free}((that is|which is|with|at|marked|is|if it is|when it is|that's|discounted by|reduced by|on sale for) )?(a )?{p}%( off| discount)*",
            "{p}% of (the |a |an )?{a} {v:free}(are|is|were|was|have|like|play|own|passed|failed|voted|said|prefer|came|wear) {w:free}[.,;]? how many( {z:words})?( is that| are (they|there|that)| {y:words})?".replace("{z:words}", "[a-z]+").replace("{y:words}", "[a-z ]+"),
            "(a|an|the) {a} {v:free}(is|contains|has|are) {p}% {w:free}[.,;]? how (much|many) {z:free}(is|are|does|do) (that|there|in it|it contain|it have|it|they)( contain| have| in it)?",
            "if i (take|have) {p}% of {a}, (what|how much) (do i (have|get)|is (it|that))",
        ),
        "{a} * {p} / 100", "", True,
    ),
    (
        compile_templates(
            "(what|which) % (of|out of) {a} (is|are|equals|makes) {b}",
            "% of {a} (is|are|equals) {b}",
            "(what|which) % (is|are) {b} (of|out of|from) {a}",
            "(what|which) % {b} (is|makes|represents) (of|out of) {a}",
            "(what|which) % (of|out of) {a} does {b} (make|make up|represent)",
            "(what|which) % does {b} (make|make up|represent) (of|out of) {a}",
            "{b} (is|are|equals|represents|makes) (what|which|how many) % (of|out of) {a}",
            "{b} (of|out of|from|over|/) {a} (is|are|as|in|to|into)( an?| the| what)? %",
            "{b} as an? % (of|out of) {a}",
            "(express|write|give|convert|put) {b} as an? % of {a}",
            "(express|write|give|convert|put) {b} (of|out of) {a} as an? %",
            "{b} out of {a}( correct| right)? (is|as|in) (an? )?(what )?%",
            "(how many) % (is|are) {b} (of|out of) {a}",
            "(out )?of (the |a group of |a class of )?{a} {w:free}[.,;]? {b} {v:free}[.,;]? (what|which) %( {z:free})?(is that|is this|are they|was that)?",
            "{w:free}{b} (out of|of|out of the|of the) {a} {v:free}[.,;]? (what|which) %( of [a-z ]+)? (is|was|are) (that|this|they)",
            "the % (that )?{b} is of {a}",
            "% (is|are) {b} (of|out of) {a}",
            "if (i|you|he|she) (got|scored|answered|score|get|answer|gets|scores) {b} (out of|of) {a}( questions)?( right| correct)?,? what( is my|'s my)? (%|%( score)?)( did (i|you) (get|score)| is (that|it|my score))?",
            "i (got|scored) {b} (out of|of) {a}( questions| points)?( right| correct)?[.,]? what( is|'s)?( my| that as an?)? %( score| is that)?",
        ),
        "{b} * 100 / {a}", "%", False,
    ),
    (
        compile_templates(
            "{b} is {p}% of (what|which|how much|what number|which number|what amount)",
            "{p}% of (what|which)( number| amount)? (is|equals|gives|makes) {b}",
            "(if )?{p}% of (a|some|the) (number|amount|quantity|sum) (is|equals|gives) {b}[,.;]?( then)? (what is|what's|find|what was|calculate|then what is) (the|that)( original| whole| full)? (number|amount|quantity|sum)",
            "(if )?{p}% of (a|some|the|my) {w:free}(is|are|equals) {b}[,.;]? (what is|what's|how much is|how many) {v:free}(whole|full|total|original|entire|number)( {z:free})?",
            "(the )?(number|amount) (of which|for which|such that) {p}% (is|equals|of it is) {b}",
            "(what|which) number (is it )?(has|of which) {p}%( of it)? (is |equals |equal to |being )?{b}",
            "of (what|which) (number|amount) is {b} {p}%",
            "{b} is {p}% of (a|some) number[.,;]? (what is|what's|find|which is) (the|that) number",
        ),
        "{b} * 100 / {p}", "", True,
    ),
    (
        compile_templates(
            "(increase|raise|up|grow|mark up|bump up) {a} by {p}%",
            f"{{a}} {_MORE} by {{p}}%",
            f"{{a}} {_MORE} {{p}}%",
            f"(if )?{{a}} (is |was |has been |gets )?{_MORE} by {{p}}%[,.]? (what (is|'s|do (you|i|we) get)|how much is)( it| the (result|new value|new number|new amount|total)| that)?( now)?",
            f"{{a}} (plus|\\+|and|with|including) (an? |another )?{{p}}%( {_TAX})?( on top| added)?",
            f"(add|adding) (an? |another )?{{p}}%( {_TAX})? (to|on|onto|on top of) {{a}}",
            "{p}% (more|greater|higher|larger) than {a}",
            "(what number|which number|number) is {p}% (more|greater|higher|larger) than {a}",
            f"(the )?(new |final )?(value|price|amount|number|total) (when|if|after) {{a}} (is |has been )?{_MORE} by {{p}}%",
            f"(the )?(total|price|cost|bill)( price| cost| amount)? (of|for) {{a}} (with|plus|including|after adding) (an? )?{{p}}% {_TAX}( added)?",
            "{a} after (an? )?{p}% (increase|rise|raise|markup|mark up|growth)",
            "an? {p}% (increase|rise|raise|markup) (on|of|to|from|in|over) {a}",
        ),
        "{a} * (100 + {p}) / 100", "", True,
    ),
    (
        compile_templates(
            f"(if )?(a|some|the) (number|price|amount|quantity|value) (is |was |has been )?{_LESS} by {{p}}%[,]? (and |then |it )*(is|becomes|gives|equals|is now|was)( now)? {{b}}[,.;]? (what (is|was)|find|what's)( the)?( original)? (number|price|amount|quantity|value|it)( before| originally| at first)?",
            "after (a|an) {p}% (discount|reduction|price cut|decrease)[,]? (a |an |the ){w:free}(costs?|is|was|sells for|cost) {b}[,.;]? (what|how much) (is|was|did)( it| the| its)?( original| old| full)?( price| cost)?( cost)?( before| originally)?( the discount)?",
            "(a |an |the ){w:free}(costs?|is|was|sells for|cost) {b} after (a|an) (discount of )?{p}%( discount| reduction| price cut| decrease| off)*[,.;]? (what|how much) (is|was|did)( it| the| its)?( original| old| full)?( price| cost)?( cost)?( before| originally)?( the discount)?",
        ),
        "{b} * 100 / (100 - {p})", "", True,
    ),
    (
        compile_templates(
            f"(if )?(a|some|the) (number|price|amount|quantity|value) (is |was |has been )?{_MORE} by {{p}}%[,]? (and |then |it )*(is|becomes|gives|equals|is now|was)( now)? {{b}}[,.;]? (what (is|was)|find|what's)( the)?( original)? (number|price|amount|quantity|value|it)( before| originally| at first)?",
        ),
        "{b} * 100 / (100 + {p})", "", True,
    ),
    (
        compile_templates(
            "(an? |the )?({a} )?{w:free}((costs?|is priced at|is|was) {a2} )?(plus|with|before|and|,) ?(an? )?{p}% {v:free}(tax|vat|tip|gst|service charge|sales tax)( added| included| on top)?[,.;]? (what is|what's|how much is|what would be|what do i pay)( the| it| i)?( total| full| final)*( price| cost| bill| amount| pay)?( in total| with (tax|tip))?",
            "(sales )?(tax|vat|a tip) of {p}% is added to (a |an |the )?{a} {w:free}[.,;]? (how much|what) is (the|it)( total| full| final)*( bill| price| cost| amount)?",
            "(what )?(would|will|does|is) {a} (be|become|be worth|come to|equal) (after|with) (an? )?{p}% (increase|rise|raise|markup|growth)",
            "(what )?(would|will)? ?{a} be after (an? )?{p}% (increase|rise|raise|markup|growth)",
        ),
        "{a} * (100 + {p}) / 100", "", True,
    ),
    (
        compile_templates(
            "(if )?(an?|the|my) {a} {w:free}(loses|drops by|falls by|depreciates by|is reduced by|decreases by|drops) {p}%( of its value| in value| of its price| in price)?[,.;]? (what is|what's|how much is)( it| its| the)?( worth| new)?( value| price| cost)?( now)?",
            "(what )?(would|will)? ?{a} be after (an? )?{p}% (decrease|drop|reduction|discount|cut)",
        ),
        "{a} * (100 - {p}) / 100", "", True,
    ),
    (
        compile_templates(
            "(decrease|reduce|lower|cut|discount|drop|mark down|shrink) {a} by {p}%",
            f"{{a}} {_LESS} by {{p}}%",
            f"{{a}} {_LESS} {{p}}%",
            f"(if )?{{a}} (is |was |has been |gets )?{_LESS} by {{p}}%[,.]? (what (is|'s|do (you|i|we) get)|how much is)( it| the (result|new value|new number|new amount|total)| that)?( now)?",
            "{a} (minus|-|less) (an? |the )?{p}%( discount)?",
            "(what is )?left (of|from) {a} (after|when|if) (taking away|you take away|removing|losing|deducting|subtracting|you remove|spending|you spend) {p}%( of it)?",
            "(subtract|take|deduct|subtracting|taking|knock)( away)? (an? )?{p}%( discount)?( away)? (from|off|off of) {a}",
            "{p}% (off|off of|less than|lower than|smaller than|fewer than) {a}",
            "(what number|which number|number) is {p}% (less|lower|smaller) than {a}",
            "{a} (with|after|at) (an? )?{p}% (off|discount|reduction|decrease|drop|cut|price cut|markdown)( applied)?",
            "{a} (with|after) (an? )?(discount|reduction) of {p}%",
            "an? {p}% (decrease|reduction|drop|cut) (on|of|to|from|in) {a}",
            f"(the )?(new |final )?(value|price|amount|number|total) (when|if|after) {{a}} (is |has been )?{_LESS} by {{p}}%",
            "(the )?(sale|new|final|discounted|reduced)? ?(price|cost) of (an? )?{a}( item)? (with|after|at) (an? )?{p}% (off|discount|reduction)",
        ),
        "{a} * (100 - {p}) / 100", "", True,
    ),
    (
        compile_templates(
            "(the )?% (change|difference) (from|between|when going from|in going from|going from|when you go from) {a} (to|and) {b}",
            "(the )?% (increase|rise|growth|gain|change) (from|between|when going from|if (something|it|the price) (goes|went|rises|rose) from) {a} (to|and) {b}",
            "(by )?(what|which|how many) % (has|did|does|do|is|was)?( \\w+){0,4}? (increase|increased|rise|rose|risen|grow|grew|grown|gone up|go up|went up) (from|when it (goes|went|rises|rose) from) {a} to {b}",
            "(what|which)( is the|'s the)? % (increase|rise|change|growth) (is|when|if)( there| it is| you go| going)?( from)? {a} to {b}",
            "(by )?(what|which|how many|how much) %? ?(does|is) {b} (exceed|greater than|more than|larger than|bigger than|above|higher than)( is)? {a}( in %)?",
            "{b} is (what|how many|which) % (more|greater|larger|higher|bigger) than {a}",
            "{w:free}(goes|went|moved|moves|rose|increased|went up|grew|climbed|changed|jumped|rises|increases|goes up|grows|was raised|raised|has risen|has gone up|is raised) from {a} to {b}( {v:free})?[.,;]? (what|by what|by how many|calculate|find|how many|which)( is| was|'s)?( the| that)? ?(%|% increase|increase in %|% raise|% rise|% change|% growth|growth in %)( is that| was that| did it (rise|increase|grow|go up)| is the increase| was it (raised|increased)| has it (risen|increased)| did it change| did (the )?[a-z]+ (rise|increase|grow|go up))?",
            "{w:free}(was|were|cost|used to be|used to cost) {a}( {v:free})?[,]? (and|but)? ?(now )?(is|are|costs?|it is|it costs|they are)( now)? {b}( now)?[.,;]? (what|by what|by how many)( is| was|'s)?( the)? ?(%|% increase|% rise|% change)( (has|did|was) (it|the price|they) (raised|increased|gone up|go up|risen|rise|increase))?( did it (rise|increase|grow|go up)| is the increase)?",
            "from {a} to {b} (is|as|in)( an?)?( what| which| how many)? % (increase|change|rise)",
            "going from {a} to {b} is( an?)? (what|which) % (increase|change|rise)",
            "{a} to {b}[,:]? (the )?(what )?% (change|increase)",
        ),
        "({b} - {a}) * 100 / {a}", "%", False,
    ),
    (
        compile_templates(
            "(the )?% (decrease|drop|fall|reduction|decline|loss|discount) (from|between|when going from|if (something|it|the price) (goes|went|falls|fell|drops|dropped) from) {a} (to|and) {b}",
            "(by )?(what|which|how many) % (has|did|does|do|is|was)?( \\w+){0,4}? (decrease|decreased|fall|fell|fallen|drop|dropped|gone down|go down|went down|shrink|reduced|reduce) from {a} to {b}",
            "(what|which)( is the|'s the)? % (decrease|drop|fall|reduction) (is|when|if)( there| it is| you go| going)?( from)? {a} to {b}",
            "{b} is (what|how many|which) % (less|lower|smaller|fewer) than {a}",
            "(what|which) % (discount|decrease|reduction|drop|saving) is (it|that|there)? ?(when|if) {a} (becomes|drops to|falls to|is reduced to|goes down to) {b}",
            "{w:free}(fell|decreased|went down|dropped|declined|shrank|sank|falls|decreases|goes down|drops|was reduced|reduced|was cut|was lowered|has fallen|has dropped|is reduced) from {a} to {b}( {v:free})?[.,;]? (what|by what|by how many|calculate|find|how many|which)( is| was|'s)?( the| that)? ?(%|% decrease|decrease in %|% drop|% loss|% fall|% reduction|% discount|% change)( is that| was that| did it (fall|decrease|drop|go down|decline|shrink)| is the (decrease|drop|discount)| was it (reduced|cut|lowered)| has it (fallen|dropped)| did (the )?[a-z]+ (fall|decrease|drop|go down))?",
            "{w:free}(was|were|cost|used to be|used to cost) {a}( {v:free})?[,]? (and|but)? ?(now )?(is|are|costs?|it is|it costs|they are)( now)? {b}( now)?[.,;]? (what|by what|by how many)( is| was|'s)?( the)? ?(%|% decrease|% drop|% discount|% reduction)( (has|did|was|is) (it|the price|they) (reduced|cut|lowered|discounted|gone down|go down|fallen|fall|decrease|drop))( did it (fall|decrease|drop|go down)| is the (decrease|discount))?",
            "from {a} to {b} (is|as|in)( an?)?( what| which)? % (decrease|drop|fall|reduction)",
            "going from {a} to {b} is( an?)? (what|which) % (decrease|drop|reduction)",
        ),
        "({a} - {b}) * 100 / {a}", "%", False,
    ),
    (
        compile_templates(
            "(the )?(simple|flat) interest (earned )?(on|of|for|if i invest) {a} (at|with) (an? )?{p}%( (per|a|each) (year|annum)| annual| yearly| p\\.?a\\.?| interest| annually)*( over| for| after| in) {n} years?",
            "(the )?(simple|flat) interest (earned )?(on|of|for) {a} (over|for|after|in) {n} years? at {p}%( (per|a|each) (year|annum)| annual| yearly| p\\.?a\\.?| interest| annually)*",
        ),
        "{a} * {p} * {n} / 100", "", True,
    ),
    (
        compile_templates(
            "(the )?(compound|compounded) interest (earned )?(on|of|for) {a} (at|with) {p}%( (per|a|each) (year|annum)| annual| yearly| p\\.?a\\.?| interest| annually| compounded)*( over| for| after| in) {n:int} years?",
        ),
        "{a} * (1 + {p} / 100) ** int({n}) - {a}", "", True,
    ),
    (
        compile_templates(
            "(how much|what)( is| will| would| does)? {a} (be worth|become|grow to|invested|be)( invested)?( in| after| for| over)? ?({n:int} years?)? (at|with|if it (grows|earns|compounds)( by| at)?) {p}%( (per|a|each) (year|annum)| annual| yearly| p\\.?a\\.?| interest| compound interest| annually| compounded)*",
            "{a} (at|with) {p}%( (per|a|each) (year|annum)| annual| yearly| p\\.?a\\.?| interest)* (compounded|compound interest)( annually| yearly| every year)?( for| after| over) {n:int} years?",
        ),
        "{a} * (1 + {p} / 100) ** int({n})", "", True,
    ),
)  # fmt: skip
_TWICE = compile_templates(
    "{p}% of {q}% of {a}",
    "{p}% of {q}%",
)
_BOTH = compile_templates(
    "{a} (?P<one>increased|raised|up|decreased|reduced|lowered|discounted) by {p}%[,]? ?(and )?(then )?(again )?"
    "(?P<two>increased|raised|up|decreased|reduced|lowered|discounted) by {q}%"
)
_UP = {"increased", "raised", "up"}


def read(reading: Reading) -> Written | None:
    """A program for a question about a percentage, or None."""
    if "%" not in reading.text and "interest" not in reading.text:
        return None
    text = reading.text.removesuffix(" now").strip()
    for match in match_any(_TWICE, text):
        base = literal(match["a"]) if "a" in match.re.groupindex else "F(1)"
        unit = "" if "a" in match.re.groupindex else "%"
        scale = "10000" if unit == "" else "100"
        expression = f"{literal(match['p'])} * {literal(match['q'])} * {base} / {scale}"
        return Written(rational(expression), "percent", unit=unit, money=unit == "")
    for match in match_any(_BOTH, text):
        one = f"(100 {'+' if match['one'] in _UP else '-'} {literal(match['p'])})"
        two = f"(100 {'+' if match['two'] in _UP else '-'} {literal(match['q'])})"
        return Written(rational(f"{literal(match['a'])} * {one} * {two} / 10000"), "percent", money=True)
    for patterns, form, unit, money in _RULES:
        for match in match_any(patterns, text):
            parts = {
                name.rstrip("2"): value
                for name, value in match.groupdict().items()
                if value is not None and name[0] in "abpn"
            }
            if not all(f"{{{name}}}" not in form or name in parts for name in "abpn"):
                continue
            values = {name: literal(value) for name, value in parts.items()}
            return Written(rational(form.format(**values)), "percent", unit=unit, money=money)
    return None
