"""The tokens: their order is the shipped model's, and they know the codes that the tables give a meaning."""

import csv
import hashlib
import json

from udf.edi.tags import MESSAGE_TAGS
from udf.language import vocabulary
from udf.language.vocabulary import (
    CODE_ID,
    CODES,
    TAG_ID,
    VOCABULARY,
    VOCABULARY_SIZE,
    name_code,
    name_kind,
    name_tag,
    name_type,
)
from udf.reading import FIELDS, KINDS, TYPES
from udf.standards.items import BUYER_TYPES, GTIN_TYPES, VENDOR_TYPES
from udf.standards.message_types import STANDARDS
from udf.standards.quantities import PIECES
from udf.standards.reference import FOLDER


def test_the_order_of_the_tokens_is_the_one_that_the_shipped_model_has_learnt() -> None:
    # Changes with a model that is trained anew, and with nothing else.
    digest = hashlib.sha256(json.dumps(VOCABULARY).encode()).hexdigest()
    assert (VOCABULARY_SIZE, digest[:16]) == (608, "0a318cb2087ef9b6")


def test_a_token_has_one_name() -> None:
    assert len(VOCABULARY) == len(set(VOCABULARY)) == VOCABULARY_SIZE


def test_tokens_read_back() -> None:
    assert [name_tag(TAG_ID[tag]) for tag in MESSAGE_TAGS] == MESSAGE_TAGS
    assert [name_code(CODE_ID[code]) for code in CODES] == list(CODES)
    assert [name_kind(vocabulary.TOKEN_ID[f"<{kind}>"]) for kind in KINDS] == list(KINDS)
    assert [name_type(vocabulary.TOKEN_ID[f"<{name}>"]) for name in TYPES] == list(TYPES)
    assert list(vocabulary.FIELD) == list(FIELDS)


def test_every_tag_of_a_field_is_a_token() -> None:
    for standard in STANDARDS.values():
        for field, places in standard.fields.items():
            assert {at.tag for at in places} <= TAG_ID.keys(), field


def test_codes_that_no_token_shows_are_seen_by_their_class_alone() -> None:
    """A code of the tables that came after the model was trained: it is read by the standard, and told by no token."""
    with (FOLDER / "quantity_meanings.csv").open(encoding="utf-8", newline="") as file:
        quantities = {row["code"] for row in csv.DictReader(file)}
    assert quantities - CODE_ID.keys() == {"244", "74", "212", "30", "X14", "X15"}
    types = {*GTIN_TYPES, *VENDOR_TYPES, *BUYER_TYPES, *PIECES}
    assert types <= CODE_ID.keys()
    forms = {form for standard in STANDARDS.values() for form in standard.date_forms}
    assert forms - CODE_ID.keys() == {
        "201", "204", "303", "304", "602", "608", "609", "615", "710", "713", "715", "719", "D6", "D8", "RD6",
    }  # fmt: skip
