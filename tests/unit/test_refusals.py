"""A message that is not compiled has an outcome like any other: one problem, which says why."""

import hashlib

from udf.outcome import AnswerTooLargeError
from udf.refusals import RefusedError, hash_document, refuse, too_large


def test_a_refused_message_has_one_problem_that_spans_it() -> None:
    outcome = refuse("ORDERS", RefusedError("ORDERS", "unsupported-message-type", "Not that one."), "m", "c")
    assert (outcome.message_type, outcome.is_valid, outcome.is_complete) == ("ORDERS", False, False)
    (problem,) = outcome.problems
    assert (problem.code, problem.severity, problem.span) == ("unsupported-message-type", "error", (0, 6))
    assert problem.detail == "Not that one."
    assert (outcome.model_version, outcome.compiler_version) == ("m", "c")
    assert refuse("", RefusedError(None, "empty-message", "Nothing."), "m", "c").problems[0].span is None


def test_what_is_too_large_says_what_to_ask_for() -> None:
    for refusal in (too_large("852", "It has a million lines."), AnswerTooLargeError("852")):
        (problem,) = refuse("ST*852", refusal, "m", "c").problems
        assert problem.code == "message-too-large"
        assert problem.detail.endswith("Ask the partner to send it as several messages.")


def test_the_hash_is_of_the_text_and_its_document_however_long() -> None:
    text, document = "ü" * 3_000_000, '{"lines":[]}'
    assert hash_document(text, document) == hashlib.sha256((text + document).encode()).hexdigest()
    assert hash_document("a", None) == hashlib.sha256(b"anull").hexdigest()
    assert hash_document("\ud800", None) != hash_document("\ud801", None)
