"""What EDIFACT and X12 say: structures, code lists, and where they put dates, places, items, prices and quantities."""
