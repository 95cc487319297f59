"""The exam: messages of drawn partners and of others, who reads them how well, and the tables of it."""
