"""What columns are usually called: for each of our fields the names that stand for it.

A pattern is matched against the whole name, its words joined by ``_`` in lower case. The first
field whose pattern and whose values fit takes the column.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from claims.extract.leaks import tokens

if TYPE_CHECKING:
    from claims.extract.fields import Section

_ID = r"(_?(id|no|num|nbr|number|key|cd|code))?"
_DATE = r"(_(date|dt|day|on))"
_WHO = r"(member|mbr|patient|pat|bene|beneficiary|subscriber|subscr|person|enrollee|insured)"


@dataclass(frozen=True, slots=True)
class Guess:
    """A field of ours, the names that stand for it, and whether several columns may be it."""

    section: Section
    field: str
    pattern: re.Pattern[str]
    several: bool = False

    def fits(self, column: str) -> bool:
        """Whether the column's name stands for the field."""
        return self.pattern.fullmatch(plain(column)) is not None


def plain(column: str) -> str:
    """A column's name as the patterns see it."""
    return "_".join(tokens(column))


def _inputs(section: Section, several: bool = False, **patterns: str) -> list[Guess]:
    return [Guess(section, name, re.compile(text), several) for name, text in patterns.items()]


INPUTS: Final[tuple[Guess, ...]] = (
    *_inputs(
        "claims",
        claim_id=rf"(clm|claim){_ID}|claim_?control_?number|clm_cntl_num|icn|dcn|ccn",
        member_id=rf"{_WHO}_?(id|no|num|nbr|number|key)|mrn|(desynpuf|dsysrtky)_?(id)?|mbi|hicn?o?",
        payer_id=r"(payer|payor|carrier|insurer|insurance|plan|health_plan)(_?(id|cd|code|key|no))?",
        payer_name=r"(payer|payor|carrier|insurer|insurance|plan|health_plan)_?(name|nm|desc)",
        filing_code=r"(claim_)?filing_(indicator|code)(_code|_cd)?|line_of_business|lob|plan_type",
        submitted_on=rf"(clm_|claim_|original_)?(submission|submitted|submit|sent|filed|filing|billed"
        rf"|bill|received|receipt|entry){_DATE}(_time|_ts)?",
        admitted_on=rf"(clm_)?(admission|admit|admsn|admitted){_DATE}",
        discharged_on=rf"(nch_bene_)?(discharge|dschrg|dsch|discharged){_DATE}",
        service_from=rf"(clm_|claim_|line_)?(service|svc|srvc|serv|dos|from|start|begin)"
        rf"(_(from|start|begin|first))?{_DATE}?|(clm|claim)_(from|start){_DATE}?|(first|1st)_expns{_DATE}"
        rf"|line_1st_expns_dt|date_of_service|encounter{_DATE}|visit{_DATE}",
        service_to=rf"(clm_|claim_|line_)?((service|svc|srvc|dos)_)?(thru|through|to|end|last){_DATE}?"
        rf"|(service|svc|dos)_(thru|through|to|end){_DATE}?|line_last_expns_dt",
        charge=r"(total_|tot_|clm_|claim_|line_)*(billed|bill|charge|charges|charged|chrg|submitted"
        r"|sbmtd|submitted_charge|sbmtd_chrg)(_charge|_chrg)?(_?(amount|amt|total|usd))?"
        r"|(amount|amt)_(billed|charged)",
        place_of_service=r"(line_)?(pos|place_of_(service|srvc|svc)|plc_srvc|place_service)(_cd|_code)?",
        bill_type=r"(type_of_bill|bill_type|tob|clm_fac_type|facility_type)(_cd|_code)?",
        form=r"(claim|clm)_(form|type|kind)(_cd|_code)?",
        frequency=r"(clm_|claim_)?(frequency|freq)(_cd|_code)?",
        authorization_valid_from=rf"(prior_)?auth(orization)?_(start|from|begin|valid_from|eff){_DATE}?",
        authorization_valid_to=rf"(prior_)?auth(orization)?_(end|to|thru|exp|expiration|valid_to){_DATE}?",
        authorization_units_left=r"(prior_)?auth(orization)?_units(_(left|remaining|open))?",
        authorization_given=r"(prior_|has_)*(auth|authorization|preauth|pa|precert)"
        r"(_?(number|num|no|nbr|id|code|given|flag|on_file|present|obtained))?",
        referral_given=r"(has_)?(referral|rfrl)(_?(number|num|no|id|flag|given|present))?",
        clia_given=r"(line_)?clia(_?(number|num|no|id|flag))?(_lab)?(_num)?",
        eligibility_coverage_end=rf"(coverage|cov|policy|plan|eligibility|elig)_(end|term|termination"
        rf"|thru|to|expiration|exp){_DATE}?|termination{_DATE}|term{_DATE}",
        eligibility_checked_on=rf"(eligibility|elig)_(check|checked|verified|verification){_DATE}?",
        eligibility_active=r"(is_)?(eligibility|elig|coverage|cov)_?(active|verified|flag|status)"
        r"|(is_)?(eligible|active_coverage)",
        birth_date=rf"((patient|pat|member|mbr|bene)_)?(dob|birth{_DATE}|date_of_birth|birthdate)"
        r"|bene_birth_dt",
        age=r"((patient|pat|member|mbr|bene)_)?age(_(at_service|years))?",
        sex=r"((patient|pat|member|mbr|bene)_)?(sex|gender|gndr)(_ident)?(_cd|_code)?",
        relationship=r"(patient_|pat_)?(relationship|relation)(_to_subscriber)?(_cd|_code)?",
        billing_npi=r"(billing|bill|group|org|prvdr_billing)(_provider)?(_?(npi|id))|tin|tax_?(num|id)"
        r"|billing_provider|org_npi(_num)?|provider_?(id|npi)|prvdr(_num|_npi|_id)?",
        rendering_npi=r"(rendering|performing|rndrng|attending|at|prf|physician)(_provider|_physn|_prvdr)?"
        r"(_?(npi|id|physn_npi))?|npi|physician_?(id|npi)|prf_physn_npi",
        referring_npi=r"(referring|rfr|rfrg|ordering)(_provider|_physn|_prvdr)?(_?(npi|id))",
        facility_npi=r"(facility|location|site|clinic|department|dept|service_facility)"
        r"(_?(npi|id|cd|code|key|no))?",
        billing_taxonomy=r"(billing_)?(taxonomy|specialty|prvdr_spclty|provider_specialty)(_cd|_code)?",
        drg=r"(clm_|ms_)?drg(_cd|_code)?",
        admitting_diagnosis=r"admtg_(icd9_|icd10_)?dgns(_cd|_code)?|admitting_(dx|diagnosis)(_code)?",
        diagnosis_version=r"(icd|dx|dgns|diagnosis)(_code)?_(version|ver|vrsn|qualifier)(_cd)?",
        delay_reason=r"delay_reason(_cd|_code)?",
        patient_paid=r"(patient|pat|pt)_(paid|payment)(_?(amount|amt))?",
    ),
    *_inputs(
        "claims",
        several=True,
        diagnoses=r"(prncpal_|principal_|primary_|secondary_)*(icd|icd_?(9|10)(_cm)?|dx|dgns|diag|diagnosis"
        r"|diagnoses)(_dgns|_diag|_diagnosis|_dx)?(_?(cd|code|codes))?(_?\d{1,2})?",
    ),
    *_inputs(
        "lines",
        number=r"(line|ln|srvc_line|service_line|clm_line)(_?(num|no|nbr|number|seq|id))?",
        units=r"(line_)?(units|unit|qty|quantity|srvc_cnt|service_units|unit_count|units_billed)",
        revenue_code=r"(rev|revenue)(_cntr)?(_?(cd|code|center))?",
        ndc_given=r"(line_)?ndc(_?(cd|code|number|num))?",
    ),
    *_inputs(
        "lines",
        several=True,
        procedure=r"(line_)?(cpt|hcpcs|cpt_hcpcs|hcpcs_cpt|proc|procedure|procedures|px)(_?(cd|code|codes))?"
        r"(_?\d{1,2})?",
        modifiers=r"(hcpcs_|cpt_|line_|proc_)*(mod|mods|modifier|modifiers|mdfr|1st_mdfr|2nd_mdfr)"
        r"(_?(cd|code|codes))?(_?\d)?",
        diagnoses=r"ldx|line_(icd|icd_?(9|10)|dx|diag|diagnosis)(_dgns)?(_?(cd|code))?(_?\d{1,2})?",
    ),
)
OUTCOMES: Final[tuple[Guess, ...]] = (
    *_inputs(
        "remittances",
        claim_id=rf"(clm|claim){_ID}|claim_?control_?number|clm_cntl_num|icn|dcn|ccn",
        known_on=rf"(remit|remittance|era|eob|835|adjudication|adjudicated|processed|process|decision"
        rf"|response){_DATE}",
        payment_date=rf"(paid|payment|pmt|check|eft){_DATE}",
        line_number=r"(line|ln|srvc_line|service_line|clm_line)(_?(num|no|nbr|number|seq))?",
        denied=r"(is_|was_|line_|claim_|clm_)*(denied|denial)(_(flag|ind|indicator|line|yn))?",
        carc=r"(claim_|line_|primary_|denial_)*(carc|denial_reason|adjustment_reason|adj_reason|reason"
        r"|denial)(_?(cd|code|codes))|carcs?",
        status=r"(claim_|clm_|line_|adjudication_)*(status|disposition|outcome)(_?(cd|code))?|clp02",
        category=r"(denial_|denied_)?(category|reason_category|reason_group)",
        group=r"(adjustment_|adj_|cas_)?group(_?(cd|code))",
        adjusted=r"(adjustment|adj|adjusted)(_?(amount|amt))",
        paid=r"(line_|clm_|claim_|total_|nch_)*(paid|pmt|payment|pymt)(_?(amount|amt))?"
        r"|(amount|amt)_paid",
        patient_responsibility=r"(patient|pat|pt)_(responsibility|resp)(_?(amount|amt))?",
        charge=r"(total_|clm_|claim_|line_)*(billed|charge|charged|chrg)(_?(amount|amt))?",
        payer_id=r"(payer|payor|carrier|insurer|plan)(_?(id|cd|code))?",
    ),
    *_inputs("remittances", several=True, remarks=r"(rarc|remark)s?(_?(cd|code|codes))?(_?\d)?"),
)
