import shutil
import subprocess
import sys
import threading

import numpy as np
import pytest

from nescio.errors import ArtefactError, ModelMissing
from nescio_indexes.encoder import Encoder, TorchEncoder, check_fingerprint, fingerprint_of, load_encoder

TEXTS = [
    "What is the boiling point of tungsten?",
    "capital of Burkina Faso",
    "How do I get the last three items of a deque?",
    "a " * 400,
    "🙂 naïve café",
]


@pytest.fixture(scope="module")
def encoder(models_dir):
    return Encoder(models_dir / "all-minilm-l6-v2-int8")


def test_vectors_have_unit_length_and_384_dimensions(encoder):
    vectors = encoder.encode(TEXTS)
    assert vectors.shape == (5, 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "\x00\x01", "\u200b"])
def test_text_with_nothing_in_it_has_the_zero_vector(encoder, text):
    assert not encoder.encode([text]).any()


def test_no_texts_give_no_vectors(encoder):
    assert encoder.encode([]).shape == (0, 384)


def test_vector_does_not_depend_on_the_texts_beside_it(models_dir):
    folder = models_dir / "all-minilm-l6-v2-int8"
    together = Encoder(folder, cache_size=0).encode(TEXTS)
    alone = np.concatenate([Encoder(folder, cache_size=0).encode([text]) for text in TEXTS])
    assert float((together * alone).sum(axis=1).min()) > 0.9999


def test_lone_surrogates_and_a_million_characters_do_no_harm(encoder):
    vectors = encoder.encode(["capital of \ud800Peru", "x" * 1_000_000, "word " * 200_000])
    assert np.isfinite(vectors).all()


def test_blanks_and_control_characters_change_nothing(encoder):
    plain, blank = encoder.encode(["capital of Peru", "  capital\n of\x07 \t Peru "])
    assert np.array_equal(plain, blank)


def test_related_texts_are_nearer_than_unrelated_ones(encoder):
    query, near, far = encoder.encode(["how hot is the sun", "temperature of the sun", "recipe for apple pie"])
    assert query @ near > query @ far + 0.2


def test_cache_spares_the_model_and_is_bounded(models_dir, monkeypatch):
    encoder = Encoder(models_dir / "all-minilm-l6-v2-int8", cache_size=2)
    asked = []
    embed = encoder._embed
    monkeypatch.setattr(encoder, "_embed", lambda texts: asked.extend(texts) or embed(texts))
    encoder.encode(["one", "two", "one"])
    encoder.encode(["two", "three"])
    encoder.encode(["one"])
    assert asked == ["one", "two", "three", "one"]


def test_changing_a_result_does_not_change_the_cache(encoder):
    first = encoder.encode(["immutable please"])
    first[:] = 7
    assert np.allclose(np.linalg.norm(encoder.encode(["immutable please"])), 1.0, atol=1e-5)


def test_threads_get_the_vectors_that_one_would_get(models_dir):
    encoder = Encoder(models_dir / "all-minilm-l6-v2-int8", cache_size=8)
    texts = [f"query number {i}" for i in range(24)]
    expected = encoder.encode(texts)
    found = {}
    workers = [threading.Thread(target=lambda i=i: found.update({i: encoder.encode([texts[i]])[0]})) for i in range(24)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert all(float(found[i] @ expected[i]) > 0.9999 for i in range(24))


def test_progress_counts_texts_that_were_embedded(models_dir):
    told = []
    encoder = Encoder(models_dir / "all-minilm-l6-v2-int8")
    encoder.encode([f"row {i}" for i in range(40)], told.append)
    assert told == [32, 40]


def test_missing_or_broken_files_are_a_clear_error(models_dir, tmp_path):
    with pytest.raises(ModelMissing, match=r"model\.onnx is missing"):
        Encoder(tmp_path)
    (tmp_path / "model.onnx").write_bytes(b"not a model")
    shutil.copy(models_dir / "all-minilm-l6-v2-int8" / "tokenizer.json", tmp_path)
    with pytest.raises(ModelMissing, match="not a readable ONNX model"):
        Encoder(tmp_path)


def test_variants_of_one_encoder_share_a_fingerprint():
    assert fingerprint_of("all-minilm-l6-v2-int8", 384) == fingerprint_of("all-minilm-l6-v2", 384)
    assert fingerprint_of("all-minilm-l6-v2", 384) != fingerprint_of("all-minilm-l12-v2", 384)
    with pytest.raises(ArtefactError, match="in use"):
        check_fingerprint("a:384", "b:384", "the index")


def test_encoder_is_found_by_name_or_by_folder(models_dir):
    assert load_encoder(models_dir, "all-minilm-l6-v2-int8").dims == 384
    assert load_encoder(models_dir / "nowhere", str(models_dir / "all-minilm-l6-v2-int8")).dims == 384


def test_encoder_of_a_folder_is_loaded_again_by_its_name_from_anywhere(models_dir, tmp_path, monkeypatch):
    own = shutil.copytree(models_dir / "all-minilm-l6-v2-int8", tmp_path / "own" / "my-encoder-int8")
    monkeypatch.chdir(own)
    loaded = load_encoder(models_dir, ".")
    assert load_encoder(models_dir, str(own)).name == loaded.name
    monkeypatch.chdir(tmp_path)
    assert load_encoder(models_dir, loaded.name).fingerprint == loaded.fingerprint == fingerprint_of("my-encoder", 384)
    # On another machine it may be one of the models.
    own.parent.rename(tmp_path / "models")
    moved = load_encoder(tmp_path / "models", loaded.name)
    assert (moved.name, moved.fingerprint) == ("my-encoder-int8", loaded.fingerprint)


@pytest.mark.parametrize("name", ["nosuch", "", ".", "empty", "/dev/null"])
def test_encoder_that_is_not_there_is_told_with_those_that_are(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    for found, file in (("one", "model.onnx"), ("two", "modules.json"), ("three", "model.gguf")):
        (tmp_path / "models" / found).mkdir(parents=True)
        (tmp_path / "models" / found / file).touch()
    with pytest.raises(ModelMissing, match="no encoder") as caught:
        load_encoder(tmp_path / "models", name)
    assert "installed: one, two;" in caught.value.hint
    assert "sentence-transformers" in caught.value.hint
    with pytest.raises(ModelMissing) as caught:
        load_encoder(tmp_path / "nowhere", name)
    assert "installed: none;" in caught.value.hint


@pytest.mark.torch
@pytest.mark.parametrize(
    "modules", ["garbage", "[]", '{"a": 1}', '[{"idx": 0, "name": "0", "path": "", "type": "x.Y"}]']
)
def test_folder_that_is_no_sentence_transformers_model_is_a_clear_error(tmp_path, modules):
    pytest.importorskip("sentence_transformers")
    (tmp_path / "modules.json").write_text(modules)
    with pytest.raises(ModelMissing, match="not a readable sentence-transformers model"):
        load_encoder(tmp_path / "none", str(tmp_path))


def test_encoding_imports_no_torch(models_dir):
    code = (
        "import sys; from pathlib import Path; from nescio_indexes.encoder import Encoder;"
        f"Encoder(Path({str(models_dir)!r}) / 'all-minilm-l6-v2-int8').encode(['hello']);"
        "sys.exit(bool({'torch', 'sentence_transformers', 'sklearn', 'transformers'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=120).returncode == 0


@pytest.mark.torch
def test_int8_and_torch_agree_within_the_stated_tolerance(models_dir, encoder):
    pytest.importorskip("sentence_transformers")
    folder = models_dir / "all-minilm-l6-v2"
    if not folder.is_dir():
        pytest.skip("the torch model is not provisioned")
    twin = TorchEncoder(folder)
    assert twin.fingerprint == encoder.fingerprint
    assert float((twin.encode(TEXTS) * encoder.encode(TEXTS)).sum(axis=1).min()) >= 0.995
    assert not twin.encode([""]).any()
