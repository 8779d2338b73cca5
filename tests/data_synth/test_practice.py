from __future__ import annotations

import re

import numpy as np
import pytest

from data_synth.codes import diagnoses, procedures, visits
from data_synth.config import WorldConfig
from data_synth.names import claim_id, member_id, payer_claim_number
from data_synth.payers import PAYERS
from data_synth.practice import build_practice, npi

PROCEDURE = re.compile(r"\d{5}|[A-V]\d{4}")
DIAGNOSIS = re.compile(r"[A-TV-Z]\d[0-9A-Z][0-9A-Z]{0,4}")
TAXONOMY = re.compile(r"[0-9A-Z]{9}X")


def test_npi_has_the_check_digit_of_the_published_example() -> None:
    assert npi(123456789) == "1234567893"  # CMS, NPI check digit calculation


def test_all_npis_are_valid_and_distinct() -> None:
    practice = build_practice(WorldConfig(claims=50_000, seed=9))
    numbers = [
        *practice.location_npi,
        *practice.provider_npi,
        *practice.referrers,
        practice.group_npi,
        practice.hospital_npi,
    ]
    assert len(set(numbers)) == len(numbers)
    for number in numbers:
        assert number[0] in "12"
        assert npi(int(number[:9])) == number


def test_staff_differ_in_care_and_by_policy_seed() -> None:
    one = build_practice(WorldConfig(seed=1))
    other = build_practice(WorldConfig(seed=1, policy_seed=2))
    assert np.ptp(one.auth_care) > 0.05
    assert one.provider_npi == other.provider_npi
    assert not np.array_equal(one.auth_care, other.auth_care)


def test_codes_have_their_public_shape() -> None:
    assert all(PROCEDURE.fullmatch(code) for code in procedures.CODES)
    assert len(set(procedures.CODES)) == len(procedures.CODES)
    assert all(DIAGNOSIS.fullmatch(code) for code in diagnoses.CODES)
    assert len(set(diagnoses.CODES)) == len(diagnoses.CODES)
    assert all(TAXONOMY.fullmatch(row[0]) for row in visits.SPECIALTIES.values())


def test_pairs_and_companions_name_known_codes() -> None:
    for first, second in procedures.PAIRS:
        assert first in procedures.PLACE
        assert second in procedures.PLACE
    for addon, companion in procedures.COMPANIONS.items():
        assert addon in procedures.PLACE
        assert companion in procedures.PLACE


def test_every_specialty_has_visits_and_every_template_a_specialty() -> None:
    assert {row.specialty for row in visits.TEMPLATES} == set(visits.SPECIALTIES)
    assert all(row.slots and row.places and row.groups for row in visits.TEMPLATES)


@pytest.mark.parametrize("payer", range(len(PAYERS)))
def test_member_ids_are_distinct(payer: int) -> None:
    ids = {member_id(payer, 1_000_000 + 37 * number) for number in range(20_000)}
    assert len(ids) == 20_000
    assert all(2 <= len(text) <= 80 and text.isalnum() for text in ids)


def test_claim_ids_are_distinct_and_tell_no_order() -> None:
    ids = [claim_id(5, number) for number in range(50_000)]
    assert len(set(ids)) == len(ids)
    values = np.array([int(text) for text in ids], dtype=np.float64)
    assert abs(np.corrcoef(values, np.arange(len(values)))[0, 1]) < 0.02


def test_payer_claim_numbers_are_distinct() -> None:
    numbers = {payer_claim_number(3, row) for row in range(50_000)}
    assert len(numbers) == 50_000
