"""Turns texts into unit vectors: the int8 ONNX model that serves, and its torch twin for building and parity tests.

`Encoder` never imports torch. Both give the vectors of one model within a stated tolerance (cosine at least .995), so
they share a fingerprint. It does not decide anything about a text.

A text with nothing in it (empty, blanks, control characters) has the zero vector: similar to nothing, and out of scope
for every router.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from nescio.errors import ArtefactError, ModelMissing
from nescio_indexes.text import clean

Vectors = NDArray[np.float32]

MAX_TOKENS = 256
MAX_CHARS = 8192
"""Longer texts are cut before they are tokenised; 256 tokens never reach that far in running text."""
BATCH = 32
CACHE_SIZE = 4096
_BEGINNINGS = ("\u2581", "\u0120")
ENCODER_FILES = ("model.onnx", "tokenizer.json")
VARIANTS = ("-int8", "-onnx", "-torch")
"""Endings of a model folder's name that name a variant of the same encoder."""


class TextEncoder(Protocol):
    """What indexes and routers ask of an encoder."""

    name: str
    fingerprint: str
    dims: int

    @property
    def words(self) -> Mapping[str, int]:
        """The words that it does not cut into pieces, in small letters, with their rank in its vocabulary."""
        ...

    def encode(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        """Unit vectors of `texts`, (n, dims) float32; the zero vector for a text with nothing in it."""
        ...


class _Cached:
    """Shared by both variants: cleaning, the cache, batches by length, and the rule of the zero vector."""

    name: str
    fingerprint: str
    dims: int

    def __init__(self, name: str, dims: int, cache_size: int) -> None:
        self.name = name
        self.dims = dims
        self.fingerprint = fingerprint_of(Path(name).name, dims)
        self._cache: OrderedDict[str, Vectors] = OrderedDict()
        self._cache_size = cache_size
        self._lock = threading.Lock()

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """The same as `encode`; makes an encoder usable as ``Context.encode``."""
        return self.encode(texts)

    def encode(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        """Unit vectors of `texts`, (n, dims) float32; thread-safe.

        Args:
            texts: Any strings; blanks are collapsed, and what goes beyond 256 tokens is cut.
            progress: Told after each batch how many of the texts not found in the cache are done.
        """
        shown = [clean(text[:MAX_CHARS]) for text in texts]
        vectors = np.zeros((len(shown), self.dims), dtype=np.float32)
        missing = self._from_cache(shown, vectors)
        # Texts of similar length share a batch, so that little padding is computed.
        order = sorted(missing, key=len)
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            for text, vector in zip(batch, _unit(self._embed(batch)), strict=True):
                vectors[missing[text]] = vector
                self._remember(text, vector)
            if progress is not None:
                progress(start + len(batch))
        return vectors

    @cached_property
    def words(self) -> Mapping[str, int]:
        """The words that it does not cut into pieces, in small letters, with their rank in its vocabulary."""
        return whole_words(self._vocabulary())

    def _vocabulary(self) -> Mapping[str, int]:
        raise NotImplementedError

    def _from_cache(self, texts: Sequence[str], vectors: Vectors) -> dict[str, list[int]]:
        missing: dict[str, list[int]] = {}
        with self._lock:
            for place, text in enumerate(texts):
                if not text:
                    continue
                known = self._cache.get(text)
                if known is None:
                    missing.setdefault(text, []).append(place)
                else:
                    self._cache.move_to_end(text)
                    vectors[place] = known
        return missing

    def _remember(self, text: str, vector: Vectors) -> None:
        with self._lock:
            self._cache[text] = vector.copy()
            while len(self._cache) > self._cache_size:
                self._cache.popitem(last=False)

    def _embed(self, texts: Sequence[str]) -> Vectors:
        raise NotImplementedError


class Encoder(_Cached):
    """A sentence encoder served by ONNX Runtime: mean pooling over the attention mask, then unit length."""

    def __init__(
        self, folder: Path, *, name: str | None = None, threads: int = 2, cache_size: int = CACHE_SIZE
    ) -> None:
        """Load ``model.onnx`` and ``tokenizer.json`` from `folder`, whose name is the encoder's unless `name` is given.

        Raises:
            ModelMissing: A file is not there, or cannot be read as what it should be.
        """
        self.folder = folder
        model, tokenizer = (folder / file for file in ENCODER_FILES)
        for path in (model, tokenizer):
            if not path.is_file():
                raise ModelMissing(f"encoder file {path} is missing", hint="nescio models pull fetches it")
        self._session = _open_session(model, threads)
        self._tokenizer = _open_tokenizer(tokenizer)
        self._inputs = {item.name for item in self._session.get_inputs()}
        super().__init__(name or folder.name, int(self._session.get_outputs()[0].shape[-1]), cache_size)

    def _vocabulary(self) -> Mapping[str, int]:
        found: dict[str, int] = self._tokenizer.get_vocab()
        return found

    def _embed(self, texts: Sequence[str]) -> Vectors:
        encodings = self._tokenizer.encode_batch(list(texts))
        width = max(len(encoding.ids) for encoding in encodings)
        ids = np.zeros((len(texts), width), dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, encoding in enumerate(encodings):
            ids[row, : len(encoding.ids)] = encoding.ids
            mask[row, : len(encoding.ids)] = 1
        feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        hidden = self._session.run(None, {name: feed[name] for name in feed if name in self._inputs})[0]
        pooled = np.einsum("nsd,ns->nd", hidden, mask.astype(np.float32)) / mask.sum(axis=1, keepdims=True)
        return np.asarray(pooled, dtype=np.float32)


class TorchEncoder(_Cached):
    """The same through sentence-transformers: for building, tuning and parity tests, never for serving."""

    def __init__(self, folder: Path, *, name: str | None = None, cache_size: int = CACHE_SIZE) -> None:
        """Load a sentence-transformers model from `folder`.

        Raises:
            ModelMissing: The folder or sentence-transformers is not there, or the folder cannot be read as a model.
        """
        if not (folder / "modules.json").is_file():
            raise ModelMissing(f"{folder} holds no sentence-transformers model", hint="nescio models pull fetches it")
        self._model = _open_sentence_transformer(folder)
        self._model.max_seq_length = MAX_TOKENS
        dims = self._model.encode(["a"], show_progress_bar=False).shape[-1]
        super().__init__(name or folder.name, int(dims), cache_size)

    def _vocabulary(self) -> Mapping[str, int]:
        found: dict[str, int] = self._model.tokenizer.get_vocab()
        return found

    def _embed(self, texts: Sequence[str]) -> Vectors:
        vectors = self._model.encode(list(texts), batch_size=BATCH, show_progress_bar=False, convert_to_numpy=True)
        return np.asarray(vectors, dtype=np.float32)


def load_encoder(
    models_dir: Path, name: str, *, threads: int = 2, cache_size: int = CACHE_SIZE
) -> Encoder | TorchEncoder:
    """The encoder called `name` below `models_dir`, or the one in the folder `name`; by its own name it loads again.

    Raises:
        ModelMissing: No such folder, or files are missing from it.
    """
    # What was a folder of its own where a router was fitted may be one of the models where it is served.
    for folder in (models_dir / name, Path(name).absolute(), models_dir / Path(name).name):
        if _holds_encoder(folder):
            again = folder.name if folder.parent == models_dir else str(folder)
            if (folder / "model.onnx").is_file():
                return Encoder(folder, name=again, threads=threads, cache_size=cache_size)
            return TorchEncoder(folder, name=again, cache_size=cache_size)
    installed = [folder.name for folder in sorted(models_dir.glob("*")) if _holds_encoder(folder)]
    raise ModelMissing(
        f"no encoder is called {name!r} in {models_dir}, and no folder of that name holds one",
        hint=f"installed: {', '.join(installed) or 'none'}; nescio models pull fetches the profile's; "
        "for another sentence-transformers model give its folder",
    )


def _holds_encoder(folder: Path) -> bool:
    return any((folder / file).is_file() for file in ("model.onnx", "modules.json"))


def fingerprint_of(name: str, dims: int) -> str:
    """What two encoders share iff their vectors may be mixed: the model without its variant, pooling and length."""
    base = name
    for ending in VARIANTS:
        base = base.removesuffix(ending)
    return f"{base}:{dims}:mean:l2:{MAX_TOKENS}"


def whole_words(vocabulary: Mapping[str, int]) -> dict[str, int]:
    """The whole words of a tokenizer's `vocabulary`, in small letters, with the least number that each has.

    WordPiece marks the pieces that go on with a word ("##ing"), SentencePiece and byte-level BPE those that begin one.
    """
    marked = [token for token in vocabulary if token[:1] in _BEGINNINGS and len(token) > 1]
    found: dict[str, int] = {}
    for token in marked or vocabulary:
        word = token[1:] if marked else token
        if word.isascii() and word.isalpha():
            found[word.lower()] = min(vocabulary[token], found.get(word.lower(), vocabulary[token]))
    return found


def check_fingerprint(found: str, expected: str, what: str) -> None:
    """Refuse `what`, made with encoder `found`, where encoder `expected` is in use.

    Raises:
        ArtefactError: They differ.
    """
    if found != expected:
        raise ArtefactError(
            f"{what} was made with encoder {found}, but {expected} is in use",
            hint="build it again with this encoder, or choose the encoder it was made with",
        )


def _unit(vectors: Vectors) -> Vectors:
    # A vector that is not finite would poison every sum it enters; it means "nothing is known", which is zero.
    safe = np.where(np.isfinite(vectors).all(axis=1, keepdims=True), vectors, 0.0)
    norms = np.linalg.norm(safe, axis=1, keepdims=True)
    return np.asarray(safe / np.where(norms > 0, norms, 1.0), dtype=np.float32)


def _open_session(path: Path, threads: int) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Threads that spin while they wait take the processor from the language model beside them.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    # ONNX Runtime's own exceptions share no base class but this one.
    except Exception as error:
        raise ModelMissing(f"{path} is not a readable ONNX model: {error}", hint="nescio models pull") from error


def _open_sentence_transformer(folder: Path) -> Any:
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise ModelMissing("sentence-transformers is not installed", hint="make setup TORCH=1") from error
    try:
        return SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    # What it is made of raises errors of many kinds, some of them bare Exception.
    except Exception as error:
        raise ModelMissing(
            f"{folder} is not a readable sentence-transformers model: {str(error).partition(chr(10))[0]}",
            hint="save or download it again",
        ) from error


def _open_tokenizer(path: Path) -> Any:
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_file(str(path))
    # It raises bare Exception.
    except Exception as error:
        raise ModelMissing(f"{path} is not a readable tokenizer: {error}", hint="nescio models pull") from error
    # The file pads every text to 128 tokens, which costs seven times the work of a short query.
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    return tokenizer
