"""Which compiler made an outcome: a hash over all that decides one, weights, code and tables, and over nothing else.

Outcomes of another version are pending again, so a comment, a docstring or a line break must not change it. Of the code
the syntax tree counts, written down in one way on every Python that the compiler runs on. To parse all of it takes some
tenths of a second: what came of it is kept beside the bytecode, and counts as long as Python would take that for the
sources' own, by their sizes and times.
"""

import ast
import hashlib
import os
from collections.abc import Iterator
from functools import cache
from importlib.util import cache_from_source
from itertools import groupby
from pathlib import Path

from udf.standards.reference import reference_digest

PACKAGE = Path(__file__).parent
MODEL = PACKAGE / "model" / "tillroll.gguf"
UNDECIDING = frozenset({"__init__.py", "contract.py", "install.py", "postgres", "train", "version.py"})
"""Rooms and modules without a say in what an outcome is; whatever else is in the package has one."""


@cache
def model_version() -> str:
    """The first twelve characters of the model file's SHA-256."""
    return hashlib.sha256(MODEL.read_bytes()).hexdigest()[:12]


@cache
def compiler_version() -> str:
    """The version of the compiler with the shipped model."""
    return version_with(model_version())


def version_with(model: str) -> str:
    """The version of the compiler with another model, whatever names that."""
    return hashlib.sha256(f"{model} {hash_code()} {reference_digest()}".encode()).hexdigest()[:12]


@cache
def hash_code() -> str:
    """A hash over the syntax trees of all modules that decide an outcome."""
    sources = list_sources()
    seen = hashlib.sha256()
    for name, path in (*sources.items(), ("", __file__)):
        facts = os.stat(path)
        seen.update(f"{name} {facts.st_size} {facts.st_mtime_ns} ".encode())
    kept = Path(cache_from_source(__file__)).with_name("hash_code")
    try:
        known, found = kept.read_text("ascii").split()
        if known == seen.hexdigest():
            return found
    except (OSError, ValueError):  # none is kept, or something else
        pass
    trees = hashlib.sha256()
    for name, path in sources.items():
        trees.update(f"{name} {canonical(Path(path).read_bytes())}".encode())
    _keep(kept, f"{seen.hexdigest()} {trees.hexdigest()}")
    return trees.hexdigest()


def list_sources() -> dict[str, str]:
    """The modules that decide what an outcome is: names below the package, in their order, and paths."""
    found: dict[str, str] = {}
    # Paths as texts: a process asks for them before its first outcome, and of a hundred objects each took 40 us.
    for folder, rooms, files in os.walk(PACKAGE):
        below = folder[len(str(PACKAGE)) + 1 :].replace(os.sep, "/")
        if not below:
            rooms[:] = set(rooms) - UNDECIDING
            files = [name for name in files if name not in UNDECIDING]
        modules = [name for name in files if name.endswith(".py")]
        found.update((f"{below}/{name}".lstrip("/"), os.path.join(folder, name)) for name in modules)
    return dict(sorted(found.items()))


def canonical(source: bytes | str) -> str:
    """What a module says to Python: no comments, docstrings, formatting and positions; the same on every Python."""
    return " ".join(_write(ast.parse(source)))


def _write(node: object) -> Iterator[str]:
    if isinstance(node, list):
        yield "["
        for item in node:
            yield from _write(item)
        yield "]"
    elif isinstance(node, ast.AST):
        yield f"{type(node).__name__}("
        for name, value in ast.iter_fields(node):
            if isinstance(value, list):
                value = _join_text(value) if isinstance(node, ast.JoinedStr) else [v for v in value if not _is_text(v)]
            # Fields that are empty in one Python are missing in another.
            if value not in (None, []) and name not in ("ctx", "kind"):
                yield f"{name}="
                yield from _write(value)
        yield ")"
    else:
        yield ascii(node)  # each Python has its own idea of what repr() can print


def _is_text(node: object) -> bool:
    """Whether a statement is a lone string, at the head of a body or below what it describes."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _join_text(parts: list[ast.expr]) -> list[object]:
    """The parts of an f-string with one text between two fields: Python 3.12 writes empty ones too."""
    joined: list[object] = []
    for _, run in groupby(parts, key=lambda part: isinstance(part, ast.Constant)):
        same = list(run)
        text = "".join(str(part.value) for part in same if isinstance(part, ast.Constant))
        joined += [text] * bool(text) or [part for part in same if not isinstance(part, ast.Constant)]
    return joined


def _keep(path: Path, text: str) -> None:
    own = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(exist_ok=True)
        own.write_text(text, "ascii")
        own.replace(path)
    except OSError:  # only to be read here: each process computes it for itself
        pass
