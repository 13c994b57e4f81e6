import pytest

from nescio.backends import FakeBackend
from nescio.errors import BackendUnavailable
from nescio.types import Backend, Completion, Message

ASK = [Message("user", "What is the capital of France?")]


async def test_it_satisfies_the_contract_and_repeats_itself():
    fake = FakeBackend("It is Paris.", logprob=-0.5)
    assert isinstance(fake, Backend)
    first = await fake.chat(ASK, n=2, logprobs=1)
    assert first == await fake.chat(ASK, n=2, logprobs=1)
    assert [token.text for token in first[0].tokens] == ["It", " is", " Paris."]
    assert {token.logprob for token in first[0].tokens} == {-0.5}
    assert fake.calls[0].n == 2


async def test_a_list_gives_one_item_a_sample_and_starts_over():
    completions = await FakeBackend(["a", "b"]).chat(ASK, n=3)
    assert [completion.text for completion in completions] == ["a", "b", "a"]


async def test_a_mapping_answers_by_a_part_of_the_last_message():
    fake = FakeBackend({"France": ["Paris", "Lyon"], "": "no idea"})
    assert [completion.text for completion in await fake.chat(ASK, n=2)] == ["Paris", "Lyon"]
    assert (await fake.chat([Message("user", "x")]))[0].text == "no idea"


async def test_what_is_not_scripted_is_unavailable():
    with pytest.raises(BackendUnavailable, match="nothing is scripted"):
        await FakeBackend({"Spain": "Madrid"}).chat(ASK)


async def test_a_function_sees_messages_and_index():
    fake = FakeBackend(lambda messages, index: f"{messages[-1].role} {index}")
    assert (await fake.chat(ASK, n=2))[1].text == "user 1"


async def test_an_exception_is_raised_and_a_completion_given_as_it_is():
    with pytest.raises(BackendUnavailable):
        await FakeBackend(BackendUnavailable("gone")).chat(ASK)
    scripted = Completion("x", "stop")
    assert (await FakeBackend(scripted).chat(ASK))[0] is scripted


async def test_a_long_text_is_cut_at_max_tokens():
    (completion,) = await FakeBackend("one two three").chat(ASK, max_tokens=2)
    assert (completion.text, completion.finish_reason) == ("one two", "length")
    assert completion.tokens == ()
