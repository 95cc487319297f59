"""Faults planted in the rules: generated from their source, one change each, in a process of their own."""

import ast
import subprocess
import sys

import pytest

from udf.train.attack.faults import Fault, draw_faults, faulty_modules, list_faults, write_fault


def test_every_module_that_reads_by_the_standards_has_faults() -> None:
    assert {fault.module for fault in list_faults() if "." in fault.module} == set(faulty_modules())


def test_a_fault_is_one_change_of_its_module() -> None:
    seen = set()
    for fault in draw_faults(60, seed=3):
        if "." in fault.module:
            text = write_fault(fault)
            ast.parse(text)
            assert (fault.module, text) not in seen
            seen.add((fault.module, text))


def test_no_fault_leaves_its_module_as_it_is() -> None:
    for module in ("udf.readers.rules", "udf.standards.places"):
        faults = [fault for fault in list_faults() if fault.module == module]
        sound = ast.unparse(ast.parse(_source(module)))
        assert all(write_fault(fault) != sound for fault in faults)


def test_the_same_seed_draws_the_same_faults() -> None:
    assert draw_faults(20, seed=1) == draw_faults(20, seed=1) != draw_faults(20, seed=2)


def test_a_fault_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="has no fault"):
        write_fault(Fault("offset", "udf.readers.rules", 1, 100_000, ""))


def test_what_is_planted_is_imported_by_all_that_ask_the_module() -> None:
    code = """
from udf.train.attack.faults import Fault, list_faults, plant
fault = next(f for f in list_faults() if f.module == "udf.standards.items" and f.detail.startswith("'SRV' and 'EN'"))
plant(fault)
from udf.readers import rules
from udf.standards import items
assert items.GTIN_TYPES[:2] == ("EN", "SRV"), items.GTIN_TYPES
assert rules.choose_identifier is items.choose_identifier
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_rows_of_a_table_are_exchanged_in_the_column_that_decides() -> None:
    code = """
from udf.train.attack.faults import list_faults, plant
from udf.standards.reference import read_table
fault = next(f for f in list_faults() if f.module == "party_roles")
before = [row["is_place"] for row in read_table("party_roles")]
plant(fault)
from udf.standards.reference import read_table
after = [row["is_place"] for row in read_table("party_roles")]
n = fault.number
assert after[n], after[n + 1] == (before[n + 1], before[n])
assert sum(a != b for a, b in zip(before, after)) == 2
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def _source(module: str) -> str:
    from importlib.util import find_spec

    spec = find_spec(module)
    assert spec is not None
    assert spec.origin is not None
    with open(spec.origin, encoding="utf-8") as file:
        return file.read()
