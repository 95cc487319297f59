"""A partner that sends X12: its dialect, and the sets that it writes."""

import random

from udf.train.corpus.drafts import Draft, total
from udf.train.corpus.x12.dialect import X12Dialect
from udf.train.corpus.x12.group import open_group, open_transfer
from udf.train.corpus.x12.header import write_846, write_852, write_867
from udf.train.corpus.x12.line import write_line

_HEADERS = {"852": write_852, "846": write_846, "867": write_867}


class X12Partner(X12Dialect):
    """A dialect of 852, 846 or 867. `draft(r)` gives another set of it."""

    def draft(self, r: random.Random) -> Draft:
        """Another set of this partner: one to three groups, one to three lines each."""
        draft = Draft(self.message_type)
        _HEADERS[self.message_type](self, r, draft)
        draft.close_header()
        counter = 0
        grouped = self.split == "group" or self.ptd
        groups = r.randint(2 if self.split == "group" else 1, 3) if grouped else 1
        for g in range(groups):
            if self.split == "group":
                open_group(self, r, draft)
            if self.ptd:
                open_transfer(self, r, draft)
            lines = r.randint(2 if g == groups - 1 else 1, 3) if not self.ptd else r.choice([1, 1, 2])
            for n in range(lines):
                counter += 1
                # before a place, a line without a quantity does not show where it ends; nor as the last one of lines
                # that end with their places
                last = n == lines - 1 and (g < groups - 1 or self.split == "n1")
                write_line(self, r, draft, counter, may_lack=not last)
        for segment in draft.segments:
            if segment.tag == "QTY" and segment.elements[0] == ["TO"]:
                segment.elements[1] = [total(draft.records)]
        if r.random() < 0.7:
            draft.add("CTT", str(counter))
        draft.add("SE", str(len(draft.segments) + 2), "0001")
        return draft
