import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from nescio_indexes.gathering import AT_MOST, Gathering


class Work:
    """Each text's length as its vector; the first call is held until `go`."""

    def __init__(self):
        self.calls = []
        self.entered, self.go = threading.Event(), threading.Event()

    def __call__(self, texts):
        self.calls.append(list(texts))
        if len(self.calls) == 1:
            self.entered.set()
            assert self.go.wait(10)
        if "bad" in texts:
            raise ValueError("bad text")
        return np.array([[len(text)] for text in texts], dtype=np.float32)


def crowd(texts, lanes=1):
    """What each of `texts` got, asked by threads of their own while the first call is at work."""
    work = Work()
    gathering = Gathering(work, lanes)
    with ThreadPoolExecutor(len(texts) + 1) as pool:
        first = pool.submit(gathering, ["first"])
        assert work.entered.wait(10)
        rest = []
        for place, text in enumerate(texts, start=1):
            rest.append(pool.submit(gathering, [text]))
            # Each has come before the next one does, so that their order is known.
            while len(gathering._waiting) < place and not rest[-1].done():
                pass
        work.go.set()
        return work.calls, [first, *rest]


def test_lone_call_starts_at_once():
    work = Work()
    work.go.set()
    gathering = Gathering(work, 1)
    assert gathering(["a", "bcd"]).tolist() == [[1.0], [3.0]]
    assert gathering(["ef"]).tolist() == [[2.0]]
    assert work.calls == [["a", "bcd"], ["ef"]]


def test_calls_that_arrive_together_share_one_call_and_each_gets_its_own():
    calls, results = crowd(["b", "cc", "ddd"])
    assert [result.result().tolist() for result in results] == [[[5.0]], [[1.0]], [[2.0]], [[3.0]]]
    assert calls == [["first"], ["b", "cc", "ddd"]]


def test_texts_of_other_lengths_wait_for_a_call_of_their_own():
    calls, results = crowd(["x" * 300, "b", "y" * 250, "cc"])
    assert [float(result.result()[0, 0]) for result in results] == [5, 300, 1, 250, 2]
    assert calls == [["first"], ["x" * 300, "y" * 250], ["b", "cc"]]


def test_shared_call_has_a_largest_size():
    calls, _ = crowd([str(i) for i in range(AT_MOST + 3)])
    assert [len(call) for call in calls] == [1, AT_MOST, 3]


def test_error_reaches_those_whose_texts_were_in_the_call_and_the_next_call_works():
    _, results = crowd(["a", "bad"])
    assert results[0].result().tolist() == [[5.0]]
    for result in results[1:]:
        with pytest.raises(ValueError, match="bad text"):
            result.result()


def test_second_lane_does_not_wait_for_the_first():
    work = Work()
    gathering = Gathering(work, 2)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(gathering, ["first"])
        assert work.entered.wait(10)
        assert gathering(["b"]).tolist() == [[1.0]]
        work.go.set()
        assert first.result().tolist() == [[5.0]]


def test_many_threads_all_get_their_own():
    work = Work()
    work.go.set()
    gathering = Gathering(work, 2)
    texts = ["x" * (i % 50) for i in range(400)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda text: float(gathering([text])[0, 0]), texts))
    assert found == [len(text) for text in texts]
    assert gathering._free == 2
