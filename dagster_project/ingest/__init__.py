"""From the landing folder into Bronze: files become interchanges, interchanges become messages."""
