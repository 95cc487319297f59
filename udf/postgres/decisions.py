"""What people have decided for partners and what holds of it (silver.decisions), read before each batch."""

import json

from udf.postgres.database import Database, Statement
from udf.standards.reference import Decision

_DECISIONS = Statement("select review_id, kind, partner, message_type, decision::text from silver.decisions order by 1")


def read_decisions(database: Database) -> list[Decision]:
    """The decisions that hold.

    Of one that is made after this the next batch hears: the outcomes of this one say what they were made under, and are
    pending again then.
    """
    rows = database.fetch(_DECISIONS)
    return [Decision(number, kind, partner, type_, json.loads(row)) for number, kind, partner, type_, row in rows]
