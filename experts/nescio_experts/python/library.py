"""Reads the standard library's documentation from the running interpreter: passages to retrieve, names that exist.

Used when the knowledge index is built; the serving path only loads what was written then.
"""

from __future__ import annotations

import builtins
import importlib
import inspect
import keyword
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType

MODULES = (
    "abc argparse array ast asyncio base64 binascii bisect bz2 calendar cmath codecs collections collections.abc "
    "concurrent.futures configparser contextlib contextvars copy csv ctypes dataclasses datetime decimal difflib dis "
    "doctest email enum errno fileinput fnmatch fractions ftplib functools gc getpass glob graphlib gzip hashlib heapq "
    "hmac html http http.client http.server importlib inspect io ipaddress itertools json keyword linecache locale "
    "logging lzma math mimetypes multiprocessing numbers operator os os.path pathlib pickle pkgutil platform pprint "
    "profile queue random re reprlib sched secrets select selectors shelve shlex shutil signal smtplib socket "
    "socketserver sqlite3 ssl stat statistics string struct subprocess sys sysconfig tarfile tempfile textwrap "
    "threading time timeit tokenize tomllib traceback tracemalloc types typing unicodedata unittest unittest.mock "
    "urllib urllib.parse urllib.request uuid venv warnings weakref xml.etree.ElementTree zipfile zlib zoneinfo"
).split()
"""Modules whose documentation is indexed. Import has no side effect for any of them."""

_REPEATED = ("typing.Text", "collections.User", "collections.abc.", "random.Random.", "random.SystemRandom.")
PASSAGE_CHARS = 260
SHORTEST_DOC = 12


@dataclass(frozen=True, slots=True)
class Entry:
    """One documented name: its dotted path, its signature if it has one, and the start of its documentation."""

    name: str
    signature: str
    doc: str

    @property
    def passage(self) -> str:
        """The text that is embedded and shown."""
        return f"{self.name}{self.signature}: {self.doc}"[:PASSAGE_CHARS]


def version() -> str:
    """The interpreter's version, as in ``3.11.7``."""
    return ".".join(str(part) for part in sys.version_info[:3])


def entries() -> Iterator[Entry]:
    """Every documented public name of builtins, the language's topics, and `MODULES`, each once.

    Second names of a class (``typing.Text``) and its stand-ins for subclassing (``collections.UserList``) are left out:
    they say the same words again, and crowd out what a question is about.
    """
    seen: set[str] = set()
    for name, thing in _members():
        doc = _opening(thing)
        if name not in seen and len(doc) >= SHORTEST_DOC and not name.startswith(_REPEATED):
            seen.add(name)
            yield Entry(name, _signature(thing), doc)
    yield from _topics()


def names() -> frozenset[str]:
    """Every public dotted name, documented or not, keywords and modules included."""
    found = {name for name, _ in _members()}
    return frozenset(found | set(keyword.kwlist) | set(keyword.softkwlist) | set(sys.stdlib_module_names))


def _members() -> Iterator[tuple[str, object]]:
    for name, thing in sorted(vars(builtins).items()):
        if not name.startswith("_"):
            yield name, thing
            yield from _attributes(name, thing)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for module_name in MODULES:
            module = importlib.import_module(module_name)
            yield module_name, module
            for name, thing in _public(module):
                yield f"{module_name}.{name}", thing
                yield from _attributes(f"{module_name}.{name}", thing)


def _public(module: ModuleType) -> Iterator[tuple[str, object]]:
    listed = getattr(module, "__all__", None)
    for name in sorted(set(listed or dir(module))):
        thing = getattr(module, name, None)
        # Without __all__ a module also shows what it merely imported.
        own = listed is not None or getattr(thing, "__module__", module.__name__) in {module.__name__, None}
        if own and thing is not None and not name.startswith("_") and not inspect.ismodule(thing):
            yield name, thing


def _attributes(path: str, thing: object) -> Iterator[tuple[str, object]]:
    if not inspect.isclass(thing) or issubclass(thing, BaseException):
        return
    for name in sorted(vars(thing)):
        if not name.startswith("_"):
            yield f"{path}.{name}", inspect.getattr_static(thing, name)


def _opening(thing: object) -> str:
    if isinstance(thing, str | int | float | tuple | dict | list | frozenset | set):
        return ""
    doc = inspect.getdoc(thing) or ""
    return " ".join(doc.split("\n\n\n")[0].split())[:PASSAGE_CHARS]


def _signature(thing: object) -> str:
    try:
        return str(inspect.signature(thing)) if callable(thing) else ""
    except (ValueError, TypeError):
        return ""


def _topics() -> Iterator[Entry]:
    from pydoc_data.topics import topics

    for name, text in sorted(topics.items()):
        body = " ".join(line for line in text.splitlines() if set(line) - set("*=-~^ "))
        yield Entry(f"{name} (language reference)", "", " ".join(body.split())[:PASSAGE_CHARS])
