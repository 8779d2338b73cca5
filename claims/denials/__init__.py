"""After a denial: what a remittance denies, what still stands, and what can be done about it."""
