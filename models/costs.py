"""What work, waiting and rework cost a practice: the settings that a decision by value rests on.

The defaults come from published figures where there are any; ``docs/value.md`` names them. Minutes
are our assumptions but for those of the CAQH Index; a practice sets its own in a small file:

    [minutes]
    verify_eligibility = 5
    obtain_authorization = 25
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final, cast

from claims.categories import Action
from claims.errors import UserError
from claims.settings import Settings

MINUTES: Final[Mapping[Action, float]] = MappingProxyType(
    {
        "submit": 0.0,
        "submit_now": 2.0,
        "verify_eligibility": 8.0,
        "obtain_authorization": 20.0,
        "correct_authorization": 20.0,
        "obtain_referral": 15.0,
        "review_modifier": 10.0,
        "review_coding": 15.0,
        "review_bundling": 10.0,
        "review_medical_necessity": 20.0,
        "attach_documentation": 15.0,
        "prove_timely_filing": 15.0,
        "check_claim_status": 8.0,
        "update_coordination_of_benefits": 15.0,
        "complete_information": 5.0,
        "confirm_coverage": 10.0,
        "confirm_benefit_limit": 8.0,
        "confirm_enrollment": 15.0,
    }
)
_MOST_MINUTES: Final = 480.0


class CostsError(UserError):
    """The file of minutes cannot be used; one sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """Dollars, minutes and chances.

    ``rework``: dollars for working one denied claim; ``reworked``: share of denials that are
    worked at all; ``recovered``: chance that one that is worked is paid; ``delay``: what a dollar
    loses while a denial delays it; ``wage``: dollars a minute; ``minutes``: by action;
    ``tested``/``untested``: chance that an action helps whose what-if was tried, or could not be.
    """

    rework: float
    reworked: float
    recovered: float
    delay: float
    wage: float
    minutes: Mapping[Action, float]
    tested: float
    untested: float

    @classmethod
    def of(cls, settings: Settings) -> Costs:
        """The costs of an installation. Raises ``CostsError`` for a file that cannot be used."""
        own = {} if settings.action_minutes is None else minutes(settings.action_minutes)
        return cls(
            rework=settings.rework_cost,
            reworked=settings.reworked_share,
            recovered=settings.recovery_chance,
            delay=settings.cost_of_capital * settings.delay_days / 365,
            wage=settings.wage_per_hour / 60,
            minutes=MappingProxyType({**MINUTES, **own}),
            tested=settings.tested_helps,
            untested=settings.untested_helps,
        )

    @classmethod
    def usual(cls) -> Costs:
        """The costs of the defaults, whatever the environment says."""
        fields = Settings.model_fields.items()
        return cls.of(Settings.model_construct(**{name: field.default for name, field in fields}))


def minutes(path: Path) -> dict[Action, float]:
    """The minutes by action of a TOML file. Raises ``CostsError``."""
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CostsError(
            f"the minutes of actions in {path} cannot be read ({error.strerror}): "
            "correct PRECLEAR_ACTION_MINUTES or unset it"
        ) from None
    except ValueError as error:
        raise CostsError(f"{path} is not valid TOML ({error}): correct it") from None
    table = said.get("minutes")
    if set(said) != {"minutes"} or not isinstance(table, dict):
        raise CostsError(f"{path} must hold one table, [minutes], with a number for each action")
    for name, value in table.items():
        if name not in MINUTES:
            known = ", ".join(MINUTES)
            raise CostsError(f"{path} gives minutes for {name!r}, which is no action: take {known}")
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise CostsError(f"{path}: the minutes of {name} must be a number")
        if not 0 <= value <= _MOST_MINUTES:
            raise CostsError(f"{path}: the minutes of {name} must lie between 0 and 480")
    return {cast(Action, name): float(value) for name, value in table.items()}
