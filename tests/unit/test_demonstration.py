"""The demonstration messages are what they claim to be: their own counts and check digits prove it."""

import json
import re
from pathlib import Path

import pytest

EDI = Path(__file__).resolve().parents[2] / "seeds" / "edi"
GOOD = sorted(EDI.glob("*.edi"))


def segments(path: Path) -> list[list[str]]:
    """Elements of each segment, by the delimiters that the file itself announces."""
    text = path.read_text(encoding="latin-1")
    if text.startswith("ISA"):
        element, terminator = text[3], text[105]
        return [part.strip().split(element) for part in text.split(terminator) if part.strip()]
    service = text[3:9] if text.startswith("UNA") else ":+.? '"
    element, release, terminator = service[1], service[3], service[5]
    body = text.removeprefix("UNA" + service).replace("\n", "")
    found = re.split(rf"(?<!{re.escape(release)}){re.escape(terminator)}", body)
    return [re.split(rf"(?<!{re.escape(release)}){re.escape(element)}", part) for part in found if part]


def messages(path: Path) -> list[list[list[str]]]:
    found: list[list[list[str]]] = []
    for segment in segments(path):
        if segment[0] in ("UNH", "ST"):
            found.append([])
        if found and segment[0] not in ("UNZ", "GE", "IEA"):
            found[-1].append(segment)
    return found


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_the_counts_of_a_good_file_are_right(path: Path) -> None:
    found = messages(path)
    assert found
    for message in found:
        opening, closing = message[0], message[-1]
        reference = opening[1] if opening[0] == "UNH" else opening[2]
        assert closing[1:] == [str(len(message)), reference]
        lines = sum(segment[0] == "LIN" for segment in message)
        for total in (segment for segment in message if segment[0] in ("CNT", "CTT")):
            assert total[1] == (f"2:{lines}" if total[0] == "CNT" else str(lines))
    trailer = {segment[0]: segment[1:] for segment in segments(path) if segment[0] in ("UNB", "UNZ", "GE", "GS", "IEA")}
    if "UNZ" in trailer:
        assert trailer["UNZ"] == [str(len(found)), trailer["UNB"][4]]
    else:
        assert trailer["GE"] == [str(len(found)), trailer["GS"][5]]
        assert trailer["IEA"][0] == "1"


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_every_good_file_has_golden_documents_for_all_its_messages(path: Path, clone: Path) -> None:
    golden = json.loads((clone / "seeds" / "golden" / f"{path.stem}.json").read_text())
    assert len(golden["messages"]) == len(messages(path))


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_the_check_digits_of_a_good_file_are_right(path: Path) -> None:
    text = path.read_text(encoding="latin-1").replace("\n", "" if path.stem.startswith(("09", "10")) else "\n")
    numbers = set(re.findall(r"(?<!\d)(?:9501101\d{6}|614141\d{6}|1061414\d{7})(?!\d)", text))
    assert numbers or path.stem.startswith(("13", "14"))
    for number in numbers:
        weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(number)))
        assert weighted % 10 == 0, number
