"""Messages that are not compiled: their outcome is one problem, which says why."""

import hashlib

from udf.outcome import AnswerTooLargeError, Outcome, Problem

_ADVICE = "Ask the partner to send it as several messages."


class RefusedError(Exception):
    """A message is not compiled, for the problem `code`; the text is a sentence for a person."""

    def __init__(self, message_type: str | None, code: str, detail: str) -> None:
        super().__init__(detail)
        self.message_type, self.code = message_type, code


def too_large(message_type: str | None, why: object) -> RefusedError:
    """What refuses a message of which there is more than is read of one."""
    return RefusedError(message_type, "message-too-large", f"{why} {_ADVICE}")


def refuse(text: str, refusal: RefusedError | AnswerTooLargeError, model: str, compiler: str) -> Outcome:
    """The outcome of a text that is refused, by a compiler of these versions."""
    if isinstance(refusal, AnswerTooLargeError):
        refusal = too_large(refusal.message_type, refusal)
    problem = Problem(
        code=refusal.code, severity="error", span=(0, len(text)) if text else None, detail=str(refusal)
    )  # fmt: skip
    return Outcome(
        message_type=refusal.message_type, is_valid=False, is_complete=False, problems=[problem],
        model_version=model, compiler_version=compiler, verification_hash=hash_document(text, None),
    )  # fmt: skip


def hash_document(text: str, document: str | None) -> str:
    """SHA-256 over the message's UTF-8 bytes and the document's canonical JSON (`outcome.dump_document`)."""
    digest = hashlib.sha256()
    for part in (text, document or "null"):
        for start in range(0, len(part), _PIECE):
            digest.update(part[start : start + _PIECE].encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


_PIECE = 1 << 20
"""Characters that are encoded at once: a document may have a hundred millions."""
