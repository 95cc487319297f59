"""What a quantity means is asked by itself: of codes that were taught, and answered by a measure."""

import csv

from udf.language.meanings import (
    MEASURES,
    STATES,
    TAUGHT,
    TRANSFERS,
    encode_meaning,
    read_meaning,
    write_meaning,
)
from udf.language.vocabulary import EOS, MARKERS, MEANING
from udf.standards.message_types import standard_of
from udf.standards.reference import FOLDER, load_reference


def test_an_answer_reads_back() -> None:
    assert [read_meaning(write_meaning(measure)) for measure in MEASURES] == list(MEASURES)
    assert len(MEASURES) <= MARKERS
    assert read_meaning([EOS]) is None


def test_every_code_that_was_taught_has_a_prompt_of_its_own() -> None:
    prompts = [
        encode_meaning(message_type, tag, code, state, transfer)
        for (message_type, tag), codes in TAUGHT.items()
        for code in codes
        for state in ("", *STATES.get(message_type, ()))
        for transfer in ("", *TRANSFERS.get(message_type, ()))
    ]
    assert None not in prompts
    assert len(set(prompts)) == len(prompts)
    assert all(prompt is not None and prompt[0][3] == MEANING for prompt in prompts)


def test_what_was_not_taught_is_not_asked() -> None:
    assert encode_meaning("SLSRPT", "QTY", "152") is None
    assert encode_meaning("INVRPT", "QTY", "145", state="9") is None
    assert encode_meaning("867", "QTY", "32", transfer="IA") is None
    assert encode_meaning("852", "SDQ", "QS") is None


def test_most_of_what_the_tables_give_a_meaning_was_taught() -> None:
    with (FOLDER / "quantity_meanings.csv").open(encoding="utf-8", newline="") as file:
        known = {(row["standard"], row["segment"], row["code"]) for row in csv.DictReader(file)}
    taught = {(standard_of(t).name, tag, code) for (t, tag), codes in TAUGHT.items() for code in codes}
    assert len(known & taught) > 0.75 * len(known)
    for (message_type, tag), codes in TAUGHT.items():
        for code in codes:
            standard = standard_of(message_type).name
            measure = load_reference().measure(standard, message_type, tag, "", "", code)
            assert measure is None or measure in MEASURES, code
