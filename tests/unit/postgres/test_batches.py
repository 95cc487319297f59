"""Batches of pending messages: of at most so many, and of so many bytes unless one message is larger."""

from udf.postgres.batches import cut


def test_a_batch_ends_at_a_number_of_messages() -> None:
    assert list(cut([(str(number), 1) for number in range(5)], 2, 100)) == [["0", "1"], ["2", "3"], ["4"]]


def test_a_batch_ends_before_the_message_that_would_make_it_too_large() -> None:
    assert list(cut([("a", 60), ("b", 50), ("c", 50)], 10, 100)) == [["a"], ["b", "c"]]


def test_a_message_larger_than_a_batch_is_one_by_itself() -> None:
    assert list(cut([("a", 10), ("b", 1000), ("c", 10)], 10, 100)) == [["a"], ["b"], ["c"]]


def test_nothing_pending_is_no_batch() -> None:
    assert list(cut([], 10, 100)) == []
