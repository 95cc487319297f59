"""Wrong answers are wrong, are answers, and are given where their prompt comes."""

import random
from itertools import islice

from udf.compiler import Compiler
from udf.engines.engine import Prompt
from udf.language.vocabulary import EOS, count_markers
from udf.train.attack.oracle import Oracle
from udf.train.attack.sound import draw_sound_messages
from udf.train.attack.wrong_answers import draw_wrong_answers


def test_a_wrong_answer_differs_from_the_right_one() -> None:
    r = random.Random(1)
    for draft, oracle, _ in islice(draw_sound_messages(r), 6):
        drawn = draw_wrong_answers(r, draft, 2)
        assert len({wrong.kind for wrong in drawn}) > 10
        for wrong in drawn:
            assert wrong.answer != oracle.known[wrong.prompt]


def test_what_an_oracle_was_never_shown_has_no_record() -> None:
    _, oracle, _ = next(draw_sound_messages(random.Random(2)))
    prompts = [Prompt(tokens, count_markers(tokens)) for tokens in oracle.known]
    assert [answer.tokens for answer in oracle.answer(prompts)] == list(oracle.known.values())
    assert {answer.tokens for answer in Oracle().answer(prompts)} == {(EOS,)}


def test_a_wrong_answer_is_given_with_doubt_and_refused() -> None:
    r = random.Random(3)
    draft, oracle, sound = next(draw_sound_messages(r))
    wrong = next(w for w in draw_wrong_answers(r, draft, 1) if w.kind == "quantity points elsewhere")
    oracle.wrong = {wrong.prompt: wrong.answer}
    (answer,) = oracle.answer([Prompt(wrong.prompt, count_markers(wrong.prompt))])
    assert answer.tokens == wrong.answer
    assert max(answer.margins) < 0.5
    assert not Compiler(oracle).compile_batch([sound.text])[0].is_complete
