"""What a card says that is not measured: purpose, limits, how it is kept up. True of every model.

A sentence here must be true of the program as it is; ``docs/model-card.md`` says how to change it.
"""

from __future__ import annotations

from typing import Final

DEVELOPER: Final = "The Preclear developers (open source, Apache-2.0)"
CONTACT: Final = (
    "For this installation: whoever runs it; the program itself: the issue tracker of the "
    "repository that it was installed from"
)
FUNDING: Final = "None is stated: the program is open source and names no funder."
OUTPUT: Final = (
    "For one claim, before it is sent: the probability that the payer denies it or a line of it, "
    "with an interval; for which category, and with which CARC; at most four reasons; what one "
    "person should do, with the probability after it; and a decision: submit, review or hold."
)
KIND: Final = (
    "A prediction (probability), a classification (category) and a recommendation (action)."
)
PURPOSE: Final = (
    "To tell the billing staff of a medical practice which claims a payer is likely to deny, why, "
    "and what can truthfully be mended before the claim goes out."
)
POPULATION: Final = (
    "Claims (837P and 837I) of the practice whose own history the model learned from, whoever the "
    "patient is. It is not about patients: no diagnosis, treatment or coverage follows from it."
)
USERS: Final = "Billing, coding, registration and authorization staff, and their managers."
ROLE: Final = (
    "It informs. A person decides whether a claim is sent, and attests to every change; the "
    "program never changes a claim."
)
OUT_OF_SCOPE: Final = (
    "Deciding on care, on whether a service is necessary, or on what a patient is told or charged.",
    "Choosing a diagnosis, procedure or modifier for the sake of a lower probability.",
    "Use by a payer to decide on a claim.",
    "Claims of another practice than the one whose history it learned from.",
    "Dental (837D) and pharmacy claims, which it does not read.",
    "Foreseeing rejections (999, 277CA): these are found by rules, not by the model.",
)
RISKS: Final = (
    "A claim that would have been paid is held, and its payment comes later (the false-hold rate "
    "by group is below).",
    "A claim is sent that is denied (the missed rate is below).",
    "A payer changes a rule: until its answers arrive, the model does not know it.",
    "A payer, procedure or provider that the history does not know: the answer says so "
    "(support: thin or none), and its probability is a guess.",
    "Reasons say what moved the model, not what causes a denial.",
    "Work done because of a score changes the outcome: claims that were worked on are no fair "
    "test.",
)
NOT_USED: Final = (
    "paid, allowed, deductible and coinsurance amounts, and any answer to the claim itself",
    "anything known on or after the day on which the claim is judged",
    "names, addresses, postal codes, birth dates, telephone numbers",
    "race, ethnicity, language, religion, sexual orientation, gender identity, marital status",
    "free text",
)
DEMOGRAPHICS: Final = (
    "Used: age in years at service, sex as stated on the claim (F, M, U), and whether the patient "
    "is the insured. Not used, because claims do not state them or they are dropped at reading: "
    "race, ethnicity, language, sexual orientation, gender identity, date of birth, social "
    "determinants of health (but for diagnosis codes that the claim carries), health status."
)
FAIR: Final = (
    "The model is asked whom it holds wrongly: among claims that were paid, the share that it "
    "would have held, by payer type, age band, sex and provider size, with 95 % intervals. The "
    "figures are published with every model and stand in the way of none by themselves: a person "
    "reads them before promoting."
)
MITIGATION: Final = (
    "Age and sex are kept because payers' own rules go by them; no feature is made of names or "
    "places of residence. Rates lean on broader groups where few claims are known, so that a small "
    "payer or provider is not judged by a handful of claims. Advice never touches a diagnosis or a "
    "procedure. No correction by group is applied to probabilities."
)
EXTERNAL: Final = (
    "None. The model is trained and judged on the claims of the installation that uses it, and "
    "nobody outside has tested it."
)
NO_OUTCOME_STUDY: Final = (
    "None: no study of patients' or practices' outcomes was made. Every score is on record with "
    "what became of it (the audit log), so that one could be."
)
MONITORING: Final = (
    "Every score is recorded before it is answered, and joined with the payer's answer when it "
    "arrives. Live precision, recall and calibration by payer are on GET /metrics at any time "
    "(docs/outcomes.md)."
)
MONITOR_FAIR: Final = (
    "With each training: this card's rates by group are measured anew on the latest test period. "
    "Between trainings live figures are by payer alone, for the audit log holds no group."
)
LOCAL: Final = (
    "The test data are local: the claims of the installation that uses the model. The figures "
    "above are the local ones."
)
UPDATES: Final = (
    "When it is trained again (`preclear train`), by the practice's own schedule. A new model is "
    "the challenger: it may answer in shadow, and becomes the champion when the gates of training "
    "pass and a person, or the rule, says so."
)
CORRECTION: Final = (
    "`preclear models rollback` puts the champion before this one back; a running service goes "
    "over within seconds and without dropping a request. Overrides and their reasons are recorded "
    "(`preclear audit override`)."
)
SECURITY: Final = (
    "Self-hosted; no claim leaves the installation. Model files are verified by SHA-256 before "
    "they are parsed, and hold no executable code. Keys, scopes and a signed audit log: "
    "docs/security.md, docs/audit.md."
)
