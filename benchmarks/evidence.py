"""Which evidence for an answer from memory earns its tokens. Appends to ``results.jsonl``.

The general expert's model is asked questions of role ``fit``: its own and those of further files, as `nescio calibrate
--from` reads them. Beside the answer and the samples that the expert draws, it is asked whether the answer is right
(P(True), Kadavath et al. 2022): alone, with the samples in sight (their section 4.2), and whether it is wrong. Then the
expert's calibration is fitted on each set of evidence; all figures are out of fold. What a set gains is the mean log
loss, in nats, that it saves beside the expert's own evidence, with its standard error over questions.

What was drawn is appended to ``--drawn`` one line a question, so that a killed run goes on; without it nothing is
asked.

    python benchmarks/evidence.py --drawn DRAWN.jsonl [--from FILE.jsonl …] [--limit N] [--concurrency N]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np

from nescio import evidence, metrics
from nescio.calibration import fit_calibration, row
from nescio.card import PROMPT_FEATURES
from nescio.grading import grade
from nescio.known import KnownQuestion, gather, read_further
from nescio.models import ModelManager
from nescio.prompt_expert import TEMPERATURE, declines, final_answer
from nescio.settings import load_settings
from nescio.supervisor import asked_for, judged
from nescio.types import Backend, Card, Message, Token
from nescio_experts.general import create

HERE = Path(__file__).resolve().parent
WRONG = (
    "You check answers to questions of general knowledge. Many of them are wrong. Reply with one word: yes if the "
    "proposed answer is wrong, no if it is right."
)
SAMPLES = 4
TARGET = 0.75

OWN = create().card.features
SETS: Mapping[str, tuple[str, ...]] = {
    "the expert's": OWN,
    "less P(True)": tuple(name for name in OWN if name != "p_true"),
    "agreement for P(True)": PROMPT_FEATURES,
    "and agreement": (*OWN, "agreement"),
    "and semantic entropy": (*OWN, "entropy"),
    "and summed log-probability": (*OWN, "sum_logprob"),
    "and P(True) with samples in sight": (*OWN, "p_true_seeing"),
    "and P(False)": (*OWN, "p_false"),
    "all of them": (*OWN, "agreement", "entropy", "sum_logprob", "p_true_seeing", "p_false"),
    "mean log-probability alone": ("mean_logprob",),
    "summed log-probability alone": ("sum_logprob",),
    "agreement alone": ("agreement",),
    "semantic entropy alone": ("entropy",),
    "P(True) alone": ("p_true",),
}
"""Evidence by name; the first is what the expert gives."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What was drawn for one question.

    Attributes:
        question: Its text.
        golds: Right answers; None where nobody can answer.
        every: Whether all golds are needed.
        source: The file it stands in.
        text: The most likely answer.
        tokens: Its tokens with their log-probabilities.
        samples: The answers drawn beside it.
        right: P(yes) when asked whether the answer is right.
        seeing: The same with the samples in sight.
        wrong: P(yes) when asked whether it is wrong.
    """

    question: str
    golds: tuple[str, ...] | None
    every: bool
    source: str
    text: str
    tokens: tuple[tuple[str, float], ...]
    samples: tuple[str, ...]
    right: float
    seeing: float
    wrong: float

    @property
    def correct(self) -> bool | None:
        """The grade of the answer; None where the model declines, so that there is nothing to weigh."""
        if declines(self.text):
            return None
        return grade(self.question, self.golds, self.text, kind="list" if self.every else "auto").right

    def features(self) -> dict[str, float]:
        """All evidence, by the names in `SETS`."""
        tokens = [Token(text, logprob) for text, logprob in self.tokens]
        final = final_answer(self.text)
        span = evidence.locate(tokens, final)
        others = [final_answer(sample) for sample in self.samples]
        return {
            "mean_logprob": evidence.mean_logprob(tokens, span),
            "min_logprob": evidence.min_logprob(tokens, span),
            "sum_logprob": evidence.sum_logprob(tokens, span),
            "agreement": evidence.agreement(final, others, self.question),
            "entropy": evidence.semantic_entropy([final, *others], self.question),
            "length": float(len(self.text.split())),
            "p_true": evidence.route_logit(self.right),
            "p_true_seeing": evidence.route_logit(self.seeing),
            "p_false": evidence.route_logit(self.wrong),
        }


async def drawn_for(question: KnownQuestion, card: Card, backend: Backend) -> Drawn:
    """Ask the model as the general expert does, then what it holds of the answer."""
    asked = [Message("system", card.prompt or ""), Message("user", question.question)]
    (greedy,), samples = await asyncio.gather(
        backend.chat(asked, max_tokens=card.max_tokens, seed=0, logprobs=1),
        backend.chat(asked, n=SAMPLES, temperature=TEMPERATURE, max_tokens=card.max_tokens, seed=0, logprobs=1),
    )
    text, others = greedy.text.strip(), tuple(sample.text.strip() for sample in samples)
    final = final_answer(text)
    ideas = "; ".join(dict.fromkeys([*map(final_answer, others), final]))
    alone = asked_for(question.question, final)
    seeing = asked_for(f"{question.question}\nIdeas: {ideas}", final)
    opposite = [Message("system", WRONG), alone[-1]]
    return Drawn(
        question.question,
        question.golds,
        question.every,
        question.file,
        text,
        tuple((token.text, token.logprob) for token in greedy.tokens),
        others,
        right=(await judged(backend, alone, 0))[0],
        seeing=(await judged(backend, seeing, 0))[0],
        wrong=(await judged(backend, opposite, 0))[0],
    )


def weighed(drawn: Sequence[Drawn]) -> dict[str, dict[str, Any]]:
    """Each set's figures, out of fold."""
    rows = [(one, one.correct, one.features()) for one in drawn]
    # The sets are compared on the same questions: those of which all evidence is known.
    known = [one for one in rows if one[1] is not None and all(map(math.isfinite, one[2].values()))]
    graded = [row(one.question, right, 1.0, told, "fit") for one, right, told in known]
    own = f"{create().card.folder.name}/"
    foreign = {row(one.question, None, 1.0, {}).key for one in drawn if not one.source.startswith(own)}
    found: dict[str, dict[str, Any]] = {}
    first: np.ndarray[Any, np.dtype[np.float64]] | None = None
    for name, features in SETS.items():
        fitted = fit_calibration("general", features, graded)
        assert fitted is not None
        p, y = fitted.p, fitted.rows.y
        losses = -np.log(np.where(y > 0, p, 1.0 - p))
        first = losses if first is None else first
        gain = first - losses
        open_facts = np.isin(fitted.rows.key, list(foreign))
        found[name] = {
            "log_loss": round(float(losses.mean()), 4),
            "gain": [round(float(gain.mean()), 4), round(float(gain.std() / math.sqrt(len(gain))), 4)],
            "auroc": _rounded(metrics.auroc(p, y)),
            "auroc_open_facts": _rounded(metrics.auroc(p[open_facts], y[open_facts])),
            "above_target": int((p > TARGET).sum()),
            "right_of_these": int(y[p > TARGET].sum()),
        }
    return found


def _rounded(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 4)


def loaded(path: Path) -> Iterator[Drawn]:
    """What was appended to `path`; nothing where there is no file."""
    for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else ():
        body = json.loads(line)
        tokens = tuple((text, logprob) for text, logprob in body["tokens"])
        golds = None if body["golds"] is None else tuple(body["golds"])
        yield Drawn(**(body | {"tokens": tokens, "golds": golds, "samples": tuple(body["samples"])}))


async def draw(wanted: Sequence[KnownQuestion], card: Card, path: Path, concurrency: int) -> None:
    """Append what is missing to `path`."""
    manager = ModelManager(load_settings())
    waiting = iter(wanted)

    async def draw_the_next() -> None:
        for question in waiting:
            one = await drawn_for(question, card, manager.backend(card.model or ""))
            with path.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps(asdict(one)) + "\n")

    try:
        await asyncio.gather(*(draw_the_next() for _ in range(concurrency)))
    finally:
        await manager.close()


def main() -> None:
    """Draw what is missing, fit, print, append."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--drawn", type=Path)
    parser.add_argument("--from", dest="further", type=Path, action="append", default=[])
    parser.add_argument("--limit", type=int, help="questions of each file")
    parser.add_argument("--concurrency", type=int, default=1)
    wish = parser.parse_args()
    if wish.drawn is None:
        print("evidence: asks a model for hours; name a file with --drawn to begin or to go on", file=sys.stderr)  # noqa: T201
        return
    card = create().card
    gathered = gather(card.name, {card.name: card}, [read_further(path) for path in wish.further])
    files: dict[str, list[KnownQuestion]] = {}
    for one in gathered.questions:
        if one.role == "fit":
            files.setdefault(one.file, []).append(one)
    chosen = [one for turn in zip_longest(*(some[: wish.limit] for some in files.values())) for one in turn if one]
    have = {one.question for one in loaded(wish.drawn)}
    asyncio.run(draw([one for one in chosen if one.question not in have], card, wish.drawn, wish.concurrency))
    wanted = {one.question for one in chosen}
    drawn = [one for one in loaded(wish.drawn) if one.question in wanted]
    found = weighed(drawn)
    for name, told in found.items():
        print(f"{name:40} {told}")  # noqa: T201
    line = {"bench": "evidence", "when": time.strftime("%Y-%m-%d"), "model": card.model, "questions": len(drawn)}
    line |= {
        "graded": sum(one.correct is not None for one in drawn),
        "right": sum(one.correct is True for one in drawn),
    }
    with (HERE / "results.jsonl").open("a", encoding="utf-8") as results:
        results.write(json.dumps(line | {"sets": found}) + "\n")


if __name__ == "__main__":
    main()
