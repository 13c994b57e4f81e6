import random

import numpy as np
import pytest

from nescio.errors import DataError
from nescio.registry import discover
from nescio_indexes import audit as module
from nescio_indexes.audit import KINDS, Limits, audit, counts
from nescio_indexes.build import exemplar_rows
from nescio_indexes.encoder import Encoder
from nescio_indexes.rows import Row
from tests.indexes.bag import TOPICS, BagOfWords, rows_of


def findings(rows, limits=None):
    return audit(rows, BagOfWords().encode([row.text for row in rows]), limits)


def of_kind(rows, kind, limits=None):
    return [finding for finding in findings(rows, limits) if finding.kind == kind]


CLEAN = rows_of()


def test_clean_rows_have_no_findings():
    assert findings(CLEAN) == ()


def test_planted_faults_of_every_kind_are_found():
    few = [Row("apple pear chess", "games"), Row("iron zinc dice", "games"), Row("violin harp ludo", "games")]
    twins = [Row(f"{text} now", label) for label in ("left", "right") for text in TOPICS["music"].split()]
    planted = [
        *(Row("Apple, pear!", label) for label in ("fruit", "metal")),
        Row("copper zinc iron nickel please", "music"),
        Row("lemon plum cherry grape melon banana pear some", "fruit"),
        Row("lemon plum cherry grape melon banana pear", "metal"),
        Row("gold silver lead tin iron zinc copper stapler", "metal"),
        Row("gold silver lead tin iron zinc copper", None),
        *few,
        *(Row(row.text + " " + word, row.label) for row in twins for word in ("soon", "later")),
        Row("violin piano old", "music"),
        Row("VIOLIN piano, old", "music"),
        Row(" \x00 ", "fruit"),
    ]
    seen = counts(findings([*CLEAN, *planted]))
    assert [kind for kind in KINDS if not seen[kind]] == []


def test_contradiction_names_its_labels_and_repetition_its_count():
    rows = [
        *CLEAN,
        Row("New apple", "fruit"),
        Row("new APPLE!", "metal"),
        Row("new apple", None),
        Row("new apple", "metal"),
    ]
    found = of_kind(rows, "contradictory")
    assert [finding.labels for finding in found] == [("fruit", "metal", None)]
    assert [finding.labels for finding in of_kind(rows, "duplicate")] == [("metal",)]
    assert "2 times under metal" in of_kind(rows, "duplicate")[0].says


def test_wrong_label_is_found_with_the_likelier_one_and_an_exemplar_of_it():
    wrong = Row("copper zinc iron please", "music")
    found = of_kind([*CLEAN, wrong], "mislabelled")
    assert [finding.texts[0] for finding in found] == [wrong.text]
    assert found[0].labels == ("music", "metal")
    assert found[0].says == "labelled music, looks like metal"
    assert any(word in found[0].texts[1] for word in TOPICS["metal"].split())


def test_in_scope_row_that_looks_out_of_scope_is_found():
    wrong = Row("stapler candle wrench tunnel please", "fruit")
    assert [finding.labels for finding in of_kind([*CLEAN, wrong], "mislabelled")] == [("fruit", None)]


def test_limits_move_what_is_found():
    rows = [*CLEAN, Row("apple pear plum zinc", "fruit"), Row("apple pear plum iron", "metal")]
    loose, strict = (len(of_kind(rows, "near_duplicate", Limits(similar=s))) for s in (0.6, 0.999))
    assert loose > strict == 0
    assert len(of_kind(CLEAN, "thin", Limits(few=15))) == 3
    assert of_kind(CLEAN, "thin", Limits(few=14)) == []


def test_order_of_the_rows_changes_no_finding():
    rows = [*CLEAN, Row("copper zinc iron", "music"), Row("Apple", "fruit"), Row("apple", "metal"), Row("", "fruit")]
    before = {(f.kind, f.labels, frozenset(f.texts)) for f in findings(rows)}
    random.Random(3).shuffle(rows)
    assert {(f.kind, f.labels, frozenset(f.texts)) for f in findings(rows)} == before


def test_findings_come_in_the_order_of_fixing_worst_first():
    rows = [*CLEAN, *CLEAN[:3], Row("apple", "fruit"), Row("apple", "metal"), Row("iron zinc gold", "music")]
    found = findings(rows, Limits(few=20))
    places = [(KINDS.index(finding.kind), -finding.score) for finding in found]
    assert places == sorted(places)


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [Row("", None)],
        [Row("apple", "fruit")],
        [Row("apple", "fruit"), Row("iron", "metal")],
        [Row("apple", "fruit"), Row("pear", "fruit"), Row("plum", "fruit")],
        [Row("apple", None), Row("iron", None)],
        [Row("!!!", "fruit"), Row("???", "metal"), Row("...", None)],
    ],
)
def test_few_or_strange_rows_are_no_error(rows):
    assert {finding.kind for finding in findings(rows)} <= {"thin", "empty", "scattered"}


def test_too_many_rows_are_refused(monkeypatch):
    monkeypatch.setattr(module, "LIMIT", 3)
    with pytest.raises(DataError, match="too many"):
        findings(CLEAN)


def test_labels_planted_wrong_among_the_experts_exemplars_are_found(models_dir):
    rows = list(exemplar_rows(discover(()).cards))[::2]
    vectors = Encoder(models_dir / "all-minilm-l6-v2-int8").encode([row.text for row in rows])
    rng = np.random.default_rng(0)
    labels = sorted({row.label for row in rows})
    planted = set()
    for place in rng.choice(len(rows), 10, replace=False).tolist():
        other = [label for label in labels if label != rows[place].label]
        rows[place] = Row(rows[place].text, str(rng.choice(other)))
        planted.add(rows[place].text)
    copied = rows[5]
    rows.append(Row(copied.text.upper() + " !", next(label for label in labels if label != copied.label)))
    vectors = np.concatenate([vectors, vectors[5:6]])
    found = audit(rows, vectors)
    flagged = [finding.texts[0] for finding in found if finding.kind == "mislabelled"]
    hits = planted & set(flagged)
    assert len(hits) >= 0.8 * len(planted)
    assert len(hits) >= 0.7 * len(flagged)
    assert [set(f.labels) for f in found if f.kind == "contradictory"] == [{copied.label, rows[-1].label}]
