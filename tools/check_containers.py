"""Checks docker/: the Dockerfile with hadolint, the compose files against the compose-spec schema.

The schema comes out of the wheel of docker-compose 1.29.2 on PyPI (Apache-2.0), which is fetched once and never
installed. Run by `make lint`; where Docker itself is at hand, ``docker compose config`` checks more.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import jsonschema
import yaml

DOCKER = Path(__file__).resolve().parent.parent / "docker"
CACHE = Path(__file__).resolve().parent.parent / ".venv" / "compose_spec.json"
WHEEL = "docker-compose==1.29.2"
MEMBER = "compose/config/compose_spec.json"


def schema() -> dict[str, Any]:
    """The compose-spec JSON schema, from the cache or from its wheel."""
    if not CACHE.is_file():
        with tempfile.TemporaryDirectory() as folder:
            pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", folder, WHEEL]
            subprocess.run(pip, check=True, timeout=180)
            with zipfile.ZipFile(next(Path(folder).glob("*.whl"))) as wheel:
                CACHE.write_bytes(wheel.read(MEMBER))
    found: dict[str, Any] = json.loads(CACHE.read_text(encoding="utf-8"))
    # Top-level `name` joined the specification after that wheel.
    found["properties"]["name"] = {"type": "string"}
    return found


def main() -> int:
    """Print what is wrong; 0 if nothing is."""
    hadolint = Path(sys.executable).parent / "hadolint"
    failed = subprocess.run([hadolint, DOCKER / "Dockerfile"], timeout=60, check=False).returncode
    rules = jsonschema.Draft7Validator(schema())
    for path in sorted(DOCKER.glob("compose*.yaml")):
        for error in rules.iter_errors(yaml.safe_load(path.read_text(encoding="utf-8"))):
            where = "/".join(str(part) for part in error.absolute_path)
            sys.stderr.write(f"{path.name}: {where}: {error.message}\n")
            failed = 1
    return failed


if __name__ == "__main__":
    raise SystemExit(main())
