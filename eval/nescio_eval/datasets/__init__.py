"""Data sets in one normal form: read from a folder, or generated from a seed."""

from nescio_eval.datasets.catalogue import CATALOGUE, DataSet
from nescio_eval.datasets.folder import available, check, load, load_own
from nescio_eval.datasets.question import DOMAINS, Kind, Question, Role, join_clusters
from nescio_eval.datasets.suite import SUITES, Draw, draw, generator_seed, only, own

__all__ = [
    "CATALOGUE",
    "DOMAINS",
    "SUITES",
    "DataSet",
    "Draw",
    "Kind",
    "Question",
    "Role",
    "available",
    "check",
    "draw",
    "generator_seed",
    "join_clusters",
    "load",
    "load_own",
    "only",
    "own",
]
