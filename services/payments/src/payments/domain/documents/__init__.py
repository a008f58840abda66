"""Accounting documents: what they say, how they are numbered and taxed, and what follows from a journal."""
