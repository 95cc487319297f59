"""Bytes become segments: encoding, interchange, envelope, delimiters, segments. No meaning is known here."""
