"""Tunes an encoder on labelled queries: each is drawn towards a point of its label, and away from all others'.

A softmax over cosines to one learnt point a label (Movshovitz-Attias et al., "No Fuss Distance Metric Learning using
Proxies", 2017; Zhai and Wu, "Classification is a Strong Baseline for Deep Metric Learning", 2019). All layers learn, on
the CPU, in minutes. What comes out is served like any encoder, by ONNX Runtime in float32, without torch.

A tuned encoder knows the queries that it was tuned on: their vectors say nothing of new ones. A fifth of the in-scope
rows (a tenth of many), and all that are out of scope, are not shown to it, and everything that is calibrated comes from
those. Its labels
it knows in any case: those that are held out in turn are told apart from the others more easily than strangers are.
"""

from __future__ import annotations

import hashlib
import json
import math
import shutil
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nescio.errors import DataError, ModelMissing
from nescio.types import Progress, silent
from nescio_indexes.crossfit import FOLDS
from nescio_indexes.encoder import VARIANTS, Encoder, TextEncoder, Vectors
from nescio_indexes.rows import Row, assign_folds, data_hash, fold_groups, labels_of, prepare, targets_of
from nescio_indexes.text import bare

HINT = "make setup TORCH=1"

LEAST_UNSEEN = 5
"""In-scope rows that are not shown; on fewer nothing could be calibrated."""
MANY = 10_000
"""From so many in-scope rows on a tenth of them is enough to calibrate on, and the encoder sees the others."""

_KNOWN = ("Transformer", "Pooling", "Normalize")
_WARM = 0.1
_CHUNK = 20


@dataclass(frozen=True, slots=True)
class Recipe:
    """How an encoder is tuned.

    Attributes:
        epochs: Passes over the rows.
        least_steps: With few rows, passes are added until so many steps are taken.
        batch: Rows a step.
        rate: Peak learning rate; the labels' points learn ten times as fast.
        temperature: Divides the cosines.
        decay: Weight decay, times the learning rate.
        tokens: Longer texts are cut while tuning.
    """

    epochs: int = 4
    least_steps: int = 300
    batch: int = 128
    rate: float = 2e-4
    temperature: float = 0.05
    decay: float = 0.01
    tokens: int = 128


@dataclass(frozen=True, slots=True)
class Tuned:
    """A tuned encoder, and what it has seen of the n rows that `prepare` made of those it was given.

    Attributes:
        encoder: Ready to serve.
        folder: Its ``model.onnx`` and ``tokenizer.json``.
        seen: (n,) which rows it was tuned on.
        groups: (n,) `fold_groups` of the vectors before: after, rows of one label are all alike.
        data: `data_hash` of the rows.
    """

    encoder: Encoder
    folder: Path
    seen: NDArray[np.bool_]
    groups: NDArray[np.int64]
    data: str


def tune(
    rows: Iterable[Row],
    frozen: TextEncoder,
    base: Path,
    into: Path,
    *,
    recipe: Recipe | None = None,
    seed: int = 0,
    progress: Progress = silent,
) -> Tuned:
    """Tune the encoder in `base` on `rows`.

    Args:
        rows: Labelled queries; those with label None, out of scope, are left out.
        frozen: The same encoder as it is, for the first points.
        base: Its sentence-transformers folder.
        into: Folder for the tuned encoder's files.
        recipe: How.
        seed: Of the order of rows and of the dropout.
        progress: Told after each step.

    Raises:
        DataError: Fewer than two labels, too few rows to keep some unseen, or the training came to nothing.
        ModelMissing: torch or onnx is not installed, or `base` is no readable model.
    """
    torch = _torch()
    ready = prepare(rows)
    texts, targets = [bare(row.text) for row in ready], targets_of(ready, labels_of(ready))
    vectors = frozen.encode(texts, lambda done: progress(f"embedding queries {done}/{len(texts)}"))
    groups = fold_groups(ready, vectors, targets, FOLDS)
    seen = _shown(targets, groups)
    shown = [text for text, keep in zip(texts, seen, strict=True) if keep]
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = _open(base)
        # A label of which no row is shown has no point that the others could be pushed away from.
        goals = np.unique(targets[seen], return_inverse=True)[1].astype(np.int64)
        _train(model, base, shown, goals, _means(vectors[seen], goals), recipe or Recipe(), seed, progress)
    progress("writing the tuned encoder")
    _export(model, into / "model.onnx")
    shutil.copyfile(base / "tokenizer.json", into / "tokenizer.json")
    digest = hashlib.sha256((into / "model.onnx").read_bytes()).hexdigest()[:8]
    return Tuned(Encoder(into, name=f"{base.name}-tuned-{digest}"), into, seen, groups, data_hash(ready))


def trainable_folder(models_dir: Path, name: str) -> Path:
    """The sentence-transformers folder of the encoder called `name`, or of which `name` is a variant.

    Raises:
        ModelMissing: There is none, it has no ``tokenizer.json``, or it does not take the mean over tokens.
    """
    plain = Path(name).name
    for ending in VARIANTS:
        plain = plain.removesuffix(ending)
    places = (models_dir / name, Path(name).absolute(), Path(name).absolute().with_name(plain), models_dir / plain)
    for folder in places:
        if (folder / "modules.json").is_file():
            _check_trainable(folder)
            return folder
    raise ModelMissing(
        f"no sentence-transformers folder of encoder {name!r} is in {models_dir}",
        hint="nescio models pull fetches the profile's; for another, give the folder that it was saved in",
    )


def _check_trainable(folder: Path) -> None:
    if not (folder / "tokenizer.json").is_file():
        raise ModelMissing(f"{folder} has no tokenizer.json", hint="save it again with a fast tokenizer")
    try:
        modules = [str(module["type"]) for module in json.loads((folder / "modules.json").read_text(encoding="utf-8"))]
        pooling = json.loads((folder / "1_Pooling" / "config.json").read_text(encoding="utf-8"))
        mean = pooling.get("pooling_mode") == "mean" or pooling.get("pooling_mode_mean_tokens") is True
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        modules, mean = [], False
    if not mean or not all(module.endswith(_KNOWN) for module in modules):
        raise ModelMissing(
            f"{folder} is no encoder that takes the mean over tokens, and --tune knows no other",
            hint="leave --tune out, or choose another encoder",
        )


def _shown(targets: NDArray[np.int64], groups: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which rows to tune on: four fifths of each label, or nine tenths, by groups."""
    inside = targets >= 0
    parts = 2 * FOLDS if int(inside.sum()) >= MANY else FOLDS
    kept: NDArray[np.bool_] = inside & (assign_folds(targets, groups, parts) != 0)
    if len(np.unique(targets[kept])) < 2:
        raise DataError("--tune needs rows of at least two labels to tell apart", hint="leave it out")
    unseen = int(np.isin(targets[inside & ~kept], targets[kept]).sum())
    if unseen < LEAST_UNSEEN:
        raise DataError(
            f"--tune keeps a fifth of the rows for the calibration: here {unseen}, and {LEAST_UNSEEN} are needed",
            hint="add exemplars, or leave it out",
        )
    return kept


def _means(vectors: Vectors, targets: NDArray[np.int64]) -> Vectors:
    """The mean of each label's vectors; zero where a label has none."""
    sums = np.zeros((int(targets.max()) + 1, vectors.shape[1]))
    np.add.at(sums, targets, vectors)
    return np.asarray(sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9), dtype=np.float32)


def _train(
    model: Any,
    base: Path,
    texts: list[str],
    targets: NDArray[np.int64],
    points: Vectors,
    recipe: Recipe,
    seed: int,
    progress: Progress,
) -> None:
    import torch
    from torch.nn.functional import cross_entropy, normalize

    tokens = _tokens(base / "tokenizer.json", texts, recipe.tokens)
    centres = torch.nn.Parameter(torch.from_numpy(points))
    learnt = [part for part in model.parameters() if part.requires_grad]
    optimiser = torch.optim.AdamW([{"params": learnt}, {"params": [centres]}], weight_decay=recipe.decay)
    size = min(recipe.batch, len(texts))
    steps = max(recipe.epochs * (len(texts) // size), recipe.least_steps)
    model.train()
    for step, batch in zip(range(steps), _batches([len(one) for one in tokens], size, seed), strict=False):
        rate = recipe.rate * _one_cycle(step / steps)
        for group, times in zip(optimiser.param_groups, (1.0, 10.0), strict=True):
            group["lr"] = rate * times
        cosines = _embed(model, [tokens[i] for i in batch]) @ normalize(centres, dim=1).T
        loss = cross_entropy(cosines / recipe.temperature, torch.from_numpy(targets[batch]))
        if not math.isfinite(loss.item()):
            raise DataError("tuning this encoder comes to nothing: the loss is not finite", hint="leave --tune out")
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        progress(f"tuning the encoder {step + 1}/{steps}")
    model.eval()


def _batches(lengths: list[int], size: int, seed: int) -> Iterator[NDArray[np.int64]]:
    """Places of rows, `size` at a time, again and again; rows of like length together, so that little is padded."""
    rng = np.random.default_rng(seed)
    counts = np.array(lengths)
    while True:
        order = rng.permutation(len(counts))
        chunks = np.array_split(order, max(1, len(order) // (size * _CHUNK)))
        order = np.concatenate([chunk[np.argsort(counts[chunk], kind="stable")] for chunk in chunks])
        starts = np.arange(0, len(order) - size + 1, size)
        for start in rng.permutation(starts):
            yield order[start : start + size]


def _embed(model: Any, tokens: list[list[int]]) -> Any:
    """Unit vectors of a batch: the mean over tokens, as `Encoder` takes it."""
    import torch

    width = max(len(one) for one in tokens)
    ids = torch.tensor([one + [0] * (width - len(one)) for one in tokens])
    mask = torch.tensor([[1] * len(one) + [0] * (width - len(one)) for one in tokens])
    hidden = model(input_ids=ids, attention_mask=mask).last_hidden_state
    pooled = (hidden * mask.unsqueeze(-1)).sum(dim=1) / mask.sum(dim=1, keepdim=True).clamp(min=1)
    return torch.nn.functional.normalize(pooled, dim=1)


def _one_cycle(done: float) -> float:
    """Up in a line for the first tenth of the steps, then down to nothing along a cosine."""
    return done / _WARM if done < _WARM else 0.5 * (1.0 + math.cos(math.pi * (done - _WARM) / (1.0 - _WARM)))


def _tokens(path: Path, texts: list[str], most: int) -> list[list[int]]:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    tokenizer.enable_truncation(most)
    return [encoding.ids for encoding in tokenizer.encode_batch(texts)]


def _export(model: Any, path: Path) -> None:
    import torch

    class Hidden(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.inner = model

        def forward(self, ids: Any, mask: Any) -> Any:
            return self.inner(input_ids=ids, attention_mask=mask).last_hidden_state

    example = torch.ones((2, 7), dtype=torch.long)
    axes = {0: "batch", 1: "length"}
    with warnings.catch_warnings():
        # The exporter that needs nothing but onnx is called old, and tracing warns of every shape it reads.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Hidden().eval(),
            (example, example),
            str(path),
            input_names=["input_ids", "attention_mask"],
            output_names=["last_hidden_state"],
            dynamic_axes=dict.fromkeys(("input_ids", "attention_mask", "last_hidden_state"), axes),
            opset_version=17,
            dynamo=False,
        )


def _torch() -> Any:
    try:
        import onnx  # noqa: F401
        import torch
        import transformers  # noqa: F401
    except ImportError as error:
        raise ModelMissing(f"{error.name} is not installed, and --tune needs it", hint=HINT) from error
    return torch


def _open(base: Path) -> Any:
    import torch
    from transformers import AutoModel
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    try:
        model = AutoModel.from_pretrained(
            str(base), local_files_only=True, attn_implementation="eager", dtype=torch.float32
        )
    # What it is made of raises errors of many kinds, some of them bare Exception.
    except Exception as error:
        raise ModelMissing(
            f"{base} is not a readable model: {str(error).partition(chr(10))[0]}", hint="save or download it again"
        ) from error
    for name, part in model.named_parameters():
        # The mean over tokens is what is used; the pooler's layer is not.
        part.requires_grad_(not name.startswith("pooler"))
    return model
