"""The shipped model: it is the file its card describes, it decodes, and it keeps what the card promises."""

import hashlib
import json
import random
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from udf import compile_batch, compile_edi, model_version
from udf.engines.engine import Prompt, next_best_prefixes
from udf.engines.llama import LlamaEngine
from udf.language.bounded import grammar_of
from udf.language.vocabulary import count_markers
from udf.train.corpus.examples import draw_examples
from udf.train.exam.evaluate import Sizes, examine
from udf.train.exam.messages import HELD_OUT, KNOWN, QUIRKS
from udf.version import MODEL

MAX_BYTES = 4_000_000


@pytest.fixture(scope="module")
def card() -> dict[str, Any]:
    return json.loads(MODEL.with_name("card.json").read_text())  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def engine() -> LlamaEngine:
    return LlamaEngine(MODEL)


@pytest.fixture(scope="module")
def prompts() -> list[Prompt]:
    examples = draw_examples(4711, markers_turn=False)
    tokens = [prompt for prompt, _ in (next(examples) for _ in range(60))]
    return [Prompt(prompt, count_markers(prompt)) for prompt in tokens]


def test_the_card_describes_the_file_beside_it(card: dict[str, Any]) -> None:
    assert hashlib.sha256(MODEL.read_bytes()).hexdigest() == card["sha256"]
    assert MODEL.stat().st_size == card["bytes"] <= MAX_BYTES
    assert model_version() == card["sha256"][:12]


def test_the_exam_of_the_card_can_be_repeated_on_fewer_messages() -> None:
    facts = examine(MODEL, Sizes(known=40, held_out=60, quirks=30, damaged=60, plans=20), samples=None, cases=None)
    held_out = facts["splits"][HELD_OUT]
    assert facts["silent_errors"] == facts["damaged messages"]["accepted"] == 0
    assert facts["plans"]["silent_errors"] == facts["plans"]["damaged messages"]["accepted"] == 0
    assert facts["plans"]["messages_by_plans"] > 0
    assert held_out["messages_exact"] >= 0.95
    assert held_out["field_f1"] >= 0.98
    assert held_out["format_valid"] == 1.0


def test_the_card_says_what_was_promised(card: dict[str, Any]) -> None:
    exam = card["exam"]
    splits = exam["splits"]
    assert exam["lines"] >= 20_000
    assert exam["silent_errors"] == 0
    assert exam["damaged messages"]["messages"] >= 1_000
    assert exam["damaged messages"]["accepted"] == 0
    assert splits[HELD_OUT]["messages_exact_first_pass"] >= 0.98
    # What this release reads less of than is asked stands on its card, and nothing else does.
    asked = {"known line groups exact, first pass": (splits[KNOWN]["line_groups_exact_first_pass"], 0.999)}
    assert card.get("missed", {}).keys() == {name for name, (found, least) in asked.items() if found < least}
    assert splits[HELD_OUT]["messages_exact"] >= 0.995
    assert exam["samples"]["share"] >= 0.97
    assert exam["samples"]["silent_errors"] == 0
    assert exam["plans"]["silent_errors"] == exam["plans"]["samples"]["silent_errors"] == 0
    assert exam["plans"]["damaged messages"]["accepted"] == 0
    assert card["parity"]["share"] >= 0.999
    assert card["parity"]["prompts"] >= 2_000


def test_the_readme_repeats_the_card(card: dict[str, Any], clone: Path) -> None:
    readme = (clone / "README.md").read_text()
    exam = card["exam"]
    splits, damaged, samples = exam["splits"], exam["damaged messages"], exam["samples"]
    for figure in (
        f"{card['parameters']:,} parameters",
        f"{exam['silent_errors']} of {exam['lines']:,} lines",
        f"{splits[HELD_OUT]['messages_exact']:.2%}",
        f"{splits[HELD_OUT]['messages_exact_first_pass']:.2%}",
        f"{splits[KNOWN]['line_groups_exact_first_pass']:.2%}",
        f"{splits[QUIRKS]['messages_exact']:.2%}",
        f"{damaged['accepted']} of {damaged['messages']:,} damaged messages",
        f"{samples['records_right']:,} of {samples['records']:,} records",
        *(f"{rival['messages_exact']:.1%}" for rival in exam.get("rivals", {}).values()),
    ):
        assert figure.replace("%", " %") in readme, figure


def test_prompts_answered_together_and_one_by_one_have_the_same_answers(
    engine: LlamaEngine, prompts: list[Prompt]
) -> None:
    together = engine.answer(prompts)
    engine.forget()
    alone = [engine.answer([prompt])[0] for prompt in prompts]
    assert [answer.tokens for answer in together] == [answer.tokens for answer in alone]


def test_an_answer_obeys_the_grammar_and_knows_its_doubts(engine: LlamaEngine, prompts: list[Prompt]) -> None:
    for prompt, answer in zip(prompts, engine.answer(prompts), strict=True):
        assert len(answer.tokens) == len(answer.margins) == len(answer.seconds)
        assert 0 <= answer.confidence <= 1
        grammar = grammar_of(prompt.tokens)
        for end, token in enumerate(answer.tokens):
            assert token in grammar.allowed(answer.tokens[:end])


def test_a_next_best_answer_begins_where_the_best_one_was_doubtful(engine: LlamaEngine, prompts: list[Prompt]) -> None:
    answer = engine.answer(prompts[:1])[0]
    for prefix in next_best_prefixes(answer, 3):
        other = engine.answer(prompts[:1], [prefix])[0]
        assert other.tokens[: len(prefix)] == prefix != answer.tokens[: len(prefix)]


def test_what_an_answer_is_guessed_to_be_changes_nothing_of_it(engine: LlamaEngine, prompts: list[Prompt]) -> None:
    engine.forget()
    plain = engine.answer(prompts)
    right = [answer.tokens for answer in plain]
    wrong = [right[n - 1] for n in range(len(right))]
    cut = [tokens[: len(tokens) // 2] for tokens in right]
    for guesses in (right, wrong, cut):
        engine.forget()
        guessed = [replace(prompt, guess=partial(tuple, guess)) for prompt, guess in zip(prompts, guesses, strict=True)]
        answers = engine.answer(guessed)
        assert [answer.tokens for answer in answers] == right
        for answer, known in zip(answers, plain, strict=True):
            assert answer.margins == pytest.approx(known.margins, abs=0.02)


def test_an_equal_prompt_is_decoded_once(engine: LlamaEngine, prompts: list[Prompt]) -> None:
    engine.forget()
    before = engine.decoded
    engine.answer([prompts[0]] * 50)
    engine.answer([prompts[0]])
    assert engine.decoded == before + 1


def test_a_message_compiles_in_this_process() -> None:
    text = (
        "UNH+1+SLSRPT:D:96A:UN:EAN004'BGM+73E+SR7+9'DTM+137:20260108:102'DTM+90:20260101:102'DTM+91:20260107:102'"
        "NAD+SU+4012345000009::9'LOC+162+4012345000016::9'LIN+1++4006381333931:EN'QTY+153:12:PCE'"
        "LIN+2++4012345678901:EN'QTY+153:-3:PCE'UNT+12+1'"
    )
    outcome = compile_edi(text)
    assert outcome.is_complete, outcome.problems
    assert outcome.document is not None
    assert [float(line.quantity) for line in outcome.document.lines] == [12, -3]


def test_damage_to_real_sized_messages_is_never_valid_and_complete() -> None:
    lines = "".join(f"LIN+{n}++{4006381330000 + n}:ZZ'QTY+145:{n}:PCE'" for n in range(1, 41))
    text = f"UNH+1+INVRPT:D:96A:UN'BGM+35+R1+9'DTM+366:20260108:102'NAD+SN+4012345000016::9'{lines}UNT+85+1'"
    assert compile_edi(text).is_complete
    r = random.Random(5)
    damaged = []
    for _ in range(60):
        segments = text.split("'")[:-1]
        kind = r.choice(["cut", "lose", "repeat", "letter"])
        at = r.randrange(5, len(segments) - 1)
        if kind == "cut":
            damaged.append(text[: r.randrange(40, len(text) - 12)])
            continue
        if kind == "lose":
            del segments[at]
        elif kind == "repeat":
            segments.insert(at, segments[at])
        else:
            at -= segments[at].startswith("LIN")
            segments[at if segments[at].startswith("QTY") else at + 1] = "QTY+145:1O:PCE"
        damaged.append("'".join(segments) + "'")
    assert not any(outcome.is_complete for outcome in compile_batch(damaged))


def test_a_missing_model_is_one_clear_sentence(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="make train"):
        LlamaEngine(tmp_path / "none.gguf")


@pytest.mark.parametrize("junk", ["DTM'" * 600, "RFF" + "+" * 600 + "X'", "RFF+" + ":" * 6000 + "X'", "QTY'" * 700])
def test_a_chunk_that_no_prompt_can_hold_is_a_problem_and_no_exception(junk: str) -> None:
    text = f"UNH+1+SLSRPT:D:96A:UN'BGM+73E+1+9'{junk}LIN+1++4006381333931:EN'{junk}QTY+153:1'UNT+9+1'"
    outcome = compile_edi(text)
    assert not outcome.is_valid
    assert outcome.problems
