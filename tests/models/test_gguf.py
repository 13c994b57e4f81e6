import struct

import pytest

from nescio.errors import ModelError
from nescio.models.gguf import Shape, memory_needed, read_shape


def field(name, kind, payload):
    return struct.pack("<Q", len(name)) + name.encode() + struct.pack("<I", kind) + payload


def text(value):
    return struct.pack("<Q", len(value)) + value.encode()


def write(path, **changes):
    fields = {
        "general.architecture": field("general.architecture", 8, text("toy")),
        "blocks": field("toy.block_count", 4, struct.pack("<I", 2)),
        "heads": field("toy.attention.head_count", 4, struct.pack("<I", 8)),
        "kv": field("toy.attention.head_count_kv", 4, struct.pack("<I", 4)),
        "width": field("toy.embedding_length", 4, struct.pack("<I", 64)),
        "scale": field("toy.rope", 9, struct.pack("<IQ", 6, 3) + b"\0" * 12),
        "tokens": field("tokenizer.ggml.tokens", 9, struct.pack("<IQ", 8, 2) + text("a") + text("b")),
    } | changes
    kept = [content for content in fields.values() if content is not None]
    path.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 0, len(kept)) + b"".join(kept))
    return path


def test_the_shape_is_read_from_the_metadata(tmp_path):
    assert read_shape(write(tmp_path / "a.gguf")) == Shape(layers=2, kv_heads=4, head_size=8, vocabulary=2)


def test_without_grouped_heads_every_head_has_keys_of_its_own(tmp_path):
    assert read_shape(write(tmp_path / "a.gguf", kv=None)).kv_heads == 8


def test_memory_grows_with_the_context_by_the_cache_of_each_token(tmp_path):
    path = write(tmp_path / "a.gguf")
    per_token = 2 * 2 * 2 * 4 * 8
    assert memory_needed(path, 1000) - memory_needed(path, 0) == 1000 * per_token


@pytest.mark.parametrize("content", [b"", b"GGU", b"PK\x03\x04 not a model", b"GGUF" + struct.pack("<IQQ", 9, 0, 0)])
def test_another_file_is_no_model(tmp_path, content):
    path = tmp_path / "a.gguf"
    path.write_bytes(content)
    with pytest.raises(ModelError, match="not a GGUF model"):
        read_shape(path)


def test_a_model_without_layers_is_no_model(tmp_path):
    with pytest.raises(ModelError):
        read_shape(write(tmp_path / "a.gguf", blocks=None))
