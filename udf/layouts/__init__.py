"""Layouts that a person has approved: what one looks like, and how a message that is laid out like it is read."""
