"""An encoder for tests that need vectors with some meaning and no model: words in common make texts similar."""

import hashlib
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from nescio_indexes.text import clean, twin_key


class BagOfWords:
    """Sums of one fixed random direction a word, at unit length. It knows no words, so that no slip is mended."""

    words: Mapping[str, int] = MappingProxyType({})

    def __init__(self, name: str = "bag", dims: int = 96) -> None:
        self.name = name
        self.dims = dims
        self.fingerprint = f"{name}:{dims}"
        self.calls = 0

    def encode(self, texts, progress=None):
        self.calls += 1
        rows = np.zeros((len(texts), self.dims), dtype=np.float32)
        for place, text in enumerate(texts):
            if not clean(text):
                continue
            total = np.sum([self._direction(word) for word in twin_key(text).split()], axis=0)
            rows[place] = total / max(float(np.linalg.norm(total)), 1e-9)
        return rows

    def _direction(self, word):
        seed = int.from_bytes(hashlib.blake2b(word.encode("utf-8", "replace"), digest_size=8).digest())
        return np.random.default_rng(seed).standard_normal(self.dims).astype(np.float32)


TOPICS = {
    "fruit": "apple pear banana cherry plum grape melon lemon",
    "metal": "iron copper zinc nickel silver gold lead tin",
    "music": "violin piano guitar drum flute cello trumpet harp",
}
STRANGE = "cloud stapler tunnel pyjama envelope wrench candle ticket gravel velvet"


def rows_of(per_label=14, outside=14):
    """Labelled rows: each topic's words among filler, and strange ones out of scope."""
    from nescio_indexes.rows import Row

    rng = np.random.default_rng(5)
    filler = "please tell me about the a some good old new".split()

    def sentence(words):
        return " ".join([*rng.choice(words.split(), 3), *rng.choice(filler, 2), str(rng.integers(1000))])

    rows = [Row(sentence(words), label) for label, words in TOPICS.items() for _ in range(per_label)]
    return rows + [Row(sentence(STRANGE), None) for _ in range(outside)]
