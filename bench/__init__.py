"""The benchmark: ``python -m bench`` (make bench) measures Tillroll and what it is compared with, side by side."""
