"""Partners that send SLSRPT and INVRPT: a dialect is drawn once, and each draft is another message of it."""

from udf.train.corpus.edifact.partner import EdifactPartner

__all__ = ["EdifactPartner"]
