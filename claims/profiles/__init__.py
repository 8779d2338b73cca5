"""Payers' habits as data: ``load_profiles(path)``, then ``profiles.of(payer_id, filing_code)``."""

from claims.profiles.read import load_profiles, parse_profiles, starter
from claims.profiles.types import Profile, Profiles, Requirement

__all__ = ["Profile", "Profiles", "Requirement", "load_profiles", "parse_profiles", "starter"]
