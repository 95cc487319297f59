"""Wrong answers and damaged messages, by kind, and what gets past the gatekeeper."""
