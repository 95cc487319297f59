"""A partner that sends EDIFACT: its dialect, and the messages that it writes."""

import random

from udf.train.corpus.drafts import Draft, total
from udf.train.corpus.edifact.dialect import EdifactDialect
from udf.train.corpus.edifact.group import open_group
from udf.train.corpus.edifact.header import write_header
from udf.train.corpus.edifact.line import write_line
from udf.train.corpus.values import money


class EdifactPartner(EdifactDialect):
    """A dialect of SLSRPT or INVRPT. `draft(r)` gives another message of it."""

    def draft(self, r: random.Random) -> Draft:
        """Another message of this partner: one to three groups, one to three lines each."""
        draft = Draft(self.message_type)
        write_header(self, r, draft)
        draft.close_header()
        groups = r.randint(1, 3) if self.where.endswith("group") else 1
        counter = 0
        for g in range(groups):
            if self.where.endswith("group"):
                open_group(self, r, draft)
                if groups == 1 and not (self.sales and self.where == "loc-group"):
                    draft.close_header()  # a place that stands once is the header's, with the dates behind it
            lines = r.randint(2 if groups > 1 and g == groups - 1 else 1, 3)
            for n in range(lines):
                counter += 1
                # Before a place, a line without a quantity does not show where it ends; nor as the last one of lines
                # that end with their places, nor where a stray UNS may end them all, nor beside lines that end with a
                # party.
                last = n == lines - 1 and (g < groups - 1 or self.where.endswith("after"))
                may_lack = not (last or "XYZ" in self.extras or self.bystanders)
                write_line(self, r, draft, counter, may_lack)
        if self.section:
            draft.add("UNS", "S")
            if self.sales and self.amount != "none" and r.random() < 0.3:
                draft.add("MOA", ["86", money(r)])
        for control in self.controls:
            draft.add("CNT", [control, total(draft.records) if control == "1" else str(counter)])
        draft.add("UNT", str(len(draft.segments) + 2), "1")
        return draft
