"""Local models: the catalogue, provisioning, and the llama.cpp worker processes that run them.

Doors: `ModelManager` here, and the modules ``catalogue`` and ``provision``. The worker process imports this package
too, so the manager is loaded only when it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nescio.models.manager import ModelManager, RoleStatus

__all__ = ["ModelManager", "RoleStatus"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from nescio.models import manager

    return getattr(manager, name)
