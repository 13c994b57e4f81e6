import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nescio.backends import FakeBackend
from nescio.errors import BackendUnavailable
from nescio.supervisor import SYSTEM, asked_for, judged, share_of_yes
from nescio.types import Completion, Message, Token


def said(*likeliest, text=None):
    first = likeliest[0][0] if text is None else text
    return Completion(first, "stop", (Token(first, -0.1, tuple((word, math.log(p)) for word, p in likeliest)),))


def test_yes_counts_in_whatever_case_and_with_blanks_around():
    assert share_of_yes(said(("Yes", 0.3), ("no", 0.2), (" yes", 0.2), (" No", 0.1), ("maybe", 0.2))) == pytest.approx(
        0.5 / 0.8
    )


@pytest.mark.parametrize("silent", [Completion("", "stop"), said(("Perhaps", 0.9), ("maybe", 0.1))])
def test_a_supervisor_that_says_neither_has_no_opinion(silent):
    assert math.isnan(share_of_yes(silent))


@pytest.mark.parametrize(("word", "p"), [("Yes", 1.0), ("no", 0.0)])
def test_a_server_without_alternatives_is_taken_at_its_word(word, p):
    assert share_of_yes(Completion(word, "stop", (Token(word, -0.2),))) == p


@given(st.floats(0.001, 0.5), st.floats(0.001, 0.5))
def test_the_shares_of_yes_and_no_add_up(yes, no):
    one, other = share_of_yes(said(("yes", yes), ("no", no))), share_of_yes(said(("yes", no), ("no", yes)))
    assert one + other == pytest.approx(1.0)


def test_it_sees_question_answer_and_what_was_said_before():
    earlier = [Message("system", "Be kind."), Message("user", "Who wrote Emma?"), Message("assistant", "Jane Austen")]
    system, user = asked_for("When was she born?", "1775", earlier)
    assert (system.role, system.content) == ("system", SYSTEM)
    assert user.content == (
        "Earlier: Who wrote Emma?\nJane Austen\nQuestion: When was she born?\nProposed answer: 1775"
    )
    assert "Earlier" not in asked_for("Who wrote Emma?", "Jane Austen")[1].content


async def test_one_token_is_asked_for():
    fake = FakeBackend(said(("no", 0.75), ("yes", 0.25)))
    p, _ = await judged(fake, asked_for("Who wrote Emma?", "Dickens"), 7)
    assert p == pytest.approx(0.25)
    assert [(call.n, call.temperature, call.max_tokens, call.seed) for call in fake.calls] == [(1, 0.0, 1, 7)]


async def test_a_model_that_fails_is_no_opinion():
    with pytest.raises(BackendUnavailable):
        await judged(FakeBackend(BackendUnavailable("gone")), asked_for("Who?", "He"), 0)
