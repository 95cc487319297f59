"""The engine that answers as the rules read: through the model's own language it says what they say."""

from tests.small_messages import activity, sales
from udf.compiler import Compiler
from udf.train.attack.rules_engine import RulesEngine, compile_by_rules

TEXTS = (
    sales("LIN+1++4006381333931:EN QTY+153:12:PCE PRI+AAA:2.50"),
    activity("LIN*1*UP*036000291452 ZA*QS*12*EA SDQ*EA*92*0001*5*0002*7"),
)


def test_what_the_rules_read_is_the_same_through_prompts_and_answers() -> None:
    for text in TEXTS:
        engine = RulesEngine()
        engine.study(text)
        (asked,) = Compiler(engine).compile_batch([text])
        assert asked.is_complete
        assert asked.document == compile_by_rules(text).document


def test_a_message_that_it_was_not_shown_has_no_record() -> None:
    engine = RulesEngine()
    engine.study(TEXTS[0])
    (outcome,) = Compiler(engine).compile_batch([TEXTS[1]])
    assert not outcome.is_valid
