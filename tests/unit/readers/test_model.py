"""How the model is asked: once where the judge agrees, again with the next-best answers where it does not."""

from collections.abc import Callable, Sequence

from udf.engines.engine import Answer, Prompt
from udf.findings import Finding
from udf.language.prompts import encode_chunk
from udf.language.vocabulary import EOS, NONE
from udf.message import Message, Unit, read_message
from udf.readers.model import ATTEMPTS, DOUBTFUL, ModelReader
from udf.reading import Record
from udf.standards.reference import load_reference

HEAD = "UNH+1+SLSRPT:D:96A:UN'BGM+73E+S1+9'DTM+90:20260105:102'DTM+91:20260111:102'LOC+162+4012345000016::9'"
DOUBT = Finding("item-misplaced", "for a test")
FAULT = Finding("quantity-not-a-number", "for a test")


class Watched:
    """An engine that answers «no record» with doubt in it, and remembers what it was asked."""

    def __init__(self, fault: str = "") -> None:
        self.asked: list[tuple[int, ...]] = []
        self.fault = fault

    def answer(self, prompts: Sequence[Prompt], prefixes: Sequence[tuple[int, ...]] | None = None) -> list[Answer]:
        self.asked += prefixes or [()] * len(prompts)
        return [Answer((EOS,), (0.1,), (EOS,), self.fault) for _ in prompts]


def report(lines: int = 1) -> Message:
    body = "".join(f"LIN+{n}++{4006381333931 + n}:EN'QTY+153:{n}'" for n in range(1, lines + 1))
    return read_message(f"{HEAD}{body}UNT+{6 + 2 * lines}+1'", None, load_reference())


def lines_of(message: Message) -> list[tuple[Message, Unit]]:
    return [(message, unit) for unit in message.units if unit.chunks[0].kind == "line"]


def judge_by(*findings: Finding) -> Callable[[Message, Unit], Sequence[Finding]]:
    return lambda message, unit: findings


def test_what_the_judge_takes_is_asked_once() -> None:
    engine = Watched()
    work = lines_of(report(3))
    ModelReader(engine).read(work, judge_by())
    assert engine.asked == [()] * 3
    assert [(unit.tries, unit.findings) for _, unit in work] == [(1, ())] * 3


def test_what_it_refuses_is_asked_again_with_the_next_best_beginnings() -> None:
    engine = Watched()
    ((message, unit),) = lines_of(report())
    ModelReader(engine).read([(message, unit)], judge_by(DOUBT))
    assert engine.asked == [(), (EOS,)]  # one step was in doubt, so there is one other answer
    assert (unit.tries, list(unit.findings)) == (2, [DOUBT])


class Doubting(Watched):
    """An engine that is the less sure the later it is asked."""

    def answer(self, prompts: Sequence[Prompt], prefixes: Sequence[tuple[int, ...]] | None = None) -> list[Answer]:
        self.prompts = [prompt.tokens for prompt in prompts]
        self.asked += prefixes or [()] * len(prompts)
        return [Answer((EOS,), (0.5 / (1 + n),), (NONE,)) for n in range(len(prompts))]


def test_of_a_line_that_is_asked_in_parts_the_most_doubtful_part_is_asked_again() -> None:
    quantities = "".join(f"QTY+153:{n}:PCE'LOC+162+{n}'" for n in range(1, 12))
    message = read_message(f"{HEAD}LIN+1++4006381333931:EN'{quantities}UNT+29+1'", None, load_reference())
    ((_, unit),) = work = lines_of(message)
    parts = len(unit.chunks)
    assert parts > 2
    engine, verdicts = Doubting(), iter([[DOUBT], []])
    last, _ = encode_chunk("line", "SLSRPT", unit.chunks[-1].segments)
    ModelReader(engine).read(work, lambda message, unit: next(verdicts))
    assert engine.asked == [()] * parts + [(NONE,)]
    assert engine.prompts == [last]
    assert (unit.tries, unit.findings) == (2, ())


def test_an_answer_is_tried_as_often_as_it_is_allowed_to_be() -> None:
    engine = Watched()
    work = lines_of(report())
    ModelReader(engine, attempts=1).read(work, judge_by(DOUBT))
    assert engine.asked == [()]
    assert ATTEMPTS == 4  # DESIGN: the first answer, then the next-best ones, four in all


def test_what_the_source_gets_wrong_no_other_answer_is_asked_for() -> None:
    engine = Watched()
    ModelReader(engine).read(lines_of(report()), judge_by(FAULT))
    assert engine.asked == [()]


def test_a_message_of_which_nearly_nothing_is_understood_is_not_asked_again() -> None:
    engine = Watched()
    ModelReader(engine).read(lines_of(report(DOUBTFUL + 1)), judge_by(DOUBT))
    assert len(engine.asked) == DOUBTFUL + 1


def test_an_answer_that_cannot_be_read_is_a_finding_and_no_exception() -> None:
    ((message, unit),) = lines_of(report())
    ModelReader(Watched("the engine is tired")).read([(message, unit)], judge_by())
    (finding,) = unit.findings
    assert finding.code == "output-format"
    assert "the engine is tired" in finding.detail


def test_a_later_answer_that_is_taken_replaces_the_first() -> None:
    verdicts = iter([[DOUBT], []])
    ((message, unit),) = lines_of(report())
    ModelReader(Watched()).read([(message, unit)], lambda message, unit: next(verdicts))
    assert (unit.tries, unit.findings) == (2, ())
    assert [number for number, _, _ in unit.log] == [1, 2]


def test_a_guess_is_made_for_what_is_asked_and_for_nothing_else() -> None:
    message = report()
    guessed: list[Unit] = []

    class Curious(Watched):
        def answer(self, prompts: Sequence[Prompt], prefixes: Sequence[tuple[int, ...]] | None = None) -> list[Answer]:
            for prompt in prompts:
                assert prompt.guess is not None
                assert list(prompt.guess()) == [EOS]
            return super().answer(prompts, prefixes)

    def guess(_: Message, unit: Unit) -> list[list[Record]]:
        guessed.append(unit)
        return [[] for _ in unit.chunks]

    ModelReader(Curious(), guess=guess).read(lines_of(message), judge_by())
    assert guessed == [unit for _, unit in lines_of(message)]


def test_a_guess_that_points_at_what_is_not_shown_is_none() -> None:
    message = report()

    class Curious(Watched):
        def answer(self, prompts: Sequence[Prompt], prefixes: Sequence[tuple[int, ...]] | None = None) -> list[Answer]:
            assert [list(prompt.guess()) for prompt in prompts if prompt.guess] == [[EOS]]
            return super().answer(prompts, prefixes)

    ModelReader(Curious(), guess=lambda _, unit: [[{"quantity": (99, 0, 1)}]]).read(lines_of(message), judge_by())
