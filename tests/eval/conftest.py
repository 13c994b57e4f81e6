"""Fewer bootstrap draws, so that the suite stays short; how many there are is no part of any law tested here."""

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True, scope="module")
def fewer_draws() -> Iterator[None]:
    from nescio_eval import score

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(score, "RESAMPLES", 60)
        yield
