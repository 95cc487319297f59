"""The rules are examined as a compiler of their own, under the name of the room that holds them."""

from udf.train.exam.candidates import RULES, rules_candidate
from udf.train.exam.messages import KNOWN, draw_messages
from udf.train.exam.reading import read_file


def test_the_rules_read_an_exam_message_by_themselves() -> None:
    rules = rules_candidate()
    message = next(message for message in draw_messages(KNOWN, 2) if message.lines and not message.gaps)
    result = read_file(rules.compiler, message.data)
    assert rules.name == RULES == "rules (readers/rules)"
    assert rules.compiler.engine is None
    assert (result.lines, result.is_complete, result.header) == (message.lines, True, message.header)
    assert result.milliseconds > 0
