import json
import re

import numpy as np
import pytest

from nescio_indexes import map as module
from nescio_indexes.map import Point, draw, gatherings, lay_out, nearest_exemplars, page
from tests.indexes.bag import BagOfWords, rows_of

HOSTILE = "</script><img src=x onerror=\"document.title='pwned'\"><!--<script>{digest}{data}"


def points_of(refused=()):
    points = [Point(row.text, "outside" if row.label is None else "exemplar", row.label) for row in rows_of(30, 30)]
    return [*points, *(Point(text, "refused") for text in refused)]


def vectors_of(points):
    return BagOfWords().encode([point.text for point in points])


def data_of(html):
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.DOTALL)
    return json.loads(found[1])


@pytest.fixture(scope="module")
def laid():
    points = points_of()
    return points, lay_out(points, vectors_of(points), seed=1)


def test_places_lie_in_the_unit_square_and_follow_from_the_seed(laid):
    points, places = laid
    assert places.shape == (len(points), 2)
    assert places.min() >= 0
    assert places.max() <= 1
    assert np.array_equal(lay_out(points, vectors_of(points), seed=1), places)


def neighbours_of_one_label(points, places):
    labels = np.array([str(point.label) for point in points])
    far = np.linalg.norm(places[:, None] - places[None], axis=2)
    np.fill_diagonal(far, np.inf)
    return float((labels[far.argmin(axis=1)] == labels).mean())


def test_what_is_near_in_meaning_is_near_on_the_map(laid):
    assert neighbours_of_one_label(*laid) > 0.9


def test_points_beyond_the_sample_stand_among_their_own(monkeypatch):
    monkeypatch.setattr(module, "SAMPLE", 40)
    points = points_of()
    assert neighbours_of_one_label(points, lay_out(points, vectors_of(points))) > 0.8


@pytest.mark.parametrize("count", [1, 2, 3, 8, 9, 12])
def test_few_points_can_be_drawn(count):
    points = points_of()[:count]
    places = lay_out(points, vectors_of(points))
    assert np.isfinite(places).all()
    assert len(data_of(draw(points, vectors_of(points)))["x"]) == count


def test_alike_and_empty_texts_can_be_drawn():
    points = [Point(text, "exemplar", "a") for text in ["apple"] * 12 + ["", "\x00"]]
    assert np.isfinite(lay_out(points, vectors_of(points))).all()


def test_refused_query_knows_its_nearest_exemplar():
    points = points_of(["apple pear banana", "stapler candle"])
    found, cosine = nearest_exemplars(points, vectors_of(points))
    assert (found[:-2] == -1).all()
    assert points[found[-2]].label == "fruit"
    assert cosine[-2] > cosine[-1]
    alone = [Point("apple", "refused")]
    assert nearest_exemplars(alone, vectors_of(alone))[0].tolist() == [-1]


def test_refused_queries_gather_where_no_exemplar_is():
    dentist = [f"dentist tooth ache drill {word}" for word in ("one", "two", "three", "four")]
    ship = [f"ship harbour sail anchor {word}" for word in ("one", "two", "three")]
    points = points_of([*ship, *dentist, "apple pear plum", "lonely question"])
    vectors = vectors_of(points)
    found = gatherings(points, vectors, nearest_exemplars(points, vectors)[1])
    texts = [{points[place].text for place in group.members} for group in found]
    assert texts == [set(dentist), set(ship)]


def test_without_refused_queries_nothing_gathers():
    points = points_of()
    assert gatherings(points, vectors_of(points), np.zeros(len(points), np.float32)) == ()


def test_hostile_text_cannot_leave_the_data(laid):
    points = [Point(HOSTILE, "exemplar", HOSTILE), *points_of()[:10], Point(HOSTILE, "refused")]
    html = draw(points, vectors_of(points))
    assert html.count("<script") == 2
    assert html.count("</script>") == 2
    assert "<img" not in html
    told = data_of(html)
    assert told["texts"][0] == HOSTILE
    assert HOSTILE in told["labels"]


def test_page_needs_nothing_from_elsewhere():
    html = page({"labels": []})
    assert not re.search(r"https?://|src=|@import|url\(", html)
    assert "default-src 'none'" in html
    assert "{digest}" not in html
