"""Where the benchmarks find CLINC150 (Larson et al., 2019), and in which order. Measures nothing by itself."""

from __future__ import annotations

import gzip
import json
from typing import Any

from nescio.settings import Settings


def clinc150(settings: Settings) -> list[dict[str, Any]] | None:
    """Its rows by id, or None where NESCIO_DATA names no folder that holds them."""
    source = settings.data / "clinc150.jsonl.gz" if settings.data else None
    if source is None or not source.is_file():
        return None
    with gzip.open(source, "rt", encoding="utf-8") as stream:
        return sorted((json.loads(line) for line in stream), key=lambda row: row["id"])
