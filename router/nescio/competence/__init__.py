"""P(expert right | query), `p_expert`, learnt from graded outcomes: which of two experts, and how hard a query is.

It is a feature of both gates and orders experts of one domain. It is never reported as p_route, and where no competence
model is fitted everything is as if this package were not there.
"""

from nescio.competence.artefact import digest, load_competence, save_competence
from nescio.competence.fit import Graded, fit_competence
from nescio.competence.history import PastOutcome, from_log, graded
from nescio.competence.judge import Judge
from nescio.competence.model import Competence

__all__ = [
    "Competence",
    "Graded",
    "Judge",
    "PastOutcome",
    "digest",
    "fit_competence",
    "from_log",
    "graded",
    "load_competence",
    "save_competence",
]
