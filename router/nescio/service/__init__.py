"""The HTTP service: OpenAI's wire with a decision attached, and the chat page. `create_app` is its door."""

from nescio.service.app import create_app

__all__ = ["create_app"]
