"""Measurements: each names its peer, runs beside it, and prints ratios."""
