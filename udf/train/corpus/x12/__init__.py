"""Partners that send X12 852, 846 and 867: a dialect is drawn once, and each draft is another set of it."""

from udf.train.corpus.x12.partner import X12Partner

__all__ = ["X12Partner"]
