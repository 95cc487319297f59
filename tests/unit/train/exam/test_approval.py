"""What one approval is worth: nothing wrong goes on, whatever a partner beyond the standard sends or loses."""

from udf.train.exam.approval import examine_approval


def test_of_approved_partners_nothing_wrong_goes_on() -> None:
    counts = examine_approval(12, seed=3, messages=2)
    further = {name: n for name, n in counts.further.items() if not name.startswith("own")}
    assert set(further) <= {"exact", "refused"}
    assert counts.further["own exact"] >= counts.partners * 0.7
    assert further["exact"] >= 0.8 * sum(further.values())
    assert counts.damaged["wrong"] == 0
    assert sum(counts.damaged.values()) > 100
