"""A competence model on disk: one npz and its facts, replaced in one step. No text of any query is kept."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np

from nescio.competence.features import NAMES
from nescio.competence.model import Competence, Head, Inputs, Memory
from nescio.errors import ArtefactError
from nescio_indexes.artefact import load_arrays, open_version, save_arrays, write_version
from nescio_indexes.encoder import check_fingerprint

KIND = "competence"
FORMAT = 1
ARRAYS = "competence.npz"


def save_competence(folder: Path, model: Competence, fitted_on: str, date: str) -> None:
    """Write `model` into `folder`; a reader sees the old one or the new one.

    Raises:
        ArtefactError: The folder cannot be written.
    """
    facts = {
        "experts": list(model.experts),
        "domains": dict(model.domains),
        "encoder": model.encoder,
        "wording": [list(NAMES), model.inputs.weight],
        "nearest": list(model.memory.nearest),
        "fitted_on": fitted_on,
        "date": date,
    }
    write_version(
        folder, kind=KIND, version=FORMAT, facts=facts, fill=lambda new: save_arrays(new / ARRAYS, _arrays(model))
    )


def load_competence(folder: Path, encoder: str) -> Competence:
    """The model in force below `folder`.

    Args:
        folder: As `save_competence` wrote it.
        encoder: Fingerprint of the encoder in use.

    Raises:
        ArtefactError: It is missing, damaged, of the future, or was fitted with another encoder or other features.
    """
    place, facts = open_version(folder, kind=KIND, version=FORMAT)
    arrays = load_arrays(place / ARRAYS)
    try:
        model = _model(facts, arrays)
        check_fingerprint(model.encoder, encoder, f"the competence model in {folder}")
        if facts["wording"][0] != list(NAMES):
            raise ArtefactError(f"{folder} reads other features of the wording", hint="nescio calibrate --competence")
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise ArtefactError(f"{folder} is damaged: {error!r}", hint="nescio calibrate --competence") from error
    return model


def digest(model: Competence) -> str:
    """What two models share iff every p_expert of theirs is the same: a calibration fitted with one fits no other."""
    state = blake2b(digest_size=12)
    state.update(repr((model.experts, model.encoder, NAMES, model.inputs.weight, model.memory.nearest)).encode())
    for values in _arrays(model).values():
        state.update(np.ascontiguousarray(values).tobytes())
    return state.hexdigest()


def _arrays(model: Competence) -> dict[str, Any]:
    return {
        "centre": model.inputs.centre,
        "mean": model.inputs.mean,
        "scale": model.inputs.scale,
        "head_centre": model.head.centre,
        "head_slopes": model.head.slopes,
        "head_offset": model.head.offset,
        "rows": model.memory.rows,
        "target": model.memory.target,
        "seen": model.memory.seen,
        "blend": model.blend,
        "turn": model.turn,
        "lines": model.lines,
        "bounds": model.bounds,
        "keys": model.keys,
        "held_out": model.held_out,
    }


def _model(facts: Mapping[str, Any], arrays: Mapping[str, Any]) -> Competence:
    experts = tuple(str(name) for name in facts["experts"])
    nearest = tuple(int(count) for count in facts["nearest"])
    finite = (name for name in arrays if name != "keys")
    if not all(np.isfinite(arrays[name]).all() for name in finite):
        raise ValueError("a number is not finite")
    if arrays["lines"].shape != (len(experts), 3) or len(nearest) != len(experts) + 1:
        raise ValueError("the parts do not fit each other")
    return Competence(
        experts=experts,
        domains={str(name): str(domain) for name, domain in facts["domains"].items()},
        encoder=str(facts["encoder"]),
        inputs=Inputs(arrays["centre"], arrays["mean"], arrays["scale"], float(facts["wording"][1])),
        head=Head(arrays["head_centre"], arrays["head_slopes"], arrays["head_offset"]),
        memory=Memory(arrays["rows"], arrays["target"], arrays["seen"], nearest),
        blend=arrays["blend"],
        turn=arrays["turn"],
        lines=arrays["lines"],
        bounds=arrays["bounds"],
        keys=arrays["keys"],
        held_out=arrays["held_out"],
    )
