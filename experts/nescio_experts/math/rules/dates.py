"""The calendar: weekdays, days between, a date some time later, leap years, lengths of months and years, ages."""

from __future__ import annotations

import re
from datetime import date, timedelta

from nescio_experts.math.rules.calendar_words import (
    DATE,
    MONTH,
    WEEKDAY,
    is_date,
    month_number,
    split_date,
    weekday_number,
)
from nescio_experts.math.rules.template import Template, Templates, Written, match_any
from nescio_experts.math.rules.text import Reading

_SPAN = r"(?P<n>\d+) (?P<step>days?|weeks?|fortnights?|months?|years?)"


def _patterns(*lines: str) -> Templates:
    parts = {"<d>": rf"(?P<d>{DATE})", "<e>": rf"(?P<e>{DATE})", "<span>": _SPAN, "<wd>": rf"(?P<wd>{WEEKDAY})",
             "<month>": rf"(?P<m>{MONTH})", "<year>": r"(?P<y>\d{4})"}  # fmt: skip
    found = []
    for line in lines:
        for name, pattern in parts.items():
            line = re.sub(rf"(?<!P){name}", pattern.replace("\\", r"\\"), line)
        found.append(Template(line))
    return tuple(found)


_WEEK_DAY = r"(?:day of the week|day of week|weekday|week day|day)"
_WEEKDAY_OF = _patterns(
    rf"(?:on )?(?:what|which) {_WEEK_DAY} (?:is it on|was it on|will it be on|is|was|will be|were|fell on|falls on|on)(?: on)? <d>(?: be| fall on| on)?",
    rf"(?:on )?(?:what|which) {_WEEK_DAY} (?:does|did|will|do) <d> (?:fall|land|come|be|occur|happen)(?: on)?",
    rf"(?:what|which) {_WEEK_DAY} of the week <d>(?: was| is| fell on)?",
    rf"(?:the )?{_WEEK_DAY} (?:of|for|on|was|is)(?: it)?(?: on)? <d>",
    rf"(?:the )?{_WEEK_DAY} (?:that )?<d> (?:was|is|falls on|fell on|will be)(?: on)?",
    rf"<d> (?:is|was|will be|falls on|fell on|falls|fell|lands on)(?: on)?(?: a| an)? (?:what|which) {_WEEK_DAY}(?: of the week)?",
    rf"<d>[,:]? ?(?:what|which) {_WEEK_DAY}(?: of the week)?(?: is| was)?(?: it| that)?",
    rf"name the {_WEEK_DAY} (?:on|of|for) <d>",
    rf"<d>[,:]? {_WEEK_DAY}",
    rf"(?:on )?(?:what|which) {_WEEK_DAY} (?:was|is) (?:someone|somebody|a person) born (?:on )?<d>",
    rf"i was born (?:on )?<d>[,.]? (?:what|which) {_WEEK_DAY} was (?:it|that)",
)  # fmt: skip
_MANY_DAYS = r"(?:how many|(?:the )?(?:number|total number|count) of) (?P<unit>days?|weeks?)"
_BETWEEN = _patterns(
    r"(?:count|find|compute|calculate) (?:up )?(?:the )?(?:number of )?(?P<unit>days|weeks) (?:between|from) <d> (?:and|to|until|till) <e>",
    r"(?:between|from) <d> (?:and|to|until|till) <e>[,:;]? (?:there are )?(?:how many|what number of) (?P<unit>days|weeks)(?: are there| is it| is that| passed| lie| elapsed| go by| pass)?",
    rf"{_MANY_DAYS} (?:go by|went by|passed by|does it take|must pass|will pass|have passed|had passed|apart) (?:between|from) <d> (?:and|to|until|till) <e>",
    rf"{_MANY_DAYS} (?:are there |is it |are |is there |lie |passed |elapsed |pass |fall |were there |elapse )?(?:between|from) <d> (?:and|to|until|till|through) <e>",
    rf"{_MANY_DAYS} (?:after|since|past) <d> (?:is|was|comes|until|till|to) <e>",
    rf"{_MANY_DAYS} (?:before|until|till|to|ahead of) <e> (?:is|was|from|after) <d>",
    r"from <d> (?:to|until|till) <e>[,:]? (?:is |are |it is |there are )?how many (?P<unit>days?|weeks?)(?: is it| are there| are in between)?",
    r"(?P<unit>days|weeks) (?:between|from) <d> (?:and|to|until|till) <e>",
    r"how (?:long|far)(?: is it| apart)?(?: in (?P<unit>days|weeks))? (?:between|from) <d> (?:and|to|until|till) <e>(?: in (?P<unit2>days|weeks))",
    r"(?:the )?(?:difference|interval|gap|time) (?:in (?P<unit>days|weeks) )?(?:between|from) <d> (?:and|to) <e>(?: in (?P<unit2>days|weeks))?",
    r"how many (?P<unit>days) (?:apart )?are <d> and <e>(?: apart)?",
    rf"{_MANY_DAYS} separate <d> (?:and|from) <e>",
    rf"{_MANY_DAYS} (?:until|till|to|before|are there until|are left until|are left till|is it until|is it till|are there till|remain until) <e>",
    rf"{_MANY_DAYS} (?:have passed |has it been |is it |ago was |ago is )?(?:since|ago was) <d>",
)  # fmt: skip
_DATE_WORD = r"(?:(?:on )?(?:what|which) (?:calendar )?(?:date|day)|(?:the )?(?:calendar )?date)"
_LATER = _patterns(
    rf"(?:{_DATE_WORD} (?:is|was|will it be|will be|falls|comes|fell|would be|lies|do you get)?(?: it)?(?: exactly)? ?)?<span> (?P<way>after|before|from|past|prior to|later than|following|earlier than) <d>(?: is (?:what|which)(?: calendar)? (?:date|day)|[,:]? (?:what|which) (?:date|day)(?: is (?:it|that))?| falls on (?:what|which) date|[,:]? ?-? ?what is the date)?",
    rf"{_DATE_WORD} (?:that )?(?:is|falls|comes|lies) <span> (?P<way>after|before|from) <d>",
    rf"(?:starting|counting)(?: forward| out)? (?:from|on|at|with) <d>[,]? {_DATE_WORD} (?:is it|will it be|comes|do you reach|is that) <span>(?P<way> later| earlier| after| before)",
    r"(?:something|it|a [a-z ]{2,30}|the [a-z ]{2,30}|my [a-z ]{2,30}|an [a-z ]{2,30}) (?:(?:that )?(?:starts?|started|begins?|began|borrowed|bought|issued|sent|ordered|is|was|opens|opened)(?: on)?) <d> (?:and |is |that |which )*(?:is )?(?P<way>lasts|due after|ends after|expires after|due in|valid for|takes|due back in|due back after|expires in|runs for|is due in|arrives after) <span>[.,;]? (?:what|when|on (?:what|which) (?:date|day)|which date)(?: is| does| will)?(?: the| it| is it)?(?: due date| end date| due| end| expire| expiry date| over| arrive| be due| be over)*",
    r"(?P<way>add|subtract|take|count|count back) <span> (?:to|from|on to|forward from|back from|after|before|on from) <d>",
    rf"(?:if )?(?:today is|it is|it's|today's date is) <d>[,.;]? (?:then )?(?:{_DATE_WORD} (?:will it be|is it|will be|was it|is)|what will the date be|what was the date|what date (?:will|would) (?:it|that) be) (?P<way0>in )?<span>(?: from (?:now|today|then))?(?P<way> later| ago| earlier| before| after)?",
    r"<d> (?P<way>\+|-|plus|minus) <span>",
    rf"(?:starting|counting) (?:from|on|at) <d>[,]? {_DATE_WORD} (?:is|comes|will it be|is it) <span> (?P<way>later|earlier|after|before)",
    rf"{_DATE_WORD} (?:is it|will it be|was it) <span> (?P<way>after|before|from) <d>",
)  # fmt: skip
_LEAP = _patterns(r"(?:is|was|will|are|were)(?: the year)? <year> (?:be )?(?:a )?leap[ -]?year", r"leap year[:]? <year>",
                  r"<year>[,:]? (?:is it|was it|is that) a leap year", r"(?:does|did|will|has) (?:the year )?<year> have (?:a february 29(?:th)?|366 days|29 days in february)")  # fmt: skip
_MONTH_LENGTH = _patterns(
    r"(?:how many|(?:the )?number of) days (?:are there |are |were there |does |did |were |is there |has )?(?:in |has |have )?(?:the month of )?<month>(?: (?:of |in )?(?:the year )?<year>)?(?: have| has| had)?",
    r"(?:the )?length of <month>(?: <year>)? in days",
    r"how long (?:is|was) <month>(?: <year>)?(?: in days)?",
)  # fmt: skip
_YEAR_LENGTH = _patterns(
    r"(?:how many|(?:the )?number of) days (?:are there |are |were there |does |did |were |has )?(?:in )?(?:the year )?<year>(?: have| has| had)?"
)
_DAY_OF_YEAR = _patterns(
    r"(?:what|which) (?:day )?number(?: day)? (?:of|in) the year (?:is|was) <d>",
    r"(?:what|which) day (?:number )?of the year (?:is|was) <d>",
    r"(?:the )?(?:ordinal|day number|day of the year) (?:of|for) <d>",
    r"<d> is (?:what|which) day of the year",
)
_NTH_DAY = _patterns(
    r"(?:what |which )?(?:date|day)?(?: is|was)? ?(?:the )?(?P<n>\d+)(?:st|nd|rd|th) day of(?: the year)? <year>"
)
_WEEKDAY_STEP = _patterns(
    rf"(?:if |suppose |say )?(?:today is|it is|it's|today was|today's|this is)(?: a)? <wd>(?: today| now)?[,.;]? (?:then )?(?:what|which) {_WEEK_DAY}(?: of the week)? (?:will it be|is it|will be|was it|is|was)(?: it)? (?P<way0>in )?(?:exactly )?(?P<n>\d+) days?(?: from (?:now|today))?(?P<way> later| ago| earlier| before)?",
    rf"(?:what|which) {_WEEK_DAY}(?: of the week)? (?:is|comes|falls|will it be|is it|was|was it) (?P<n>\d+) days (?P<way>after|before|from|past)(?: a)? <wd>",
    r"(?P<n>\d+) days (?P<way>after|before|from)(?: a)? <wd>(?: is what day| is which day)?",
)
_TODAY = _patterns(
    rf"(?:the )?(?:what |which )?(?P<what>date|{_WEEK_DAY})(?: is it| is| was it| was| will it be)? ?(?:for )?(?P<d>today|tomorrow|yesterday|now)",
    r"(?P<d>today|tomorrow|yesterday)'s (?P<what>date|day|weekday|day of the week)",
    r"(?:what|which) (?P<what>day|date|weekday) is (?P<d>today|tomorrow)",
)
_AGE = _patterns(
    r"how old (?:is|was|will|would)(?: someone| somebody| a person| i| he| she)? ?(?:who was |who is |be if )?(?:born (?:on )?)<d> (?:be )?(?:on|at) <e>",
    r"(?:if )?(?:someone|somebody|a person|i|he|she)(?: who)? (?:was|is|were) born (?:on )?<d>[,.;]? how old (?:is|was|will|would|were|are|am) (?:they|he|she|i|that person|the person|the person be|they be)(?: be)? (?:on|at) <e>",
)  # fmt: skip
_YEARS = _patterns(
    r"how many years (?:are there |passed |lie |is it |elapsed |are )?(?:between|from) (?:the year )?(?P<one>\d{4}) (?:and|to|until|till) (?:the year )?(?P<two>\d{4})"
)


def read(reading: Reading, today: date) -> Written | None:
    """A program for a question about the calendar, or None. Dates relative to today use `today`."""
    text = reading.text
    for reader in (_weekday, _between, _later, _lengths, _weekday_step, _today, _ages):
        written = reader(text, today)
        if written is not None:
            return written
    return None


def _source(text: str, today: date, year: int | None = None) -> str | None:
    """``date(…)`` for a date in the question; None where it cannot be read for certain or does not exist."""
    shift = {"today": 0, "now": 0, "tomorrow": 1, "yesterday": -1}.get(text)
    if shift is not None:
        day = today + timedelta(days=shift)
        return f"date({day.year}, {day.month}, {day.day})"
    parts = split_date(text)
    if parts is None:
        return None
    found_year = parts[0] if parts[0] is not None else year
    if found_year is None:
        return None
    return f"date({found_year}, {parts[1]}, {parts[2]})"


def _weekday(text: str, today: date) -> Written | None:
    for match in match_any(_WEEKDAY_OF, text):
        if match["d"] in {"today", "now", "tomorrow", "yesterday"}:
            continue
        day = _source(match["d"], today)
        if day is not None:
            return Written(f"from datetime import date\nprint({day}.strftime('%A'))\n", "weekday")
    return None


def _between(text: str, today: date) -> Written | None:
    both = re.search(
        r",? ?\(?(?:inclusive(?:ly)?|including both (?:days|dates|ends)|counting both (?:days|ends))\)?$", text
    )
    if both is not None:
        text = text[: both.start()]
    for match in match_any(_BETWEEN, text):
        groups = match.groupdict()
        ends = _ends(groups, today)
        if ends is None:
            continue
        unit = groups.get("unit") or groups.get("unit2") or "days"
        code = f"from datetime import date\nfrom fractions import Fraction\ndays = ({ends[1]} - {ends[0]}).days"
        code += " + 1\n" if both is not None else "\n"
        code += "print(abs(days))\n" if unit.startswith("day") else "print(Fraction(abs(days), 7))\n"
        return Written(code, "days", unit=f" {unit.rstrip('s')}s")
    return None


def _ends(groups: dict[str, str | None], today: date) -> tuple[str, str] | None:
    """Both ends of an interval, earlier first; a missing year is taken from the other end."""
    first, second = groups.get("d") or "today", groups.get("e") or "today"
    open_end = "d" not in groups or "e" not in groups
    parts = {name: split_date(name) for name in (first, second)}
    years = [part[0] for part in parts.values() if part is not None]
    if open_end:
        return _open_ends(first, second, today)
    if years.count(None) == 2:
        return _without_years(parts[first], parts[second])
    known = next((year for year in years if year is not None), None)
    one = _source(first, today, known)
    two = _source(second, today, known)
    if one is None or two is None:
        return None
    return one, two


def _open_ends(first: str, second: str, today: date) -> tuple[str, str] | None:
    """One end is today: "until Christmas" is the next one, "since 4 July" the last one."""
    other = second if first == "today" else first
    parts = split_date(other)
    if parts is None:
        return None
    if parts[0] is None:
        forward = other == second
        year = today.year
        if not is_date(year, parts[1], parts[2]):
            return None
        if forward and date(year, parts[1], parts[2]) < today:
            year += 1
        elif not forward and date(year, parts[1], parts[2]) > today:
            year -= 1
        source = _source(other, today, year)
    else:
        year, month, day = parts[0], parts[1], parts[2]
        if is_date(year, month, day) and (date(year, month, day) < today) == (other == second):
            return None
        source = _source(other, today)
    now = f"date({today.year}, {today.month}, {today.day})"
    if source is None:
        return None
    return (now, source) if other == second else (source, now)


def _without_years(
    one: tuple[int | None, int, int] | None, two: tuple[int | None, int, int] | None
) -> tuple[str, str] | None:
    """Two days of one year: read where the leap day cannot lie between them."""
    if one is None or two is None or (one[1:] > two[1:]) or (one[1:] <= (2, 29) and two[1:] > (2, 28)):
        return None
    return f"date(2023, {one[1]}, {one[2]})", f"date(2023, {two[1]}, {two[2]})"


def _later(text: str, today: date) -> Written | None:
    for match in match_any(_LATER, text):
        groups = match.groupdict()
        way = (groups.get("way") or groups.get("way0") or "").strip()
        back = way in {
            "before",
            "prior to",
            "earlier than",
            "subtract",
            "take",
            "count back",
            "ago",
            "earlier",
            "-",
            "minus",
        }
        back = back or "back from" in text
        day = _source(match["d"], today)
        if day is None:
            continue
        return _shifted(day, int(match["n"]), match["step"], back)
    return None


def _shifted(day: str, count: int, step: str, back: bool) -> Written:
    sign = "-" if back else "+"
    step = step.rstrip("s")
    if step in {"day", "week", "fortnight"}:
        days = count * {"day": 1, "week": 7, "fortnight": 14}[step]
        return Written(f"from datetime import date, timedelta\nprint({day} {sign} timedelta(days={days}))\n", "date")
    months = count * (12 if step == "year" else 1)
    code = (
        "from calendar import monthrange\nfrom datetime import date\n"
        f"day = {day}\nyear, month = divmod(day.year * 12 + day.month - 1 {sign} {months}, 12)\n"
        "print(date(year, month + 1, min(day.day, monthrange(year, month + 1)[1])))\n"
    )
    return Written(code, "date")


def _lengths(text: str, today: date) -> Written | None:
    for match in match_any(_LEAP, text):
        return Written(f"import calendar\nprint('yes' if calendar.isleap({match['y']}) else 'no')\n", "leap")
    for match in match_any(_MONTH_LENGTH, text):
        month, year = month_number(match["m"]), match["y"]
        if year is None and month == 2:
            return None
        code = f"import calendar\nprint(calendar.monthrange({int(year or 2023)}, {month})[1])\n"
        return Written(code, "month", unit=" days")
    for match in match_any(_YEAR_LENGTH, text):
        code = f"import calendar\nprint(366 if calendar.isleap({match['y']}) else 365)\n"
        return Written(code, "year", unit=" days")
    for match in match_any(_DAY_OF_YEAR, text):
        day = _source(match["d"], today)
        if day is not None:
            return Written(f"from datetime import date\nprint({day}.timetuple().tm_yday)\n", "day of year")
    for match in match_any(_NTH_DAY, text):
        code = f"from datetime import date, timedelta\nprint(date({match['y']}, 1, 1) + timedelta(days={match['n']} - 1))\n"
        return Written(code, "date")
    return None


def _weekday_step(text: str, today: date) -> Written | None:
    for match in match_any(_WEEKDAY_STEP, text):
        groups = match.groupdict()
        back = (groups.get("way") or "").strip() in {"ago", "earlier", "before"}
        days = -int(match["n"]) if back else int(match["n"])
        code = f"import calendar\nprint(calendar.day_name[({weekday_number(match['wd'])} + {days}) % 7])\n"
        return Written(code, "weekday")
    return None


def _today(text: str, today: date) -> Written | None:
    for match in match_any(_TODAY, text):
        day = _source(match["d"], today)
        show = f"{day}" if match["what"] == "date" else f"{day}.strftime('%A')"
        return Written(f"from datetime import date\nprint({show})\n", "today")
    return None


def _ages(text: str, today: date) -> Written | None:
    for match in match_any(_YEARS, text):
        return Written(f"print(abs({match['two']} - {match['one']}))\n", "years", unit=" years")
    for match in match_any(_AGE, text):
        born, on = _source(match["d"], today), _source(match["e"], today)
        if born is None or on is None:
            continue
        code = f"from datetime import date\nborn, on = {born}, {on}\n"
        code += "print(on.year - born.year - ((on.month, on.day) < (born.month, born.day)))\n"
        return Written(code, "age", unit=" years")
    return None
