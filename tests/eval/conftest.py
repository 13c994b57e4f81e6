"""Fewer bootstrap draws, so that the suite stays short; how many there are is no part of any law tested here."""

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True, scope="module")
def fewer_draws() -> Iterator[None]:
    from nescio_eval import routing_report, score, stability

    with pytest.MonkeyPatch.context() as patch:
        for module in (score, routing_report, stability):
            patch.setattr(module, "RESAMPLES", 60)
        yield
