"""Reads the head of a GGUF file, to know what a model needs in memory before it is loaded.

Only the metadata's numbers and strings are kept, and how long its arrays are; tensors are not touched.
Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from nescio.errors import ModelError

_FIXED = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d"}
_STRING, _ARRAY = 8, 9
_LONGEST = 1 << 27
_RUNTIME_BYTES = 64 << 20
_BATCH_TOKENS = 512
_REPACKED = 1.25
"""Measured: the mapped file plus the copy that llama.cpp lays out anew for this processor, over the file's size."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The numbers that decide how large key-value cache and compute buffers are."""

    layers: int
    kv_heads: int
    head_size: int
    vocabulary: int

    @property
    def cache_bytes_per_token(self) -> int:
        """Keys and values of one token over all layers, 2 bytes each."""
        return 2 * 2 * self.layers * self.kv_heads * self.head_size

    @property
    def compute_bytes(self) -> int:
        """What a batch's logits take, 4 bytes each, and the runtime itself."""
        return _BATCH_TOKENS * self.vocabulary * 4 + _RUNTIME_BYTES


def memory_needed(path: Path, context: int) -> int:
    """Bytes that serving `path` with `context` tokens takes: weights, cache and buffers.

    Raises:
        ModelError: The file is not a GGUF model.
    """
    shape = read_shape(path)
    return int(path.stat().st_size * _REPACKED) + context * shape.cache_bytes_per_token + shape.compute_bytes


def read_shape(path: Path) -> Shape:
    """The model's shape from its metadata.

    Raises:
        ModelError: The file is not a GGUF model.
    """
    try:
        with path.open("rb") as file:
            fields = _read_fields(file)
        arch = fields["general.architecture"]
        layers = _number(fields[f"{arch}.block_count"])
        heads = _number(fields[f"{arch}.attention.head_count"])
        width = _number(fields[f"{arch}.embedding_length"])
        kv_heads = _number(fields.get(f"{arch}.attention.head_count_kv", heads))
        vocabulary = _number(fields["tokenizer.ggml.tokens"])
        head_size = _number(fields.get(f"{arch}.attention.key_length", width // heads))
    except (struct.error, KeyError, ValueError, ZeroDivisionError) as error:
        raise ModelError(
            f"{path} is not a GGUF model: {error!r}", hint="nescio models check says which file is damaged"
        ) from error
    return Shape(layers, kv_heads, head_size, vocabulary)


def _number(value: object) -> int:
    if not isinstance(value, int):
        raise ValueError(f"{value!r} is not a whole number")
    return value


def _read_fields(file: BinaryIO) -> dict[str, object]:
    if file.read(4) != b"GGUF":
        raise ValueError("no GGUF magic")
    version = _unpack(file, "<I")
    if version not in (2, 3):
        raise ValueError(f"GGUF version {version}")
    file.seek(8, 1)
    count = int(_unpack(file, "<Q"))
    return {_string(file): _value(file, int(_unpack(file, "<I"))) for _ in range(count)}


def _value(file: BinaryIO, kind: int) -> object:
    """One value; of an array its length, which is all that is asked of one."""
    if kind in _FIXED:
        return _unpack(file, _FIXED[kind])
    if kind == _STRING:
        return _string(file)
    if kind != _ARRAY:
        raise ValueError(f"unknown value type {kind}")
    item, length = int(_unpack(file, "<I")), int(_unpack(file, "<Q"))
    if item in _FIXED:
        file.seek(struct.calcsize(_FIXED[item]) * length, 1)
    else:
        for _ in range(length):
            _value(file, item)
    return length


def _string(file: BinaryIO) -> str:
    length = int(_unpack(file, "<Q"))
    if length > _LONGEST:
        raise ValueError("a string longer than the file may hold")
    return file.read(length).decode("utf-8", errors="replace")


def _unpack(file: BinaryIO, form: str) -> int | float | bool:
    value: int | float | bool = struct.unpack(form, file.read(struct.calcsize(form)))[0]
    return value
