"""With a real, very small transformer: everything but its size is as in use."""

import json
import shutil
import sys
import warnings

import numpy as np
import pytest
from typer.testing import CliRunner

from nescio.cli import fit, index, route
from nescio.errors import ArtefactError, DataError, InvalidRequest, ModelMissing
from nescio_indexes.encoder import load_encoder
from nescio_indexes.fitted import FittedRouter, encoder_of
from nescio_indexes.fitting import fit_router
from nescio_indexes.rows import Row, prepare
from nescio_indexes.tuning import Recipe, trainable_folder, tune
from tests.indexes.bag import TOPICS, rows_of

pytestmark = pytest.mark.torch
QUICK = Recipe(epochs=1, least_steps=60, batch=16, rate=3e-3)


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """A sentence-transformers folder of one layer with random weights, and a word for each word of the rows."""
    pytest.importorskip("onnx")
    st = pytest.importorskip("sentence_transformers")
    from tokenizers import Tokenizer, pre_tokenizers, processors
    from tokenizers.models import WordLevel
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("models") / "tiny"
    words = sorted(
        {word for row in rows_of() for word in row.text.lower().split()} | set(" ".join(TOPICS.values()).split())
    )
    vocabulary = {word: i for i, word in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", *words])}
    made = Tokenizer(WordLevel(vocabulary, unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    plain = folder.parent / "plain"
    PreTrainedTokenizerFast(tokenizer_object=made, pad_token="[PAD]", unk_token="[UNK]").save_pretrained(plain)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=256,
    )
    BertModel(config).save_pretrained(plain)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # Of a bare transformer it takes the mean over tokens.
        st.SentenceTransformer(str(plain), device="cpu").save(str(folder))
    return folder


@pytest.fixture(scope="module")
def frozen(base):
    return load_encoder(base.parent, "tiny")


@pytest.fixture(scope="module")
def tuned(base, frozen, tmp_path_factory):
    return tune(rows_of(), frozen, base, tmp_path_factory.mktemp("tuned"), recipe=QUICK)


def spread(encoder, rows):
    """How much nearer rows of one label are to one another than to others', by cosine."""
    vectors = encoder.encode([row.text for row in rows])
    same = np.array([[a.label == b.label for a in rows] for b in rows])
    close = vectors @ vectors.T
    return float(close[same].mean() - close[~same].mean())


def test_queries_of_one_label_draw_together_those_that_were_not_shown_too(tuned, frozen):
    rows = prepare(rows_of())
    unseen = [row for row, seen in zip(rows, tuned.seen, strict=True) if row.label and not seen]
    assert len(unseen) >= 6
    assert spread(tuned.encoder, unseen) > spread(frozen, unseen) + 0.2


def test_out_of_scope_rows_and_a_fifth_of_the_others_are_not_shown(tuned):
    rows = prepare(rows_of())
    inside = np.array([row.label is not None for row in rows])
    assert not tuned.seen[~inside].any()
    assert 0.7 < tuned.seen[inside].mean() < 0.9


def test_of_many_rows_a_tenth_is_not_shown(base, frozen, tmp_path, monkeypatch):
    monkeypatch.setattr("nescio_indexes.tuning.MANY", 100)
    rows = rows_of(per_label=40, outside=0)
    seen = tune(rows, frozen, base, tmp_path, recipe=Recipe(least_steps=1, epochs=0)).seen
    assert 0.85 < seen.mean() < 0.95


def test_same_seed_tunes_the_same_encoder(base, frozen, tuned, tmp_path):
    again = tune(rows_of(), frozen, base, tmp_path, recipe=QUICK)
    assert again.encoder.fingerprint == tuned.encoder.fingerprint
    assert again.encoder.fingerprint.startswith("tiny-tuned-")


def test_what_is_served_is_what_was_trained(base, frozen, tmp_path):
    still = tune(rows_of(), frozen, base, tmp_path, recipe=Recipe(least_steps=1, epochs=0, rate=0.0))
    texts = ["apple", "iron copper zinc nickel", "some violin and a drum"]
    assert float((still.encoder.encode(texts) * frozen.encode(texts)).sum(axis=1).min()) > 0.9999


def test_rows_that_the_encoder_has_seen_calibrate_nothing(tuned):
    fitted = fit_router(rows_of(), tuned.encoder, tuned=tuned)
    assert fitted.report.measured == len(prepare(rows_of())) - int(tuned.seen.sum())
    inside = [row for row in rows_of() if row.label]
    with pytest.raises(DataError, match="tuned on other rows"):
        fit_router(inside, tuned.encoder, tuned=tuned)


def test_router_carries_its_encoder_wherever_it_goes(tuned, tmp_path):
    fitted = fit_router(rows_of(), tuned.encoder, tuned=tuned)
    fitted.save(tmp_path / "here")
    shutil.move(tmp_path / "here", tmp_path / "there")
    encoder = encoder_of(tmp_path / "there", tmp_path / "no models")
    assert np.array_equal(encoder.encode(["apple pie"]), tuned.encoder.encode(["apple pie"]))
    assert FittedRouter.load(tmp_path / "there", encoder.fingerprint).model.labels == fitted.model.labels


def test_encoders_that_pool_otherwise_are_not_tuned(base, tmp_path):
    shutil.copytree(base, tmp_path / "cls")
    place = tmp_path / "cls" / "1_Pooling" / "config.json"
    said = {name: value for name, value in json.loads(place.read_text()).items() if "mode" not in name}
    place.write_text(json.dumps({**said, "pooling_mode": "cls", "pooling_mode_cls_token": True}))
    with pytest.raises(ModelMissing, match="mean over tokens"):
        trainable_folder(tmp_path, "cls")
    (tmp_path / "cls" / "tokenizer.json").unlink()
    with pytest.raises(ModelMissing, match=r"no tokenizer\.json"):
        trainable_folder(tmp_path, "cls")


def test_too_few_rows_to_keep_some_unseen_are_a_clear_error(base, frozen, tmp_path):
    rows = [Row(f"{word} number {i}", word) for word in ("apple", "iron", "violin") for i in range(4)]
    with pytest.raises(DataError, match="5 are needed"):
        tune(rows, frozen, base, tmp_path)


def test_p_assumes_the_share_out_of_scope_of_the_data(tuned):
    fitted = fit_router(rows_of(), tuned.encoder, tuned=tuned)
    report = fitted.report
    assert fitted.calibration.oos_prior == pytest.approx(report.outside / (report.rows + report.outside))


def test_what_labels_it_was_tuned_on_say_of_strangers_is_not_reported(base, frozen, tmp_path):
    inside = [row for row in rows_of() if row.label]
    tuned = tune(inside, frozen, base, tmp_path, recipe=QUICK)
    report = fit_router(inside, tuned.encoder, tuned=tuned).report
    assert report.pseudo
    assert np.isnan([report.auroc, report.refused, report.harmonic]).all()
    assert report.accuracy > 0.8


@pytest.mark.parametrize("labels", [0, 1])
def test_nothing_to_tell_apart_is_a_clear_error(base, frozen, tmp_path, labels):
    rows = [Row(f"apple number {i}", "fruit" if labels else None) for i in range(20)]
    with pytest.raises(DataError, match="two labels"):
        tune(rows, frozen, base, tmp_path)


def test_missing_parts_are_clear_errors(base, frozen, tmp_path, monkeypatch):
    with pytest.raises(ModelMissing, match="no sentence-transformers folder"):
        trainable_folder(tmp_path, "nosuch-int8")
    assert trainable_folder(base.parent, "tiny-int8") == base
    assert trainable_folder(tmp_path, str(base.with_name("tiny-int8"))) == base
    (tmp_path / "broken").mkdir()
    shutil.copyfile(base / "tokenizer.json", tmp_path / "broken" / "tokenizer.json")
    with pytest.raises(ModelMissing, match="not a readable model"):
        tune(rows_of(), frozen, tmp_path / "broken", tmp_path)
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(ModelMissing, match="onnx is not installed") as caught:
        tune(rows_of(), frozen, base, tmp_path)
    assert "TORCH=1" in caught.value.hint


def run(app, *words):
    done = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_command_fits_routes_and_takes_exemplars(base, tmp_path, monkeypatch):
    monkeypatch.setattr("nescio_indexes.tuning.Recipe", lambda: QUICK)
    (tmp_path / "file").touch()
    train, out = tmp_path / "train.jsonl", tmp_path / "router"
    train.write_text("".join(json.dumps({"text": row.text, "label": row.label}) + "\n" for row in rows_of()))
    with pytest.raises(ArtefactError, match="cannot write"):
        run(fit.app, "--train", train, "--encoder", base, "--tune", "--out", tmp_path / "file")
    facts = json.loads(run(fit.app, "--train", train, "--encoder", base, "--tune", "--out", out, "--json"))
    assert not list(out.glob(".tuning*"))
    assert facts["tuned"]
    assert facts["encoder_name"].startswith("tiny-tuned-")
    source, lines = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text('{"text": "banana and melon and lemon", "label": "fruit"}\n')
    assert run(index.app, "add", "--router", out, "--jsonl", source).startswith("1 added")
    source.write_text('{"text": "apple and pear and plum"}\n{"text": "iron and zinc"}\n')
    run(route.app, "--router", out, "--jsonl", source, "--out", lines)
    assert [json.loads(line)["candidates"][0]["label"] for line in lines.read_text().splitlines()] == ["fruit", "metal"]


def test_tuning_on_descriptions_is_refused(tmp_path):
    with pytest.raises(InvalidRequest, match="--tune does not go with --describe"):
        fit.check_sources(None, tmp_path / "d.jsonl", None, fast=False, tune=True)
