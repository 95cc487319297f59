"""The judge: what must hold in a message and in a reading of it before a single value counts."""
