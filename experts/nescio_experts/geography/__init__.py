"""Questions about countries and cities, answered from GeoNames with the source and its date."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nescio.types import Expert


def create() -> Expert:
    """The expert, as the entry point ``nescio.experts`` asks for it; tables are read at the first question."""
    from nescio_experts.geography.expert import GeographyExpert

    return GeographyExpert()
