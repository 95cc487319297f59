"""All plans: learnt from what the model read and the gatekeeper proved, tried first, revoked where they disagree."""

import hashlib
import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain, islice, pairwise
from typing import NamedTuple

from udf.arguments import is_long
from udf.message import Message
from udf.outcome import Envelope, Outcome, dump_problems
from udf.plans.conversions import NotPlainError
from udf.plans.example import UntraceableError
from udf.plans.features import Seen, gather, may_be_swapped
from udf.plans.learning import LONGEST_LESSON, dialect_of, find_blamed, make_plan, read_pieces
from udf.plans.matching import Piece, UnusualError, find_known_pieces
from udf.plans.partner import PartnerPlans
from udf.plans.plan import PROOFS, Arrangement, Dialect, Plan, arrange
from udf.plans.profiles import Profile
from udf.plans.replay import Replayed, replay, replay_text
from udf.plans.rows import ArrangementRow, PlanRow, read_row, write_arrangement, write_row
from udf.standards.reference import Reference

SHADOW = 64
"""One in so many messages that plans compile is read by the model as well."""
PLANS_OF_A_PARTNER = 500
"""Shapes that are kept for one partner; one that has more has no habits worth learning."""
_LOOKED_AT = 20
"""Pieces of a message that are looked at where all its values are written as usual."""
_PATIENCE = 20
"""Failures in a row after which a partner's messages are looked at for plans less often."""


class Disagreement(NamedTuple):
    """A message, named by the SHA-256 of its text, that plans and model read differently, or in another dialect.

    The blamed plans are revoked, but for pinned ones.
    """

    content_sha256: str
    plans: tuple[str, ...]
    revoked: tuple[str, ...]
    """Those of them whose outcomes are made again: none where the dialect has changed since."""
    detail: str


class PlanBook:
    """The plans of all partners, in one process."""

    def __init__(self, reference: Reference, shadow: int = SHADOW) -> None:
        self._reference = reference
        self._shadow = shadow
        self._partners: dict[tuple[str | None, ...], PartnerPlans] = {}
        self._by_id: dict[str, Plan] = {}
        self._changed: set[str] = set()
        self._disagreements: list[Disagreement] = []
        self._proved: list[ArrangementRow] = []

    def __len__(self) -> int:
        return len(self._by_id)

    @staticmethod
    def partner_key(envelope: Envelope | None) -> tuple[str | None, ...]:
        """What an envelope tells of whose plans a message may have; as `Dialect.partner_key`."""
        known = envelope or Envelope()
        version = (known.version or "") if known.standard == "X12" else ""
        return known.sender or "", known.una, known.decimal_mark, version

    def _partner_of(self, dialect: Dialect) -> PartnerPlans:
        return self._partners.setdefault(dialect.partner_key, PartnerPlans())

    def replay(self, text: str, envelope: Envelope | None) -> Replayed | None:
        """The message as its plans read it, None where it needs the model, as one that is a test does."""
        known = envelope or Envelope()
        partner = self._partners.get(self.partner_key(known))
        if partner is None or known.is_test or is_long(known):
            return None
        try:
            found = replay_text(partner, text, known)
        except UnusualError:
            return self._replay_unusual(partner, text, known)
        if found is None:
            return None
        replayed, header = found
        profile = partner.profiles[header.dialect]
        if profile.let_pass():
            if profile.is_open:
                self._changed.add(header.plan_id)
            return replayed
        look = _gather(islice(find_known_pieces(partner, text), _LOOKED_AT))
        return replayed if look is None or self._fits_profile(partner, text, *look) else None

    def _replay_unusual(self, partner: PartnerPlans, text: str, envelope: Envelope) -> Replayed | None:
        """A message of known shapes in which a value is not written as usual."""
        found = replay_text(partner, text, envelope, is_wide=True)
        values = _gather(find_known_pieces(partner, text))
        if values is None:
            return None
        is_proved = found is not None and not may_be_swapped(values[1])
        return found[0] if self._fits_profile(partner, text, *values, is_proved) and found and is_proved else None

    def _fits_profile(
        self, partner: PartnerPlans, text: str, header: Plan, found: Mapping[str, Seen], is_proved: bool = True
    ) -> bool:
        """Whether the values of a message are of its partner's dialect; if so they are learnt where they are proved.

        If not, the plans that read what has changed are revoked. What they have compiled stands: it was as usual.
        """
        dialect = header.dialect
        profile = partner.profiles[dialect]
        is_news = not profile.is_settled
        changed = profile.judge(found, is_proved)
        if partner.keep_to_profile(dialect) or is_news or changed or profile.is_open:
            self._changed.add(header.plan_id)
        if not changed:
            return True
        blamed = [
            plan for plan in partner.plans_of(dialect)
            if plan.runs and any(role in changed for _, role, _ in plan.watched)
        ]  # fmt: skip
        what = "; ".join(f"{role}: {change}" for role, change in sorted(changed.items()))
        detail = (
            f"The partner {dialect.partner or 'without a name'} may have changed its {dialect.message_type}. {what}."
        )
        self._revoke(blamed, text, detail, takes_back=False)
        return False

    def trace(self, text: str, envelope: Envelope | None, used: Sequence[str]) -> list[tuple[int, str]]:
        """Where each piece of a message begins that plans have compiled, and the id of its plan; `used` are all ids.

        Nothing where the plans have changed since.
        """
        partner = self._partners.get(self.partner_key(envelope))
        if partner is None:
            return []
        pieces = [(match.start(), plan.plan_id) for plan, match in find_known_pieces(partner, text)]
        return pieces if {plan_id for _, plan_id in pieces} == set(used) else []

    def is_sampled(self, text: str) -> bool:
        """Whether the model reads this message too, although plans can: always the same answer for the same text."""
        return bool(self._shadow) and zlib.crc32(text.encode("utf-8", "surrogatepass")) % self._shadow == 0

    def compare(self, text: str, replayed: Replayed, outcome: Outcome, document: str | None) -> bool:
        """Whether the model's reading is that of the plans. Where it is not, they are revoked and it is noted."""
        if outcome.is_complete and document is not None and document == replayed.document:
            return True
        used = [self._by_id[plan_id] for plan_id in replayed.plans]
        blamed = find_blamed(used, replayed.document, document) if outcome.is_complete and document else used
        detail = "The model read a message otherwise than the plans did."
        self._revoke(blamed, text, detail)
        return False

    def learn(self, message: Message, outcome: Outcome, document: str) -> None:
        """Take plans from a message that the model read and the gatekeeper proved, or count it as their proof.

        A test (UNB 0035, ISA15) teaches nothing: its values are made up. Nor does a body without service segments.
        """
        if message.envelope.is_test or message.is_body:
            return
        if not outcome.is_complete or message.segments[message.first].start or len(message.units) > LONGEST_LESSON:
            return
        dialect = dialect_of(message)
        partner = self._partner_of(dialect)
        if partner.failures[dialect] > _PATIENCE and zlib.crc32(message.text.encode("utf-8", "surrogatepass")) % 16:
            return
        partner.failures[dialect] += 1
        pieces = self._find_pieces(partner, message, dialect)
        if pieces is None:
            return
        plans = [plan for plan, _ in pieces]
        if any(one.kind == "group" and other.kind != "line" for one, other in pairwise(plans)):
            return  # whether a place without lines is told of depends on the place
        try:
            replayed, _ = replay(partner, message.text, pieces, message.envelope)
        except (NotPlainError, UntraceableError):
            return
        if dump_problems(replayed.problems) != dump_problems(outcome.problems):
            return
        if replayed.document != document:
            blamed = find_blamed(plans, replayed.document, document)
            self._revoke(blamed, message.text, "It did not write what the model had read.")
            return
        partner.failures[dialect] = 0
        values = _gather(pieces)
        if values is None or not self._fits_profile(partner, message.text, *values):
            return
        if not partner.is_proved(plans):
            partner.prove(arrange(plans), frozenset(plans))
            self._proved.append(write_arrangement(plans))
        for plan in set(plans):  # a message is one proof, however many of its lines have a plan's shape
            if plan.proofs < PROOFS:
                plan.proofs += 1
                self._changed.add(plan.plan_id)

    def _find_pieces(self, partner: PartnerPlans, message: Message, dialect: Dialect) -> list[Piece] | None:
        """The plan of each piece of a message, known ones and new ones; None where one has none."""
        pieces: list[Piece] = []
        for piece in read_pieces(message):
            plan = partner.find(piece.kind, dialect, message.text, piece.span)
            if plan is None:
                plan = make_plan(message, dialect, piece) if len(partner) < PLANS_OF_A_PARTNER else None
                plan = plan and self._put(partner, plan)
            elif plan.records != piece.records and plan.status != "revoked":
                self._revoke([plan], message.text, "The model read one shape in two ways.")
            if plan is None or plan.status == "revoked":
                return None
            match = plan.pattern.fullmatch(message.text, *piece.span)
            if match is None or plan.records != piece.records:
                return None
            if not plan.runs:
                plan.confidence = min(plan.confidence, piece.confidence)
            pieces.append((plan, match))
        return pieces if len(pieces) > 2 else None

    def _put(self, partner: PartnerPlans, plan: Plan) -> Plan:
        """Add a plan, unless it is known; as it is known from then on."""
        if plan.plan_id not in self._by_id:
            partner.put(plan)
            plan.keep_to(partner.profiles[plan.dialect])
            self._by_id[plan.plan_id] = plan
            self._changed.add(plan.plan_id)
        return self._by_id[plan.plan_id]

    def _revoke(self, blamed: Sequence[Plan], text: str, reason: str, takes_back: bool = True) -> None:
        """End plans for a message, but for pinned ones; if one of them ran, it is reported.

        `takes_back` where what they have compiled is in doubt.
        """
        ran = any(plan.runs for plan in blamed)
        revoked = [plan for plan in blamed if plan.status != "pinned"]
        for plan in revoked:
            plan.status, plan.reason = "revoked", reason
            self._changed.add(plan.plan_id)
        if ran:
            digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
            names, ended = (tuple(plan.plan_id for plan in plans) for plans in (blamed, revoked))
            self._disagreements.append(Disagreement(digest, names, ended if takes_back else (), reason))

    def forget(self, partners: Collection[str]) -> None:
        """Have no plans of these partners, for whom other decisions hold from now on."""
        self._partners = {key: plans for key, plans in self._partners.items() if key[0] not in partners}
        self._by_id = {name: plan for name, plan in self._by_id.items() if plan.dialect.partner not in partners}
        self._changed &= self._by_id.keys()

    def load(self, rows: Iterable[PlanRow]) -> list[tuple[str, str]]:
        """Take plans from a table; what an operator said of one there holds over what is known here.

        Rows that cannot be read are left out: their ids, each with the reason. And those that were learnt while other
        decisions held for their partner.
        """
        unreadable: list[tuple[str, str]] = []
        for row in rows:
            try:
                if self._reference.decided(row.partner, row.message_type).in_force == tuple(row.decisions):
                    self._load_one(row)
            except Exception as fault:  # whatever a row holds that an operator may write
                unreadable.append((row.plan_id, f"{type(fault).__name__}: {fault}"))
        return unreadable

    def _load_one(self, row: PlanRow) -> None:
        plan = self._by_id.get(row.plan_id)
        if plan is None:
            plan = read_row(row, self._reference)
            Profile().take(row.profile)  # a header without its profile would run on whatever fits its shape
            self._put(self._partner_of(plan.dialect), plan)
            self._changed.discard(plan.plan_id)
        plan.status, plan.reason = row.status, row.reason
        plan.proofs = max(plan.proofs, row.proofs)
        partner = self._partner_of(plan.dialect)
        if partner.profiles[plan.dialect].take(row.profile):
            partner.keep_to_profile(plan.dialect)

    def load_arrangements(self, rows: Iterable[ArrangementRow]) -> None:
        """Take proved arrangements from a table; those of plans that are not known are left out."""
        for row in rows:
            ids = (row.header, row.first, row.last, row.trailer, *row.plans)
            if all(plan_id in self._by_id for plan_id in ids):
                header, first, last, trailer, *plans = (self._by_id[plan_id] for plan_id in ids)
                order = frozenset(tuple(pair.split(">", 1)) for pair in row.order)
                arrangement = Arrangement(header, first, last, trailer, order)  # type: ignore[arg-type]
                self._partner_of(header.dialect).prove(arrangement, frozenset(plans))

    def take_proved(self) -> list[ArrangementRow]:
        """Arrangements that were proved since this was last asked."""
        found, self._proved = self._proved, []
        return found

    def take_changed(self) -> list[PlanRow]:
        """Plans that are new or changed since this was last asked."""
        changed, self._changed = self._changed, set()
        plans = [self._by_id[plan_id] for plan_id in sorted(changed)]
        return [write_row(plan, self._partner_of(plan.dialect).profiles[plan.dialect]) for plan in plans]

    @property
    def has_disagreements(self) -> bool:
        """Something waits for `take_disagreements`."""
        return bool(self._disagreements)

    def take_disagreements(self) -> list[Disagreement]:
        """What plans and model have disagreed on since this was last asked."""
        found, self._disagreements = self._disagreements, []
        return found


def _gather(pieces: Iterable[Piece]) -> tuple[Plan, dict[str, Seen]] | None:
    """The header's plan, and what the values of all pieces are like; None where there are no pieces."""
    following = iter(pieces)
    first = next(following, None)
    if first is None:
        return None
    header, match = first
    return header, gather((plan.watched, m.groups()) for plan, m in chain([(header, match)], following))
