"""What the fields of a claim may hold, and how OpenAPI tells of it."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

FIRST_DAY: Final = dt.date(1900, 1, 1)
LAST_DAY: Final = dt.date(2199, 12, 31)
_PLAIN_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,20}(\.[0-9]{0,10})?")
AS_OF_MEANING: Final = "The day as of which to judge. Default: submitted_on, else today (UTC)."
_MOST_FIELDS: Final = 200  # no part has as many


def _day(value: object) -> dt.date:
    if isinstance(value, str) and len(value) == 10 and value.isascii():
        try:
            day = dt.date.fromisoformat(value)
        except ValueError:
            pass
        else:
            if FIRST_DAY <= day <= LAST_DAY:
                return day
    raise PydanticCustomError("day", "not a day")


def _without_dot(code: str) -> str:
    return code.replace(".", "")  # an 837 carries none, and its reader drops any


def _number(value: object) -> object:
    # Decimal() would also take full-width digits, "1_000" and "0E+999999999".
    if isinstance(value, str) and not _PLAIN_NUMBER.fullmatch(value):
        raise PydanticCustomError("decimal_parsing", "not a number")
    return value


def _integral(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value  # 10.0 is 10


def _digits(whole: int, places: int, *, signed: bool = False) -> WithJsonSchema:
    """How OpenAPI tells of a number: so many digits before the point and after it."""
    most = float(f"{10**whole - 1}.{'9' * places}")
    number = {"type": "number", "minimum": -most if signed else 0, "maximum": most}
    sign = r"[+\-]?" if signed else r"\+?"
    text = rf"^{sign}[0-9]{{1,{whole}}}(\.[0-9]{{0,{places}}})?$"
    said = f"At most {places} digits after the point."
    return WithJsonSchema(
        {"anyOf": [number, {"type": "string", "pattern": text}], "description": said}, "validation"
    )


Day = Annotated[
    dt.date,
    BeforeValidator(_day),
    Field(examples=["2026-03-02"]),
    WithJsonSchema(
        {
            "type": "string",
            "format": "date",
            "pattern": "^(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}$",
            "examples": ["2026-03-02"],
        }
    ),
]
Number = Annotated[Decimal, BeforeValidator(_number)]
SignedMoney = Annotated[Number, Field(max_digits=12, decimal_places=2), _digits(10, 2, signed=True)]
Money = Annotated[Number, Field(max_digits=12, decimal_places=2, ge=0), _digits(10, 2)]
SignedQuantity = Annotated[
    Number, Field(max_digits=11, decimal_places=3), _digits(8, 3, signed=True)
]
Quantity = Annotated[Number, Field(max_digits=11, decimal_places=3, ge=0), _digits(8, 3)]
WHOLE = BeforeValidator(_integral)
"""Of whole numbers: strict but for a point with nothing behind it."""
Code = Annotated[str, Field(max_length=30)]
Identifier = Annotated[str, Field(max_length=80)]
Name = Annotated[str, Field(max_length=120)]
Diagnosis = Annotated[Code, AfterValidator(_without_dot)]


def nullable(schema: dict[str, Any]) -> None:
    """Say that a field which may be left out may also be null."""
    needed = schema.get("required", ())
    for name, told in schema.get("properties", {}).items():
        kinds = told.get("anyOf", ())
        if name in needed or {"type": "null"} in kinds:
            continue
        about = {key: told.pop(key) for key in ("default", "description", "title") if key in told}
        schema["properties"][name] = {"anyOf": [told, {"type": "null"}], **about}


def undefaulted(schema: dict[str, Any]) -> None:
    """Leave out a default that stands for none."""
    schema.pop("default")


class Part(BaseModel):
    """What all parts share: nothing unknown is taken, null is the same as absent."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra=nullable)

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, data: Any) -> Any:
        if isinstance(data, dict):
            if len(data) > _MOST_FIELDS:  # each would be an error of its own, in memory
                raise PydanticCustomError("too_many_fields", "more fields than there are")
            if None in data.values():
                return {name: value for name, value in data.items() if value is not None}
        return data
