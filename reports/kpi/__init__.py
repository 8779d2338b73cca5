"""Key performance indicators: each with its definition, its denominator and its date."""
