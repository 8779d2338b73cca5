"""All mechanisms, in the order in which a payer's system looks: the first that denies, speaks."""

from __future__ import annotations

from typing import Final

from data_synth.mechanisms.authorization import Authorization
from data_synth.mechanisms.base import Mechanism, Speech
from data_synth.mechanisms.benefit_limit import BenefitLimit
from data_synth.mechanisms.bundling import Bundling
from data_synth.mechanisms.coding import Coding
from data_synth.mechanisms.coordination import Coordination
from data_synth.mechanisms.documentation import Documentation
from data_synth.mechanisms.duplicate import Duplicate
from data_synth.mechanisms.eligibility import Eligibility
from data_synth.mechanisms.enrollment import Enrollment
from data_synth.mechanisms.medical_necessity import MedicalNecessity
from data_synth.mechanisms.missing_information import MissingInformation
from data_synth.mechanisms.non_covered import NonCovered
from data_synth.mechanisms.plain_error import Downtime, PlainError
from data_synth.mechanisms.referral import Referral
from data_synth.mechanisms.timely_filing import TimelyFiling

__all__ = ["MECHANISMS", "Mechanism", "Speech"]

MECHANISMS: Final[tuple[Mechanism, ...]] = (
    Duplicate(),
    Eligibility(),
    TimelyFiling(),
    Enrollment(),
    Downtime(),
    PlainError(),
    Coordination(),
    MissingInformation(),
    Referral(),
    Authorization(),
    NonCovered(),
    BenefitLimit(),
    Coding(),
    Bundling(),
    MedicalNecessity(),
    Documentation(),
)
