"""Settings in bytes: their default, the most that they may say, and how long a text counts."""

from types import SimpleNamespace

import pytest

from udf.postgres.limits import MESSAGE, OUTCOME, Limit, describe_excess, describe_long_outcome, measure


def test_a_setting_is_asked_for_by_name_with_its_default_and_its_most() -> None:
    asked: list[object] = []
    backend = SimpleNamespace(size_setting=lambda *words: asked.append(words) or 7)
    assert Limit("message", 5, 9).read(backend) == 7  # type: ignore[arg-type]
    assert asked == [(b"tillroll.max_message_bytes", 5, 9)]


def test_no_setting_goes_beyond_what_postgresql_holds_in_one_value() -> None:
    assert all(limit.default <= limit.most <= 1 << 30 for limit in (MESSAGE, OUTCOME))


@pytest.mark.parametrize(
    ("text", "limit", "size"), [("aaaa", 100, 4), ("éé", 3, 4), ("é" * 10, 5, 10), ("é" * 10, 15, 20)]
)
def test_a_text_is_measured_in_bytes_where_they_decide(text: str, limit: int, size: int) -> None:
    assert measure(text, limit) == size
    assert (measure(text, limit) > limit) == (len(text.encode()) > limit)


def test_a_refusal_names_the_setting_and_what_to_do() -> None:
    assert "tillroll.max_message_bytes is 5" in describe_excess("message", 6, 5, MESSAGE).detail
    assert "udf.lines" in describe_long_outcome(6, 5).detail
