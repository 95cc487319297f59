"""What opens a group of lines: a place with its parties and dates."""

import random

from udf.train.corpus.drafts import Draft
from udf.train.corpus.edifact.dialect import EdifactDialect
from udf.train.corpus.edifact.statement import add_parties, add_period, add_place
from udf.train.corpus.values import code


def open_group(dialect: EdifactDialect, r: random.Random, draft: Draft) -> None:
    """A place for the lines below, with the parties and dates that come with it."""
    if dialect.companions_first:
        add_parties(dialect, r, draft, dialect.companions)
    location, location_type = add_place(dialect, r, draft, dialect.where == "loc-group")
    draft.state(location=location, location_type=location_type)
    if not dialect.companions_first and r.random() < 0.5:
        add_parties(dialect, r, draft, dialect.companions)
    elif not dialect.companions_first:
        _add_group_dates(dialect, r, draft)
        add_parties(dialect, r, draft, dialect.companions)
        return
    _add_group_dates(dialect, r, draft)


def _add_group_dates(dialect: EdifactDialect, r: random.Random, draft: Draft) -> None:
    if dialect.when.startswith("group"):
        start, end = add_period(dialect, r, draft, dialect.when[6:])
        draft.state(start=start, end=end)
    if r.random() < 0.1:
        draft.add("RFF", ["AAK", code(r, 3, 8)])
