"""An answer knows where it was doubtful, and with it what to ask next."""

import pytest

from udf.engines.engine import Answer, Prompt, list_doubts, next_best_prefixes

SURE, DOUBTFUL, FORCED = 0.9, 0.1, 1.0


def test_an_answer_is_as_sure_as_its_most_doubtful_step() -> None:
    assert Answer((5, 6, 7), (SURE, DOUBTFUL, FORCED), (8, 9, -1)).confidence == DOUBTFUL
    assert Answer((), (), ()).confidence == 0


def test_the_next_best_answers_go_the_other_way_at_the_most_doubtful_step_first() -> None:
    answer = Answer((5, 6, 7), (SURE, DOUBTFUL, 0.5), (8, 9, 10))
    assert next_best_prefixes(answer, 3) == [(5, 9), (5, 6, 10)]  # of the first there is no doubt
    assert next_best_prefixes(answer, 1) == [(5, 9)]
    assert next_best_prefixes(answer, 0) == []
    assert list_doubts(answer, 3) == [(DOUBTFUL, (5, 9)), (0.5, (5, 6, 10))]


def test_a_step_without_an_alternative_leads_nowhere() -> None:
    assert next_best_prefixes(Answer((5, 6), (FORCED, FORCED), (-1, -1)), 3) == []
    assert next_best_prefixes(Answer((5, 6), (FORCED, DOUBTFUL), (-1, 9)), 3) == [(5, 9)]
    assert next_best_prefixes(Answer((), (), ()), 3) == []


@pytest.mark.parametrize("message_type", ["SLSRPT", "852"])
def test_prompts_are_equal_by_their_tokens_alone(message_type: str) -> None:
    assert Prompt(((1, 2, 3, 4, 5, 6),), 1, None, message_type) == Prompt(((1, 2, 3, 4, 5, 6),), 1)
