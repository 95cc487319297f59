"""The corpus for a chat model: answers in the contract's JSON that stand in their prompts."""

from itertools import islice

from udf.language.chat import read_answer
from udf.train.corpus.chat_examples import ChatExample, draw_chat_examples, tokenise


def test_every_answer_is_in_the_contract_and_copies_from_its_prompt() -> None:
    for example in islice(draw_chat_examples(4), 60):
        for record in read_answer(example.answer, example.prompt.split()[0]):
            assert all(value in example.prompt for value in record.values())


def test_an_answer_is_tokenised_by_itself_and_ends() -> None:
    class Letters:
        eos = 0

        def prompt(self, text: str) -> list[int]:
            return [1, *map(ord, text)]

        def answer(self, text: str) -> list[int]:
            return list(map(ord, text))

    assert tokenise(ChatExample("a", "b"), Letters()) == ([1, 97], [98, 0])
