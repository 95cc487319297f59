"""Faults planted in what reads by the standards: one small change each, generated and never chosen.

A fault changes one place of a module of `udf.readers.rules` or `udf.standards`, as a slip of its author would: a
comparison turned, an offset one too far, a condition the wrong way round, the other end of a list, two codes of a table
exchanged, a part of a union left out; or it exchanges two rows of a reference table. `plant` makes a process that has
not yet imported the compiler import it with the fault, wherever it is used: by the rules, and by whatever else asks
the same code.
"""

import ast
import copy
import importlib.machinery
import importlib.util
import random
import sys
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice, pairwise, zip_longest
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, NamedTuple

_ROOT = Path(__file__).parents[3]
_LIMITS = ("limits", "chunks", "standard", "reference", "__init__")
"""Modules of the standards that hold shapes, or how much is read; what `reference` reads has faults of its own."""
_TABLES = {
    "quantity_meanings": "measure", "party_roles": "is_place", "date_roles": "role", "price_types": "preference",
}  # fmt: skip
"""The column of each reference table that a fault exchanges."""


class Fault(NamedTuple):
    """One change: the kind, the module or table, its line or row, and which of the changes there it is."""

    kind: str
    module: str
    line: int
    number: int
    detail: str


def faulty_modules() -> list[str]:
    """The modules that faults are planted in."""
    names = sorted(path.stem for path in (_ROOT / "udf/standards").glob("*.py"))
    return ["udf.readers.rules", *(f"udf.standards.{name}" for name in names if name not in _LIMITS)]


def list_faults() -> list[Fault]:
    """Every fault, in the order of modules and lines, then of tables and rows."""
    found = []
    for module in faulty_modules():
        tree = _parse(module)
        found += [Fault(kind, module, line, n, detail) for n, (kind, line, detail, _) in enumerate(_changes(tree))]
    for table, column in _TABLES.items():
        rows = _read_rows(table)
        for n, (one, other) in enumerate(pairwise(rows)):
            if one[column] != other[column]:
                detail = f"{one['code']} and {other['code']} exchanged: {one[column]}, {other[column]}"
                found.append(Fault("table row", table, n + 2, n, detail))
    return found


def draw_faults(count: int, seed: int) -> list[Fault]:
    """So many of them, of each kind in each module or table in turn: a long one has no more than a short one."""
    r = random.Random(seed)
    groups: dict[tuple[str, str], list[Fault]] = {}
    for fault in list_faults():
        groups.setdefault((fault.module, fault.kind), []).append(fault)
    for group in groups.values():
        r.shuffle(group)
    order = list(groups.values())
    r.shuffle(order)
    return list(islice((fault for row in zip_longest(*order) for fault in row if fault is not None), count))


def write_fault(fault: Fault) -> str:
    """The source of a fault's module with the fault in it."""
    tree = _parse(fault.module)
    for n, (*_, change) in enumerate(_changes(tree)):
        if n == fault.number:
            change()
            return ast.unparse(ast.fix_missing_locations(tree))
    raise ValueError(f"{fault.module} has no fault {fault.number}")


def plant(fault: Fault | None) -> None:
    """Let this process import the compiler anew, with a fault or without; what it has imported before it forgets."""
    for name in [name for name in sys.modules if name == "udf" or name.startswith("udf.")]:
        del sys.modules[name]
    if fault is not None and fault.module in _TABLES:
        _exchange_rows(fault)
    elif fault is not None:
        sys.meta_path.insert(0, _Finder(fault.module, write_fault(fault)))


class _Finder(importlib.machinery.PathFinder):
    """Finds one module with another source than its file has."""

    def __init__(self, name: str, source: str) -> None:
        self._name, self._source = name, source

    def find_spec(self, fullname: str, path: Any = None, target: ModuleType | None = None) -> Any:  # type: ignore[override]
        if fullname != self._name:
            return None
        file = str(_path_of(fullname))
        return importlib.util.spec_from_file_location(fullname, file, loader=_Loader(fullname, file, self._source))


class _Loader(importlib.machinery.SourceFileLoader):
    def __init__(self, name: str, path: str, source: str) -> None:
        super().__init__(name, path)
        self._source = source

    def get_code(self, fullname: str) -> CodeType:
        return compile(self._source, self.path, "exec")


def _exchange_rows(fault: Fault) -> None:
    from udf.standards import reference  # imported anew

    read, column = reference.read_table, _TABLES[fault.module]

    def rows(name: str) -> list[dict[str, str]]:
        found = read(name)
        if name == fault.module:
            one, other = found[fault.number], found[fault.number + 1]
            one[column], other[column] = other[column], one[column]
        return found

    reference.read_table = rows


def _path_of(module: str) -> Path:
    return _ROOT.joinpath(*module.split(".")).with_suffix(".py")


def _parse(module: str) -> ast.Module:
    return ast.parse(_path_of(module).read_text(encoding="utf-8"))


def _read_rows(table: str) -> list[dict[str, str]]:
    from udf.standards.reference import read_table

    return read_table(table)


_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
_CALLS = {"min": "max", "max": "min", "any": "all", "all": "any", "bisect_left": "bisect_right",
          "bisect_right": "bisect_left"}  # fmt: skip
_FEWEST = 2
"""Members of a literal of which two can be exchanged."""
Change = tuple[str, int, str, Callable[[], None]]
"""Kind, line, what is changed, and how to change it in the tree."""


def _changes(node: ast.AST) -> Iterator[Change]:
    """Every change of a part of a module, in the order of the text; what no reading depends on is left as it is."""
    yield from _change_node(node)
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "bases", "type_params"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _is_silent(child):
                yield from _changes(child)


def _is_silent(node: ast.AST) -> bool:
    """Whether a part of a module changes no reading: docstrings, imports, what is raised or said to a person."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Finding":
        return True
    return isinstance(node, ast.Import | ast.ImportFrom | ast.Raise | ast.JoinedStr)


def _change_node(node: ast.AST) -> Iterator[Change]:
    line = getattr(node, "lineno", 0)
    if isinstance(node, ast.Compare):
        for n, operator in enumerate(node.ops):
            other = _COMPARISONS[type(operator)]

            def turn(n: int = n, other: type[ast.cmpop] = other) -> None:
                node.ops[n] = other()

            yield "comparison", line, f"{type(operator).__name__} to {other.__name__}", turn
    elif isinstance(node, ast.Constant) and type(node.value) is int:
        for step in (1, -1):

            def shift(step: int = step) -> None:
                node.value += step

            yield "offset", line, f"{node.value} to {node.value + step}", shift
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield "constant", line, f"{node.value} turned", lambda: setattr(node, "value", not node.value)
    elif isinstance(node, ast.BoolOp):
        yield (
            "condition",
            line,
            "and or or exchanged",
            lambda: setattr(node, "op", ast.Or() if isinstance(node.op, ast.And) else ast.And()),
        )
        for n in range(len(node.values)):
            yield "condition", line, f"part {n + 1} left out", partial(node.values.pop, n)
    elif isinstance(node, ast.If | ast.IfExp):
        yield "condition", line, "turned", lambda: setattr(node, "test", ast.UnaryOp(ast.Not(), node.test))
    elif isinstance(node, ast.BinOp):
        yield from _change_operation(node, line)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _CALLS:
        other_name = _CALLS[node.func.id]
        yield "chosen", line, f"{node.func.id} to {other_name}", lambda: setattr(node.func, "id", other_name)
    elif isinstance(node, ast.Return) and node.value is not None:
        nothing = _nothing_of(node.value)
        if ast.dump(nothing) != ast.dump(node.value):
            yield "returned", line, "nothing returned", lambda: setattr(node, "value", nothing)
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        yield from _exchange(node.elts, line, isinstance(getattr(node, "ctx", ast.Load()), ast.Load))
    elif isinstance(node, ast.Dict):
        yield from _exchange(node.values, line, True)
    elif isinstance(node, ast.For) and len(node.body) > 0:
        yield "loop", line, "ends after its first turn", lambda: node.body.append(ast.Break())


def _change_operation(node: ast.BinOp, line: int) -> Iterator[Change]:
    if isinstance(node.op, ast.Add | ast.Sub):
        yield (
            "offset",
            line,
            "plus and minus exchanged",
            lambda: setattr(node, "op", ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()),
        )
    elif isinstance(node.op, ast.BitOr):  # of records and sets: what stands nearer goes before, or is added

        def leave_out() -> None:
            node.right = copy.deepcopy(node.left)

        def turn() -> None:
            node.left, node.right = node.right, node.left

        yield "inheritance", line, "the right of a union left out", leave_out
        yield "inheritance", line, "the left of a union goes before", turn


def _exchange(members: list[Any], line: int, is_read: bool) -> Iterator[Change]:
    """Neighbours of a literal exchanged, as two rows or codes of a table."""
    if not is_read or len(members) < _FEWEST:
        return
    for n, (one, other) in enumerate(pairwise(members)):
        if one is None or other is None or ast.dump(one) == ast.dump(other):
            continue

        def turn(n: int = n) -> None:
            members[n], members[n + 1] = members[n + 1], members[n]

        yield "exchanged", line, f"{ast.unparse(one)[:30]} and {ast.unparse(other)[:30]}", turn


def _nothing_of(value: ast.expr) -> ast.expr:
    """What a function returns where it finds nothing, by the look of what it returns."""
    if isinstance(value, ast.Tuple):
        return ast.Tuple([_nothing_of(part) for part in value.elts], ast.Load())
    if isinstance(value, ast.List | ast.ListComp):
        return ast.List([], ast.Load())
    if isinstance(value, ast.Dict | ast.DictComp):
        return ast.Dict([], [])
    return ast.Constant(None)
