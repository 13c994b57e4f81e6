"""The chemistry expert's door: question in, grounded answer or typed abstention out.

The path: `scan` finds the pieces, `interpret` decides what they ask, `solve` answers from the facts. Where no phrase
names the property, the encoder is asked for a second opinion (`paraphrase`), which counts only for words that it
explains. No model is needed.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from nescio.card import load_card
from nescio.types import Abstained, Answer, Card, Context, Query, Reason
from nescio_experts.chemistry.doubts import AMBIGUOUS, SURE, Doubt, ambiguous, passed_over, respelled
from nescio_experts.chemistry.facts import Facts
from nescio_experts.chemistry.found import Scan
from nescio_experts.chemistry.interpret import interpret
from nescio_experts.chemistry.paraphrase import Guess, Paraphrases
from nescio_experts.chemistry.pieces import by_role, unexplained
from nescio_experts.chemistry.question import Ask, Misfit
from nescio_experts.chemistry.scan import Scanner
from nescio_experts.chemistry.solve import Solver
from nescio_experts.chemistry.table import Table, load_table
from nescio_experts.chemistry.wording import Missing, Solved
from nescio_experts.grounded import Grounds, answer, join, unanswerable

_FOLDER = Path(__file__).parent
_LONGEST = 1_000
"""Characters beyond which a text is no question about elements; reading it would take seconds."""
_PRONOUNS = frozenset("it its this that they their them these those one".split())


def create() -> ChemistryExpert:
    """The expert, as the entry point makes it. Reads the card; the table is read on first use."""
    return ChemistryExpert(load_card(_FOLDER))


class ChemistryExpert:
    """Answers questions about the chemical elements from `mendeleev`'s table."""

    def __init__(self, card: Card) -> None:
        self.card = card
        self._tools: _Tools | None = None

    async def warmup(self, context: Context) -> None:
        """Read the table, and embed the paraphrases, before the first question."""
        # Without its table the expert abstains with `tool_failed`, question by question; starting must not fail.
        with suppress(FileNotFoundError):
            self._ready().paraphrases.warm(context)

    async def answer(self, query: Query, context: Context) -> Answer | Abstained:
        """Answer `query` from the table, or say why not."""
        try:
            tools = self._ready()
        except FileNotFoundError as error:
            return Abstained(Reason.TOOL_FAILED, f"{error}.", would_have_asked=self.card.name)
        if len(query.text.strip()) > _LONGEST:
            return unanswerable(self.card.name, "I could not find a question about chemical elements in that.", None)
        scan = self._scan(tools, query)
        reading = tools.read(scan, context)
        if isinstance(reading.ask, Misfit):
            return self._misfit(tools, reading.scan, reading.ask)
        solved = tools.solver.solve(reading.ask)
        if isinstance(solved, Missing):
            return self._missing(tools, reading, solved)
        return self._answered(tools, reading.scan, solved, _grounds(reading, solved))

    def _ready(self) -> _Tools:
        if self._tools is None:
            self._tools = _Tools(load_table())
        return self._tools

    def _scan(self, tools: _Tools, query: Query) -> Scan:
        """The text to be answered; a message that asks something else of the elements before is scanned alone."""
        scan = tools.scanner.scan(query.text)
        turns = [m.content.strip() for m in query.messages if m.role == "user"]
        if len(turns) < 2 or query.text.strip() == turns[-1]:
            return scan
        last, before = tools.scanner.scan(turns[-1]), tools.scanner.scan(turns[-2])
        asks_alone = _points_back(last) and (last.of("p:") or not last.of("u:"))
        if last.named or last.isotopes or not asks_alone or not (before.named or before.isotopes):
            return scan
        last.named, last.isotopes = list(before.named), list(before.isotopes)
        return last

    def _answered(self, tools: _Tools, scan: Scan, solved: Solved, grounds: Grounds) -> Answer:
        read = "; ".join(f"I read “{typed}” as {meant}" for typed, meant in scan.read)
        text = f"{solved.text} ({read}.)" if read else solved.text
        return answer(self.card.name, text, grounds, solved.citations, source=tools.source)

    def _missing(self, tools: _Tools, reading: _Reading, missing: Missing) -> Abstained:
        """Why a fact cannot be told; with the nearest one withheld, if there is any."""
        withheld = None
        if missing.instead:
            solved = Solved(missing.instead, (), 0)
            withheld = self._answered(tools, reading.scan, solved, _grounds(reading, solved))
        return unanswerable(self.card.name, missing.message, withheld)

    def _misfit(self, tools: _Tools, scan: Scan, misfit: Misfit) -> Abstained:
        """Why a question cannot be read; with the nearest fact withheld, if there is any."""
        message, suggested = tools.explain(scan, misfit)
        solved = tools.best_attempt(scan, suggested)
        if solved is None:
            return unanswerable(self.card.name, message, None)
        grounds = replace(_grounds(_Reading(scan, misfit), solved), entity_match=1.0 if scan.named else 0.0)
        return unanswerable(self.card.name, message, self._answered(tools, scan, solved, grounds))


@dataclass(frozen=True, slots=True)
class _Reading:
    """A scan, what it asks, and how doubtful that is."""

    scan: Scan
    ask: Ask | Misfit
    guess: Guess | None = None
    doubt: Doubt = SURE


class _Tools:
    """What the expert builds once from the table."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.scanner = Scanner(table)
        self.facts = Facts(table)
        self.solver = Solver(self.facts)
        self.paraphrases = Paraphrases()
        self.source = table.source.replace(" ", "-")

    def read(self, scan: Scan, context: Context) -> _Reading:
        """The first reading of `scan` that asks something; if none does, the plain one, which says why."""
        plain = _Reading(scan, interpret(scan, self.table))
        if ambiguous(scan, plain.ask):
            return _Reading(scan, plain.ask, doubt=Doubt(entity=AMBIGUOUS))
        if not isinstance(plain.ask, Misfit) or plain.ask.kind not in {"no_property", "unexplained", "unknown"}:
            return plain
        for doubtful in (self._respelled(scan), self._guessed(scan, plain.ask, context), self._passed_over(scan)):
            if doubtful is not None and isinstance(doubtful.ask, Ask):
                return doubtful
        return plain

    def _respelled(self, scan: Scan) -> _Reading | None:
        found = respelled(scan, self.scanner)
        return None if found is None else _Reading(found[0], interpret(found[0], self.table), doubt=found[1])

    def _guessed(self, scan: Scan, misfit: Misfit, context: Context) -> _Reading | None:
        guess = self.paraphrases.guess(scan, context) if misfit.kind != "unknown" else None
        if guess is None or "or" in scan.reading.folded():
            # Of two alternatives the one that nobody understood may be the right one.
            return None
        again = self.scanner.scan(scan.reading.text)
        again.claims.claim(guess.explained, "guess")
        return _Reading(again, interpret(again, self.table, by_role(guess.property, scan)), guess)

    def _passed_over(self, scan: Scan) -> _Reading | None:
        words = passed_over(scan)
        if not words:
            return None
        again = self.scanner.scan(scan.reading.text)
        again.claims.claim(words, "passed over")
        return _Reading(again, interpret(again, self.table), doubt=Doubt(passed_over=len(words)))

    def explain(self, scan: Scan, misfit: Misfit) -> tuple[str, tuple[str, ...]]:
        """Why the question cannot be answered, in words, and the names that may have been meant."""
        words = " ".join(misfit.words)
        if misfit.kind == "unknown" and scan.of("p:") and not scan.sets:
            suggested = self._suggested(misfit.words)
            meant = f" Did you mean {join(suggested, 'or')}?" if suggested else ""
            return f"I know no chemical element called “{words}”, and I only answer for elements.{meant}", suggested
        if misfit.kind in {"unexplained", "unknown"}:
            return f"I have no fact that covers “{words}” in this question, only plain properties of elements.", ()
        if misfit.kind == "time":
            return f"my table tells what holds now, and the question is about another time (“{words}”).", ()
        if misfit.kind == "no_element":
            return "the question names no chemical element that I know.", ()
        if misfit.kind == "no_property":
            return "the question asks for no property of the elements that I have.", ()
        return "the question does not fit the facts that I have about the elements.", ()

    def _suggested(self, words: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for word in words for name in self.scanner.gazetteer.suggest(word)))[:2]

    def best_attempt(self, scan: Scan, suggested: tuple[str, ...]) -> Solved | None:
        """The nearest fact: the property asked for, of the named or else of the suggested element."""
        elements = [n.number for n in scan.named]
        elements += [int(self.scanner.gazetteer.entities(name)[0]) for name in suggested]
        properties = [hit.id[2:] for hit in scan.of("p:")] or ["series"]
        for z in elements[:1]:
            for prop in properties[:1]:
                solved = self.solver.solve(Ask("lookup", (prop,), (z,))) if prop in _LOOKED_UP else None
                if isinstance(solved, Solved):
                    return solved
        return None


def _points_back(scan: Scan) -> bool:
    folded = scan.reading.folded()
    return bool(_PRONOUNS & set(folded)) or folded[:1] == ("and",) or len(folded) <= 4


def _grounds(reading: _Reading, solved: Solved) -> Grounds:
    scan, guess, doubt = reading.scan, reading.guess, reading.doubt
    ask = reading.ask if isinstance(reading.ask, Ask) else None
    corrected = [n.similarity for n in scan.named if n.how == "corrected"]
    left = unexplained(scan)
    return Grounds(
        entity_match=min([doubt.entity, *corrected]),
        property_match=min(doubt.property, scan.spelling) if guess is None else guess.similarity,
        property_margin=1.0 if guess is None else guess.margin,
        coverage=left.share - doubt.passed_over / max(1, left.content),
        unexplained=float(len(left.unexplained) + doubt.passed_over),
        operations=float(ask.operations if ask else 0) + float(bool(ask and ask.units)),
        corrected=float(len(corrected) + scan.respelled),
        facts=float(solved.facts),
        length=float(len(scan.reading)),
    )


_LOOKED_UP = frozenset(
    "melting_point boiling_point density atomic_number atomic_weight symbol name electronic_configuration en_pauling "
    "ionization_energy group period block series discoverers discovery_year atomic_radius".split()
)
