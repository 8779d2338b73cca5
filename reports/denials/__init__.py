"""The way of each denial: from the answer that made it to what became of it."""
