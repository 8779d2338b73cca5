"""Probabilities and their intervals as counts of claims, which people read more truly."""

from __future__ import annotations


def in_words(probability: float) -> str:
    """A probability as a count of claims, which people read more truly than a percentage.

    >>> in_words(0.71)
    'Of 100 claims like this one, about 71 would be denied.'
    >>> in_words(0.004), in_words(0.9999)
    ('Of 1,000 claims like this one, about 4 would be denied.', 'Nearly all claims like this one \
would be denied.')
    """
    if probability > 0.995:
        return "Nearly all claims like this one would be denied."
    if probability < 0.0005:
        return "Hardly any claim like this one would be denied."
    of = 100 if probability >= 0.0095 else 1000
    return f"Of {of:,} claims like this one, about {probability * of:.0f} would be denied."


def ends_in_words(low: float, high: float) -> str:
    """Between which rates claims like this one are denied, as counts of claims.

    >>> print(ends_in_words(0.584, 0.8))  # doctest: +NORMALIZE_WHITESPACE
    In the long run, between 58 and 80 of 100 claims like this one (same payer and procedure, as
    well known) are denied: that holds for nine of ten such groups of claims.
    """
    of = 100 if high >= 0.0095 else 1000
    return (
        f"In the long run, between {_below(low * of)} and {_above(high * of, of)} of {of:,} claims "
        "like this one (same payer and procedure, as well known) are denied: that holds for nine "
        "of ten such groups of claims."
    )


def _below(count: float) -> str:
    return "none" if count < 0.5 else f"{count:.0f}"


def _above(count: float, of: int) -> str:
    return "all" if count >= of - 0.5 else f"{max(count, 1.0):.0f}"
