"""The structures hold what the segment tables of the directories say, and each is written so that it can be read."""

import pytest

from udf.reading import TYPES
from udf.standards.message_structures import STRUCTURES
from udf.standards.owners import Node, read_structure, structure_of


def tags(nodes: list[Node]) -> list[str]:
    return [tag for node in nodes for tag in (tags(node.parts) if node.parts else [node.tag])]


def test_each_type_has_a_structure_with_its_lines() -> None:
    assert {kind for kind, _ in STRUCTURES} == set(TYPES)
    for text in STRUCTURES.values():
        assert text.count("(") == text.count(")")
        assert {"LIN", "QTY", "DTM"} <= set(tags(read_structure(text)))


def group(nodes: list[Node], trigger: str) -> list[str]:
    """The tags that stand directly in the last group of a trigger."""
    found: list[str] = []
    for node in nodes:
        if node.parts:
            found = ([part.tag for part in node.parts] if node.tag == trigger else []) or found
            found = group(node.parts, trigger) or found
    return found


@pytest.mark.parametrize(
    ("message_type", "version", "trigger", "expected"),
    [
        # UN/EDIFACT D.96A SLSRPT: group 9 is QTY, MKS, NAD; D.97A adds PRI, DTM and RFF to it
        ("SLSRPT", "D:96A:UN:EAN004", "QTY", "QTY MKS NAD"),
        ("SLSRPT", "D:97A:UN", "QTY", "QTY PRI DTM RFF"),  # of the lines below GIS, which come last
        # D.96A INVRPT: group 11 is QTY, INV, GIN, LOC, DTM, STS, with NAD, PRI, RFF and CPS; from D.97A on INV opens it
        ("INVRPT", "D:96A:UN", "LIN", "LIN PIA IMD MEA ALI LOC DTM RFF QTY"),
        ("INVRPT", "D:01B:UN:EAN007", "INV", "INV QTY GIN LOC DTM STS NAD PRI RFF CPS"),
        # X12 004010: 852 LIN 040 with ZA; 846 N1 480 behind QTY 320; 867 QTY 120 before LIN 130
        ("852", "004010VICS", "ZA", "ZA QTY CTP SDQ G95"),
        ("846", "004010", "LS", "LS REF LE"),
        ("867", "004010", "PTD", "PTD DTM REF PRF PER MAN N1 QTY"),
    ],
)  # fmt: skip
def test_a_group_holds_what_its_directory_puts_there(
    message_type: str, version: str, trigger: str, expected: str
) -> None:
    assert group(structure_of(message_type, version), trigger) == expected.split()


@pytest.mark.parametrize(
    ("version", "same_as"),
    [("", "D:96A:UN"), ("D:96B:UN", "D:96A:UN"), ("D:99A:UN", "D:98B:UN"), ("D:00A:UN", "D:99B:UN"),
     ("D:10B:UN", "D:02B:UN"), ("D:90A:UN", "D:93A:UN")],
)  # fmt: skip
def test_a_directory_has_the_structure_of_the_last_one_that_changed_it(version: str, same_as: str) -> None:
    assert tags(structure_of("SLSRPT", version)) == tags(structure_of("SLSRPT", same_as))


def test_a_release_without_a_row_has_the_structure_before_it_or_the_first() -> None:
    assert tags(structure_of("852", "003030")) == tags(structure_of("852", "004010"))
    assert tags(structure_of("846", "003030")) == tags(structure_of("846", "002040"))
    assert tags(structure_of("867", "")) == tags(structure_of("867", "004010"))
