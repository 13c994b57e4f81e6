"""Whole numbers: divisors, primes, remainders, factorials, counting, sequences, digits, bases, Roman numerals."""

from __future__ import annotations

import re

from nescio_experts.math.rules.preludes import without_sympy
from nescio_experts.math.rules.template import Templates, Written, compile_templates, match_any, numbers
from nescio_experts.math.rules.text import Reading

_GCD = "(greatest common (divisor|factor|denominator|measure)|highest common (factor|divisor)|largest common (factor|divisor)|biggest common (factor|divisor)|gcd|gcf|hcf)"
_LCM = "((least|lowest|smallest) common (multiple|denominator)|lcm|lcd)"
_THINGS = r"(?:[a-z]+ ){0,3}?[a-z]+"
_MANY = r"(how many|(the )?number of|in how many)"

_RULES: tuple[tuple[Templates, str, str], ...] = (
    (compile_templates(f"(the )?{_GCD} (of|between|for) {{l:list}}", rf"{_GCD} ?\({{l:list}}\)", f"{_GCD} {{l:list}}",
                       "(the )?(largest|biggest|greatest|highest) (whole )?(number|integer) that (divides|goes into|is a factor of) (both )?{l:list}( exactly| evenly)?"),
     "from math import gcd\nprint(gcd(*{l}))", ""),
    (compile_templates(f"(the )?{_LCM} (of|between|for) {{l:list}}", rf"{_LCM} ?\({{l:list}}\)", f"{_LCM} {{l:list}}",
                       "(the )?(smallest|least|lowest) (positive )?(whole )?(number|integer) (that is )?(divisible by|that is a multiple of|which is a multiple of) (both )?{l:list}"),
     "from math import lcm\nprint(lcm(*{l}))", ""),
    (compile_templates("(is|was) {a:int} (a )?prime( number)?", "{a:int}[,:]? (is it )?(a )?prime( number)?( or not| or composite)?",
                       "(is {a:int} )(a prime( number)?|prime) or (a )?(composite( number)?|not)", "(check )?(if|whether) {a:int} is (a )?prime( number)?"),
     "from sympy import isprime\nprint('yes' if isprime({a}) else 'no')", ""),
    (compile_templates("is {a:int} (a )?composite( number)?"),
     "from sympy import isprime\nprint('yes' if {a} > 3 and not isprime({a}) else 'no')", ""),
    (compile_templates("(is|does) {a:int} (divisible by|a multiple of|evenly divisible by|exactly divisible by) {b:int}", "does {b:int} (divide|go into|divide into) {a:int}( evenly| exactly)?",
                       "is {b:int} a (factor|divisor) of {a:int}", "can {a:int} be divided (evenly |exactly )?by {b:int}( evenly| exactly| without (a )?remainder)?"),
     "print('yes' if {a} % {b} == 0 else 'no')", ""),
    (compile_templates("is {a:int} (an )?even( number)?( or odd)?", "is {a:int} (an )?(odd or even|even or odd)( number)?"),
     "print('even' if {a} % 2 == 0 else 'odd')", ""),
    (compile_templates("is {a:int} (an )?odd( number)?"), "print('odd' if {a} % 2 else 'even')", ""),
    (compile_templates("is {a:int} a (perfect )?square( number)?"),
     "from math import isqrt\nprint('yes' if isqrt({a}) ** 2 == {a} else 'no')", ""),
    (compile_templates("is {a:int} a perfect number"),
     "print('yes' if {a} > 1 and sum(d for d in range(1, {a}) if {a} % d == 0) == {a} else 'no')", ""),
    (compile_templates("(the )?prime (factors?|factori[sz]ation|decomposition)( form)? (of|for) {a:int}", "(factor|factori[sz]e|prime factori[sz]e|decompose|break)( down)? {a:int}( into (its )?(primes?|prime factors))?",
                       "{a:int} (as|into) (a )?(product of )?prime( factor)?s?", "(write|express) {a:int} as a product of (its )?primes?( factors| numbers)?"),
     "from sympy import factorint\nprint(' × '.join(str(p) for p, k in sorted(factorint({a}).items()) for _ in range(k)))", ""),
    (compile_templates("(the )?(largest|biggest|greatest|highest) prime (factor|divisor) of {a:int}"),
     "from sympy import primefactors\nprint(max(primefactors({a})))", ""),
    (compile_templates("(the )?(smallest|least|lowest) prime (factor|divisor) of {a:int}"),
     "from sympy import primefactors\nprint(min(primefactors({a})))", ""),
    (compile_templates(f"{_MANY} (positive |distinct |different )?(whole number )?(divisors|factors) (does|has|are there (of|for)|of|for|do) ?{{a:int}}( have| has)?", "{a:int} has how many (divisors|factors)"),
     "from sympy import divisor_count\nprint(divisor_count({a}))", ""),
    (compile_templates("(list )?(all )?(of )?(the )?(positive )?(factors|divisors) of {a:int}", "(list|name) (all )?(the )?(positive )?(factors|divisors) of {a:int}", "(which|what) numbers (divide|go into) {a:int}( evenly| exactly)?"),
     "from sympy import divisors\nprint(divisors({a}))", ""),
    (compile_templates("(the )?sum of (all )?(the )?(positive )?(divisors|factors) of {a:int}"),
     "from sympy import divisor_sigma\nprint(divisor_sigma({a}))", ""),
    (compile_templates("(the )?remainder (when|if|of|after|from)( dividing| you divide| we divide)? {a:int} ?(is )?(divided by|÷|/|by|divided into) {b:int}", "(the )?remainder (of|for|in) {a:int} ?/ ?{b:int}",
                       "(the )?remainder (when|if) (dividing|you divide|we divide) {a:int} by {b:int}", "{a:int} (mod|modulo|modulus|%) {b:int}", "((what|how much)( number)? )?((is |are )?left|remains|remainder do you get)( over)? (when|if|after|from) ({a:int} is divided|you divide {a2:int}|dividing {a3:int}|{a4:int} divided) by {b:int}",
                       "(the )?{a:int} divided by {b:int} (leaves|gives|has) (what|which) remainder", "(divide {a:int} by {b:int}[,.]? )(what is|what's) (the )?remainder"),
     "print({a} % {b})", ""),
    (compile_templates("(the )?(value of )?{a:int} factorial", "(the )?factorial of {a:int}", "{a:int} ?!"), "from math import factorial\nprint(factorial({a}))", ""),
    (compile_templates("{a:int} (choose|c) {b:int}", r"(nCr|c|binomial|binom|comb|ncr) ?\({a:int}, ?{b:int}\)", "(the )?binomial coefficient( of)? {a:int} (over|choose|and|,) {b:int}",
                       f"(how many|in how many|the number of|number of)( different| distinct)? (ways|combinations)? ?(are there |is it possible |can (you|i|we|one|they|someone|a teacher|a coach) |can be |exist |to )?(to )?(choose|chosen|pick|select|selecting|choosing|form|draw|picking)( a)?( team| committee| group| subset| hand| set)?( of)? {{b:int}}( {_THINGS})? (from|out of|of|among)( a)?( group| set| class| deck| pool| list)?( of)?( the)? {{a:int}}( different| distinct)?( {_THINGS})?( if order (does not|doesn't) matter)?",
                       f"(how many|the number of)( different| distinct)? (combinations|committees|teams|groups|subsets|hands|pairs)( of| with)? {{b:int}}( {_THINGS})? (can be |are there |can you |could be |are possible |may be )?(formed|chosen|made|picked|selected|make|form|choose|drawn|taken)? ?(from|out of|of|in|among)( a)?( group| set| class| deck)?( of)? {{a:int}}( {_THINGS})?"),
     "from math import comb\nprint(comb({a}, {b}))", ""),
    (compile_templates("{a:int} (permute|p) {b:int}", r"(nPr|p|perm|npr) ?\({a:int}, ?{b:int}\)", "(the )?(number of )?permutations of {a:int}( [a-z]+)?( objects| items| things| elements)? taken {b:int} at a time"),
     "from math import perm\nprint(perm({a}, {b}))", ""),
    (compile_templates(f"(how many|in how many)( different| distinct)? (ways|orders)? ?(can|could|are there to|to|is it possible to) (you |i |we |one )?(arrange|order|line up|seat|put|place|shelve)? ?{{a:int}}( different| distinct)? (?!.*round)({_THINGS})( (be )?(arranged|lined up|ordered|line up|seated|placed|queue|stand|sit|be put))?( (in|on) (a|one|an) (row|line|shelf|queue|straight line|order|bench))?( be (arranged|ordered|lined up|seated))?( (in|on) (a|one|an) (row|line|shelf|queue|straight line|order|bench))?",
                       "(how many|the number of) (permutations|arrangements|orderings)( are there)?( of| for) {a:int}( different| distinct)?( [a-z]+)?"),
     "from math import factorial\nprint(factorial({a}))", ""),
    (compile_templates("(how many|the number of)( different| distinct)? (arrangements|permutations|ways to arrange|ways are there to arrange|anagrams)( are there)?( of)?( (all )?(of )?the letters)?( in| of)?( the word)? \"?'?(?P<w>[a-z]{2,15})'?\"?",
                       "(how many|in how many)( different| distinct)? ways can (all )?(of )?(you arrange )?the letters (of|in)( the word)? \"?'?(?P<w>[a-z]{2,15})'?\"?( be arranged| be rearranged| be ordered)?"),
     "from collections import Counter\nfrom math import factorial, prod\nw = {w!r}\nprint(factorial(len(w)) // prod(factorial(k) for k in Counter(w).values()))", ""),
    (compile_templates("(the )?{a:int}(st|nd|rd|th) prime( number)?"), "from sympy import prime\nprint(prime({a}))", ""),
    (compile_templates("(the )?(next|first|smallest) prime( number)? (after|above|greater than|larger than|bigger than|following|over) {a:int}"), "from sympy import nextprime\nprint(nextprime({a}))", ""),
    (compile_templates("(the )?(previous|last|largest|biggest|greatest) prime( number)? (before|below|less than|smaller than|under) {a:int}"), "from sympy import prevprime\nprint(prevprime({a}))", ""),
    (compile_templates(f"{_MANY} primes?( numbers?)? (are |are there |are there that are |is |there are )?(less than|below|under|smaller than|before) {{a:int}}"), "from sympy import primerange\nprint(len(list(primerange({a}))))", ""),
    (compile_templates(f"{_MANY} primes?( numbers?)? (are |are there )?(up to|not greater than|not exceeding|at most|from 1 to|between 1 and) {{a:int}}"), "from sympy import primerange\nprint(len(list(primerange({a} + 1))))", ""),
    (compile_templates(f"{_MANY} primes?( numbers?)? (are |are there |lie )?(between|from) {{a:int}} (and|to) {{b:int}}"), "from sympy import primerange\nprint(len(list(primerange({a}, {b} + 1))))", ""),
    (compile_templates("(list )?(all )?(the )?primes?( numbers?)? (between|from) {a:int} (and|to) {b:int}"), "from sympy import primerange\nprint(list(primerange({a}, {b} + 1)))", ""),
    (compile_templates("(list )?(all )?(the )?primes?( numbers?)? (less than|below|under|smaller than) {a:int}"), "from sympy import primerange\nprint(list(primerange({a})))", ""),
    (compile_templates("(the )?{a:int}(st|nd|rd|th) fibonacci( number)?"), "from sympy import fibonacci\nprint(fibonacci({a}))", ""),
    (compile_templates("(the )?{a:int}(st|nd|rd|th) triangular number"), "print({a} * ({a} + 1) // 2)", ""),
    (compile_templates("(the )?(sum|total) of (the )?digits (of|in) {a:int}", "(the )?digit sum of {a:int}", "(the )?(add|sum)( up)? (the |all the )?digits (of|in) {a:int}", "(the )?digits of {a:int} (added up|add up to|sum to)( what)?"), "print(sum(int(d) for d in str({a})))", ""),
    (compile_templates("(the )?product of (the )?digits (of|in) {a:int}"), "from math import prod\nprint(prod(int(d) for d in str({a})))", ""),
    (compile_templates(f"{_MANY} digits (does|are (there )?in|are in|has|do|in|is in) {{a:int}}( have| has)?"), "print(len(str(abs({a}))))", ""),
    (compile_templates("(the )?sum of (all )?(the )?first {a:int} (positive )?(integers|whole numbers|natural numbers|numbers|counting numbers)", "(the )?sum of (all )?(the )?(numbers|integers|whole numbers|natural numbers)? ?(from )?1 (to|through|up to|and) {a:int}(?!.*(squares|cubes))", "(add( up)?|sum( up)?) (all )?(the )?(numbers|integers|whole numbers) (from )?1 (to|through|up to) {a:int}", r"1 ?\+ ?2 ?\+ ?3 ?\+ ?(\.\.\.|…) ?\+ ?{a:int}"), "print(sum(range({a} + 1)))", ""),
    (compile_templates("(the )?sum of (all )?(the )?(numbers|integers|whole numbers|natural numbers) (from|between) {a:int} (to|through|up to|and) {b:int}( inclusive)?"), "print(sum(range({a}, {b} + 1)))", ""),
    (compile_templates("(the )?sum of (all )?(the )?even (numbers|integers) (from|between) {a:int} (to|through|up to|and) {b:int}( inclusive)?"), "print(sum(n for n in range({a}, {b} + 1) if n % 2 == 0))", ""),
    (compile_templates("(the )?sum of (all )?(the )?odd (numbers|integers) (from|between) {a:int} (to|through|up to|and) {b:int}( inclusive)?"), "print(sum(n for n in range({a}, {b} + 1) if n % 2))", ""),
    (compile_templates("(the )?sum of (all )?(the )?first {a:int} (positive )?even (numbers|integers)"), "print(sum(2 * n for n in range(1, {a} + 1)))", ""),
    (compile_templates("(the )?sum of (all )?(the )?first {a:int} (positive )?odd (numbers|integers)"), "print(sum(2 * n - 1 for n in range(1, {a} + 1)))", ""),
    (compile_templates("(the )?sum of (all )?(the )?first {a:int} (square numbers|squares|perfect squares)", "(the )?sum of (the )?squares (of the (numbers|integers) )?from 1 to {a:int}"), "print(sum(n * n for n in range(1, {a} + 1)))", ""),
    (compile_templates("(the )?sum of (all )?(the )?first {a:int} primes?( numbers)?"), "from sympy import prime\nprint(sum(prime(n) for n in range(1, {a} + 1)))", ""),
    (compile_templates("(the )?sum of (all )?(the )?primes?( numbers)? (below|less than|under) {a:int}"), "from sympy import primerange\nprint(sum(primerange({a})))", ""),
    (compile_templates(f"{_MANY} (whole |positive )?(multiples of|numbers divisible by|integers divisible by|numbers are divisible by|integers are divisible by|multiples are there of) {{b:int}} (are there |are |there are |lie )?(below|less than|under) {{a:int}}"), "print(len(range({b}, {a}, {b})))", ""),
    (compile_templates("(the )?sum of (all )?(the )?(positive )?multiples of {b:int} (below|less than|under) {a:int}"), "print(sum(range({b}, {a}, {b})))", ""),
    (compile_templates("(convert |write |express |give )?(the )?(decimal |base 10 |number |decimal number )*{a:int} (in|to|into|as)( a)? (binary|base 2)( number| notation| form)?", "(the )?binary (of|for|representation of|form of|equivalent of) {a:int}"), "print(format({a}, 'b'))", "base"),
    (compile_templates("(convert |write |express |give )?(the )?(decimal |base 10 |number |decimal number )*{a:int} (in|to|into|as)( a)? (hex|hexadecimal|base 16)( number| notation| form)?", "(the )?(hex|hexadecimal) (of|for|representation of|form of|equivalent of) {a:int}"), "print(format({a}, 'X'))", "base"),
    (compile_templates("(convert |write |express |give )?(the )?(decimal |base 10 |number |decimal number )*{a:int} (in|to|into|as)( an)? (octal|base 8)( number| notation| form)?"), "print(format({a}, 'o'))", "base"),
    (compile_templates("(convert )?(the )?binary (number )?(0b)?(?P<w>[01]+) (in|to|into|as)( a)? (decimal|base 10)( number| form)?", "(convert )?(?P<w>[01]+) (from|in) binary (to|in|into|as)( a)? (decimal|base 10)( number)?", "(the )?decimal (value|equivalent|form)? ?(of|for) (the )?binary (number )?(?P<w>[01]+)", "(?P<w>[01]+) (in )?base 2 (in|to|into|as) (base 10|decimal)", "(the )?binary (number )?(?P<w>[01]+) (is what|is which|equals what) (number )?in decimal"), "print(int({w!r}, 2))", ""),
    (compile_templates("(convert )?(the )?(hex|hexadecimal) (number )?(0x)?(?P<w>[0-9a-f]+) (in|to|into|as)( a)? (decimal|base 10)( number)?", "(convert )?(0x)?(?P<w>[0-9a-f]+) (from |in )?(hex|hexadecimal) (to|in|into|as) (decimal|base 10)", "(convert )?0x(?P<w>[0-9a-f]+) (in|to|into|as)( a)? (decimal|base 10)", "(the )?decimal (value|equivalent)? ?of (the )?(hex|hexadecimal) (number )?(0x)?(?P<w>[0-9a-f]+)"), "print(int({w!r}, 16))", ""),
    (compile_templates("(convert |write |express |give )?{a:int} (in|to|into|as|using)( a)? roman numerals?", "(the )?roman numerals? (for|of) {a:int}"),
     "n, text = {a}, ''\nfor value, sign in zip((1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1), 'M CM D CD C XC L XL X IX V IV I'.split()):\n    text += sign * (n // value)\n    n %= value\nprint(text)", "roman"),
    (compile_templates("(convert |the )?(roman numeral |value of |number )*(?P<w>[mdclxvi]{2,15})( in| to| as| into| stands for| represents)? ?(an? )?(the )?(roman numeral|arabic numerals?|arabic number|arabic|decimal|ordinary number|what number|number)?( as a number)?"),
     "value = dict(zip('ivxlcdm', (1, 5, 10, 50, 100, 500, 1000)))\nn = [value[c] for c in {w!r}] + [0]\nprint(sum(-a if a < b else a for a, b in zip(n, n[1:])))", "roman number"),
    (compile_templates("(the )?next (number|term)( in the (sequence|series))?:? {l:list}(,? ?(\\.\\.\\.|…|_+|and\\?))*", "{l:list}(,? ?(\\.\\.\\.|…))+ ?(what('s| is|s) next|what comes next|next( number)?)"), "", "sequence"),
)  # fmt: skip


def read(reading: Reading) -> Written | None:
    """A program for a question about whole numbers, or None."""
    text = reading.text
    for patterns, form, family in _RULES:
        for match in match_any(patterns, text):
            written = _written(match, form, family)
            if written is not None:
                return written
    return None


def _written(match: re.Match[str], form: str, family: str) -> Written | None:
    parts = {name.rstrip("234"): value for name, value in match.groupdict().items() if value is not None}
    if family == "sequence" or (family == "roman number" and not _is_roman(parts["w"], match.string)):
        return None
    values: dict[str, object] = {name: int(value) for name, value in parts.items() if name in {"a", "b"}}
    if "l" in parts:
        members = numbers(parts["l"])
        if any(member.denominator != 1 for member in members):
            return None
        values["l"] = [int(member) for member in members]
    values |= {"w": parts["w"]} if "w" in parts else {}
    if not all(f"{{{name}}}" not in form or name in values for name in ("a", "b", "l")):
        return None
    if family == "roman" and not 0 < int(parts["a"]) < 4000:
        return None
    largest = max((abs(value) for value in values.values() if isinstance(value, int)), default=0)
    return Written(without_sympy(form.format(**values) + "\n", largest), family or "integers")


def _is_roman(word: str, text: str) -> bool:
    well_formed = re.fullmatch(r"m{0,3}(?:cm|cd|d?c{0,3})(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})", word) is not None
    return well_formed and (len(word) > 2 or "roman" in text)
