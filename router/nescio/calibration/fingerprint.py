"""What determines an expert's features, as hashes: a calibration fits only the expert it was fitted on.

Counted are the expert's own code (as a syntax tree without docstrings: formatting and comments do not matter) and the
TOML and JSON files beside it (by what they say), the shared code of its own package that it imports, the card's fields
that change its behaviour, the model's checksum, the encoder, and the version of the routing features. Not counted:
exemplars, library versions, the platform.
"""

from __future__ import annotations

import ast
import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from nescio.types import Card
from nescio_indexes.scoring import FEATURES_VERSION

_VARIANT = re.compile(r"[-_](?:int8|quint8|onnx|torch|fp32|safetensors)$")
_PROMPT_CODE = ("evidence", "prompt_expert")
"""Modules of nescio that compute the features of an expert that is a prompt."""

_FEATURE_CODE = (*_PROMPT_CODE, "supervisor")
"""Modules of nescio that compute features; counted where an expert imports them."""

_NO_DATA = ("card.toml", "pyproject.toml")
"""What lies beside an expert's code and is not read by it; the card's fields are counted by themselves."""

_HINTS = {
    "code": "the expert's code or data",
    "card": "its card (features, prompt, samples or longest answer)",
    "model": "the model's weights",
    "encoder": "the encoder",
    "routing": "the definition of the routing features",
    "extra": "its settings",
    "competence": "the competence model",
}


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """One hash a part, by name."""

    parts: Mapping[str, str]

    @property
    def digest(self) -> str:
        """All parts as one hash."""
        return blake2b(json.dumps(dict(self.parts), sort_keys=True).encode(), digest_size=8).hexdigest()

    @property
    def evidence(self) -> str:
        """The parts that an answer's evidence depends on as one hash: all but what p_route means."""
        return Fingerprint({name: part for name, part in self.parts.items() if name != "routing"}).digest

    def changed(self, earlier: Mapping[str, str]) -> tuple[str, ...]:
        """Names of the parts that differ from `earlier`, in order."""
        names = dict.fromkeys((*self.parts, *earlier))
        return tuple(name for name in names if self.parts.get(name) != earlier.get(name))


def fingerprint(
    card: Card, encoder_name: str, model_fingerprint: str | None, extra: Mapping[str, object] | None = None
) -> Fingerprint:
    """The fingerprint of the expert that `card` describes, on this encoder and this model (None if it uses none)."""
    behaviour: list[object] = [list(card.features), card.prompt]
    if card.prompt is not None:
        behaviour += [card.samples, card.max_tokens]
    return Fingerprint(
        {
            "code": _hash(_code_of(card)),
            "card": _hash(behaviour),
            "model": _hash(model_fingerprint if card.model is not None else None),
            "encoder": _hash(_VARIANT.sub("", encoder_name.lower())),
            "routing": str(FEATURES_VERSION),
            "extra": _hash(dict(sorted((extra or {}).items()))),
        }
    )


def in_words(changed: Iterable[str]) -> str:
    """The parts `changed` as a person would name them."""
    return ", ".join(_HINTS.get(name, name) for name in changed)


def canonical(source: str) -> object:
    """The syntax of a module without docstrings, as nested lists: equal for sources that behave alike by text.

    A source that does not parse stands for itself.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return source
    return _canonical(tree)


def _canonical(node: object) -> object:
    if isinstance(node, ast.AST):
        fields = []
        for name, value in ast.iter_fields(node):
            if name in ("kind", "type_comment", "type_ignores", "ctx", "type_params"):
                continue
            if name == "body" and isinstance(value, list) and _has_docstring(node):
                value = value[1:]
            fields.append([name, _canonical(value)])
        return [type(node).__name__, fields]
    if isinstance(node, list):
        return [_canonical(item) for item in node]
    return repr(node)


def _has_docstring(node: ast.AST) -> bool:
    holder = isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
    return holder and ast.get_docstring(node, clean=False) is not None  # type: ignore[arg-type]


def _code_of(card: Card) -> list[list[object]]:
    # What an installed file is called and how a checkout lies on disk must not matter: names are relative.
    own = {f"own/{path.relative_to(card.folder).as_posix()}": path for path in card.modules}
    counted = own | dict(_shared(card)) | dict(_data(card))
    return [[name, _content(path)] for name, path in sorted(counted.items())]


def _data(card: Card) -> Iterator[tuple[str, Path]]:
    """Data files that the expert's code may read; an expert without code reads none."""
    if not card.modules:
        return
    for path in card.folder.rglob("*"):
        place = path.relative_to(card.folder)
        if path.suffix in (".toml", ".json") and place.name not in _NO_DATA and place.parts[0] != "calibration":
            yield f"own/{place.as_posix()}", path


def _content(path: Path) -> object:
    """What a file says, as far as it can be told from how it is written."""
    text = path.read_text(encoding="utf-8")
    try:
        if path.suffix == ".toml":
            return tomllib.loads(text)
        return json.loads(text) if path.suffix == ".json" else canonical(text)
    except ValueError:
        return text


def _shared(card: Card) -> Iterator[tuple[str, Path]]:
    """Modules outside the expert's folder that its code imports: of its top package, and nescio's features."""
    top = _top_package(card.folder)
    nescio = Path(__file__).parent.parent
    waiting, seen = list(card.modules), set(card.modules)
    if card.prompt is not None:
        yield from ((f"nescio/{name}.py", nescio / f"{name}.py") for name in _PROMPT_CODE)
    while waiting:
        for module in _imported(waiting.pop()):
            if module.removeprefix("nescio.") in _FEATURE_CODE and module.startswith("nescio."):
                name = module.removeprefix("nescio.")
                yield f"nescio/{name}.py", nescio / f"{name}.py"
            elif top is not None and module.split(".")[0] == top.name:
                for path in _files_of(top, module):
                    if path not in seen and card.folder not in path.parents:
                        seen.add(path)
                        waiting.append(path)
                        yield path.relative_to(top.parent).as_posix(), path


def _top_package(folder: Path) -> Path | None:
    found = None
    for place in (folder, *folder.parents):
        if not (place / "__init__.py").is_file():
            break
        found = place
    return found


def _imported(path: Path) -> Iterator[str]:
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _files_of(top: Path, module: str) -> Iterator[Path]:
    place = top.parent.joinpath(*module.split("."))
    for path in (place.with_suffix(".py"), place / "__init__.py"):
        if path.is_file() and path != top / "__init__.py":
            yield path


def _hash(value: object) -> str:
    text = json.dumps(value, sort_keys=True, default=str, ensure_ascii=False)
    return blake2b(text.encode(), digest_size=12).hexdigest()
