"""The chemistry expert: properties of the 118 elements, exact, or an honest "unanswerable"."""

from nescio_experts.chemistry.expert import create

__all__ = ["create"]
