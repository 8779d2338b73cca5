"""All settings of Preclear, from environment variables named ``PRECLEAR_...``.

``docs/settings.md`` lists them; a test holds that none is missing there. A new setting is a field
here with a description, and a row there.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from claims.errors import UserError

PREFIX = "PRECLEAR_"


class Settings(BaseSettings):
    """What can be set; each default works on one machine for one practice.

    >>> Settings(home="elsewhere").home
    PosixPath('elsewhere')
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    home: Path = Field(
        Path("var"),
        description="folder for all state: the secret, the running history, the audit log",
    )
    mlruns: Path = Field(
        Path("mlruns"), description="folder of the model registry (MLflow); nothing of a claim"
    )
    database_url: str | None = Field(
        None,
        description="postgresql://... of the audit log's database; unset: SQLite in the home",
        repr=False,
    )
    carc_csv: Path | None = Field(
        None, description="your own copy of the official CARC list, a CSV with code and description"
    )
    payers: Path | None = Field(
        None, description="your own payers.toml (docs/edits.md); unset: the starter set"
    )
    icd10cm: Path | None = Field(
        None, description="CMS's yearly ICD-10-CM lists, a file or a folder; unset: form alone"
    )
    hcpcs: Path | None = Field(
        None, description="CMS's HCPCS Level II lists, a file or a folder; unset: form alone"
    )
    ncci: Path | None = Field(
        None, description="CMS's NCCI PTP files for practitioners, a file or a folder"
    )
    mue: Path | None = Field(
        None, description="CMS's MUE files for practitioners, a file or a folder"
    )
    host: str = Field("127.0.0.1", description="address that the service listens on")
    port: int = Field(8000, ge=0, le=65535, description="port of the service; 0 takes a free one")
    workers: int = Field(1, ge=1, le=256, description="processes that serve")
    model_poll_seconds: float = Field(
        2.0,
        ge=0.02,
        le=3600,
        description="seconds between one look whether another model or history is to serve "
        "and the next",
    )
    shadow_share: float = Field(
        1.0,
        ge=0,
        le=1,
        description="share of the scores that the challenger, when there is one, is asked about",
    )
    threshold: float | None = Field(
        None,
        gt=0,
        lt=1,
        description="probability from which a claim is held; unset: the model's own",
    )
    rework_cost: float = Field(
        43.84, ge=0, description="dollars that working one denied claim costs (docs/value.md)"
    )
    reworked_share: float = Field(
        0.35, ge=0, le=1, description="share of its denied claims that the practice works at all"
    )
    recovery_chance: float = Field(
        0.63, ge=0, le=1, description="chance that a denied claim that is worked is paid after all"
    )
    delay_days: float = Field(
        60, ge=0, description="days by which a denial delays the money that is recovered"
    )
    cost_of_capital: float = Field(
        0.08, ge=0, le=1, description="what a dollar that comes a year later costs, as a share"
    )
    wage_per_hour: float = Field(
        30, gt=0, description="dollars that an hour of billing work costs, benefits included"
    )
    action_minutes: Path | None = Field(
        None,
        description="TOML with the minutes that each action takes; unset: those of docs/value.md",
    )
    tested_helps: float = Field(
        0.86, gt=0, le=1, description="chance that an action whose what-if was tried can be done"
    )
    untested_helps: float = Field(
        0.7, gt=0, le=1, description="chance that an action that could not be tried helps"
    )
    daily_actions: int | None = Field(
        None, ge=1, description="actions that the practice can do a day; unset: no limit"
    )
    daily_minutes: float | None = Field(
        None, gt=0, description="minutes that the practice can give a day; unset: no limit"
    )
    max_body_bytes: int = Field(
        10_000_000, ge=1_000, description="largest request body that the service takes"
    )
    max_claims: int = Field(2_000, ge=1, description="most claims in one request")
    max_lines: int = Field(500, ge=1, description="most service lines on one claim of a request")
    max_streams: int = Field(
        4, ge=1, description="most streams of claims at once in one process; further ones get 503"
    )
    max_stream_bytes: int = Field(
        2_000_000_000, ge=1_000, description="most bytes of one stream of claims"
    )
    max_stream_claims: int = Field(1_000_000, ge=1, description="most claims of one stream")
    max_line_bytes: int = Field(
        1_000_000, ge=1_000, description="most bytes of one claim in a stream of JSON lines"
    )
    max_in_flight: int = Field(
        64, ge=1, description="most requests worked on at once; further ones get 503"
    )
    drain_seconds: float = Field(
        0,
        ge=0,
        le=600,
        description="seconds between a SIGTERM, when /v2/health/ready fails, and the first refusal",
    )
    finish_seconds: float = Field(
        20, gt=0, le=3600, description="seconds that requests under way have to finish at the end"
    )
    appeal_template: Path | None = Field(
        None,
        description="your own template for letters of appeal (docs/triage.md); unset: ours",
    )
    rate_limit: int = Field(
        2_000,
        ge=0,
        description="requests a second that one API key may send to one process; 0: any number",
    )
    body_seconds: int = Field(
        30,
        ge=1,
        description="seconds within which the head of a request must have come, then its body",
    )
    idempotency_hours: int = Field(
        24, ge=1, le=24 * 30, description="hours that the answer to an Idempotency-Key is kept"
    )
    token_minutes: int = Field(
        15, ge=1, le=24 * 60, description="minutes that an OAuth access token is good for"
    )
    local_key: bool = Field(
        True, description="make a key for this machine (HOME/local-key) when serving on a loopback"
    )
    pages: bool = Field(True, description="serve the pages for people (docs/pages.md)")
    session_minutes: int = Field(
        30, ge=1, le=24 * 60, description="minutes without a request after which a browser's "
        "session is over",
    )  # fmt: skip
    session_hours: int = Field(
        10, ge=1, le=24, description="hours after which a browser's session is over in any case"
    )
    api_docs: bool = Field(True, description="serve the API's page at /docs")
    log_format: Literal["json", "text"] = Field(
        "json", description="form of the service's log, one message a line"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="least severe of the messages that are logged"
    )
    traces: str | None = Field(
        None,
        pattern=r"^https?://[^\s/]+(/\S*)?$",
        description="where traces go by OTLP over HTTP, such as http://127.0.0.1:4318/v1/traces",
    )
    debug: bool = Field(
        False, description="show a traceback when the command line meets an unexpected error"
    )

    @classmethod
    def read(cls, **overrides: Any) -> Self:
        """The settings of the environment, with ``overrides`` (``None`` overrides nothing).

        Raises ``UserError`` naming the first setting that cannot be used.
        """
        given = {name: value for name, value in overrides.items() if value is not None}
        try:
            return cls(**given)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            name = "_".join(str(part) for part in first["loc"])
            raise UserError(
                f"the setting {PREFIX}{name.upper()} cannot be used ({first['msg']}): "
                "correct it or unset it"
            ) from None
