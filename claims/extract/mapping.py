"""A mapping: which column of an extract is which of our fields. Read from TOML, checked whole.

A mapping has the tables ``[claims]``, ``[lines]``, ``[remittances]`` and ``[rules]``; the first
three hold ``file``, ``one_row_is``, ``columns`` (our field = their column, or a list of them) and
``values`` (our field = one value for all rows). ``docs/extracts.md`` shows two whole ones.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, cast

from claims.categories import CATEGORY_CODE
from claims.errors import UserError
from claims.extract.fields import FIELDS, OUTCOME_FIELDS, Section

if TYPE_CHECKING:
    from pathlib import Path

Rows = Literal["claim", "line", "adjustment"]
_ROWS: Final[dict[Section, tuple[Rows, ...]]] = {
    "claims": ("claim", "line"),
    "lines": ("line",),
    "remittances": ("claim", "line", "adjustment"),
}
_SECTION_WORDS: Final = {"file", "one_row_is", "columns", "values"}
_OUTCOME_WORDS: Final = {"categories", "denied_words", "paid_words", "open_words"}
_RULES: Final = {"submission_lag_days", "answer_lag_days"}
_LONGEST_LAG: Final = 3650

Value = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Table:
    """Where the values of one of the three kinds of rows come from.

    ``columns`` gives for each field the columns, in order: of ids they are joined, of code lists
    strung together, of all others the first that states something counts.
    """

    file: str
    one_row_is: Rows
    columns: dict[str, tuple[str, ...]]
    values: dict[str, Value] = field(default_factory=dict)

    def names(self) -> list[str]:
        """All columns, each once."""
        return list(dict.fromkeys(name for names in self.columns.values() for name in names))


@dataclass(frozen=True, slots=True)
class Words:
    """How the answers are worded: values of ``denied`` or ``status``, in lower case."""

    denied: frozenset[str] = frozenset()
    paid: frozenset[str] = frozenset()
    open: frozenset[str] = frozenset()
    categories: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Mapping:
    """A checked mapping. ``lines`` of the file of ``claims`` are the claims' own rows.

    ``submission_lag`` days after the service a claim counts as sent where no day is stated,
    ``answer_lag`` days after that it counts as answered; ``None`` where the mapping states none.
    """

    path: Path
    claims: Table
    lines: Table
    remittances: Table | None
    words: Words = Words()
    submission_lag: int | None = None
    answer_lag: int | None = None


def load_mapping(path: Path) -> Mapping:
    """Read and check a mapping; ``UserError`` names the entry that cannot be used."""
    try:
        whole = tomllib.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise UserError(
            f"the mapping {path} cannot be read ({error.strerror}): correct the path, or make "
            "one with `preclear map`"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{path} is no TOML ({error}): correct that place") from error
    return _mapping(path, whole)


def _mapping(path: Path, whole: dict[str, Any]) -> Mapping:
    _known(path, "the mapping", whole, {*FIELDS, "rules"})
    if "claims" not in whole:
        raise UserError(f"{path} has no table [claims]: say in it which file holds the claims")
    claims = _table(path, "claims", whole["claims"], "", "claim")
    lines = _table(path, "lines", whole.get("lines", {}), claims.file, "line")
    remittances = None
    if "remittances" in whole:
        rows: Rows = "claim"
        same = whole["remittances"].get("file", lines.file) == lines.file
        if same and (claims.one_row_is == "line" or lines.file != claims.file):
            rows = "line"
        remittances = _table(path, "remittances", whole["remittances"], lines.file, rows)
    rules = _sub(path, "rules", whole)
    _known(path, "[rules]", rules, _RULES)
    made = Mapping(
        path=path,
        claims=claims,
        lines=lines,
        remittances=remittances,
        words=_words(path, whole.get("remittances", {})),
        submission_lag=_lag(path, rules, "submission_lag_days"),
        answer_lag=_lag(path, rules, "answer_lag_days"),
    )
    _check(made)
    return made


def _check(mapping: Mapping) -> None:
    """What must be mapped before anything can be read."""
    path, claims, lines = mapping.path, mapping.claims, mapping.lines
    apart = lines.file != claims.file
    if apart and claims.one_row_is == "line":
        raise UserError(
            f"{path} says one row of [claims] is a line and names another file in [lines]: "
            'set one_row_is = "claim", or leave out lines.file'
        )
    _need(path, "claims", claims, ("claim_id",), "what tells one claim from another")
    if apart:
        _need(path, "lines", lines, ("claim_id",), "how a line finds its claim")
    days = ("service_from", "submitted_on")
    if not any(name in table.columns for table in (claims, lines) for name in days):
        raise UserError(f"{path} maps neither service_from nor submitted_on: map one to a column")
    if "submitted_on" not in claims.columns and mapping.submission_lag is None:
        raise UserError(
            f"{path} maps no column to claims.submitted_on: map one, or state in [rules] "
            "submission_lag_days, the days from the service to the submission"
        )
    answers = mapping.remittances
    if answers is None:
        return
    if answers.file not in (claims.file, lines.file):
        _need(path, "remittances", answers, ("claim_id",), "how an answer finds its claim")
    _need(path, "remittances", answers, OUTCOME_FIELDS, "what tells a denial")
    if not {"known_on", "payment_date"} & set(answers.columns) and mapping.answer_lag is None:
        raise UserError(
            f"{path} maps no column to remittances.known_on: map one, or state in [rules] "
            "answer_lag_days, the days from the submission to the answer"
        )


def _need(path: Path, section: str, table: Table, names: tuple[str, ...], why: str) -> None:
    if not any(name in table.columns for name in names):
        which = f"{section}.{' or '.join(names)}"
        raise UserError(
            f"{path} maps no column to {which}, {why}: add it under [{section}.columns]"
        )


def _table(path: Path, section: Section, given: Any, file: str, rows: Rows) -> Table:
    if not isinstance(given, dict):
        raise UserError(f"{section} in {path} must be a table: write [{section}]")
    words = _SECTION_WORDS | (_OUTCOME_WORDS if section == "remittances" else set())
    _known(path, f"[{section}]", given, words)
    file = given.get("file", file)
    if not isinstance(file, str) or not file:
        raise UserError(f'[{section}] in {path} names no file: add file = "..."')
    one_row_is = given.get("one_row_is", rows)
    if one_row_is not in _ROWS[section]:
        allowed = " or ".join(f'"{word}"' for word in _ROWS[section])
        raise UserError(f"one_row_is of [{section}] in {path} must be {allowed}: correct it")
    columns, values = _sub(path, "columns", given), _sub(path, "values", given)
    for name in (*columns, *values):
        if name not in FIELDS[section]:
            raise UserError(
                f"[{section}.columns] in {path} maps {name}, which is no field of ours: "
                "docs/extracts.md lists them"
            )
    for name, value in values.items():
        if not isinstance(value, str | int | float | bool) or name in columns:
            raise UserError(
                f"{section}.values.{name} in {path} must be one text, number or truth value, for "
                "a field without a column: correct or remove it"
            )
    made = {name: _columns(path, section, name, value) for name, value in columns.items()}
    return Table(file, cast("Rows", one_row_is), made, values)


def _columns(path: Path, section: str, name: str, value: Any) -> tuple[str, ...]:
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not names or not all(isinstance(n, str) and n for n in names):
        raise UserError(
            f"{section}.columns.{name} in {path} must be a column's name or a list of such names: "
            "correct it"
        )
    return tuple(names)


def _words(path: Path, given: dict[str, Any]) -> Words:
    categories = _sub(path, "categories", given)
    for ours in categories.values():
        if ours not in CATEGORY_CODE:
            raise UserError(
                f"[remittances.categories] in {path} names a category that is none of ours: "
                f"choose of {', '.join(CATEGORY_CODE)}"
            )
    sets = []
    for name in ("denied_words", "paid_words", "open_words"):
        words = given.get(name, [])
        if not isinstance(words, list):
            raise UserError(f'remittances.{name} in {path} must be a list: write ["..."]')
        sets.append(frozenset(str(word).strip().lower() for word in words))
    plain = {str(theirs).strip().lower(): str(ours) for theirs, ours in categories.items()}
    denied, paid, open_ = sets
    return Words(denied, paid, open_, plain)


def _lag(path: Path, rules: dict[str, Any], name: str) -> int | None:
    days = rules.get(name)
    if days is None:
        return None
    if not isinstance(days, int) or isinstance(days, bool) or not 0 <= days <= _LONGEST_LAG:
        raise UserError(f"rules.{name} in {path} must be whole days from 0 to {_LONGEST_LAG}")
    return days


def _sub(path: Path, name: str, given: dict[str, Any]) -> dict[str, Any]:
    table = given.get(name, {})
    if not isinstance(table, dict):
        raise UserError(f"{name} in {path} must be a table of entries: correct it")
    return table


def _known(path: Path, where: str, given: dict[str, Any], words: set[str]) -> None:
    for name in given:
        if name not in words:
            raise UserError(
                f"{where} in {path} holds {name}, which means nothing: use "
                f"{', '.join(sorted(words))}"
            )
