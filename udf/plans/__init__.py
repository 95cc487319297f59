"""Readings that were proved, kept as plans: learnt, run without the model, compared with it, revoked."""
