"""The doors to language models: one over OpenAI's wire, one deterministic fake for tests."""

from nescio.backends.fake import FakeBackend
from nescio.backends.openai_http import OpenAIBackend

__all__ = ["FakeBackend", "OpenAIBackend"]
