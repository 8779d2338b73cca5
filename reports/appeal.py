"""A letter of appeal drafted from a template, and the checklist of what goes with it.

The letter holds facts of the remittance and of the claim. What is not among them is a gap, marked
``[[ ... ]]``, for a person to fill; the clinical argument is always one. A practice's own template
replaces ours (``PRECLEAR_APPEAL_TEMPLATE``): the same fields, in Markdown, text or HTML.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, UndefinedError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from claims.errors import UserError
from reports.appeal_grounds import grounds

if TYPE_CHECKING:
    import datetime as dt

    from models.triage import Triaged

LARGEST: Final = 200_000
_OURS: Final = Path(__file__).parent / "templates" / "appeal.md.j2"
_ESCAPED: Final = frozenset({".html", ".htm", ".xhtml", ".xml"})


class AppealError(UserError):
    """The template cannot be used; one sentence."""


@dataclass(frozen=True, slots=True)
class LetterTemplate:
    """A template ready to be filled in; ``suffix`` is the ending of the letters' file names."""

    template: Template
    suffix: str
    name: str


def gap(what: str) -> str:
    """A marked gap.

    >>> gap("the patient's name")
    "[[ the patient's name ]]"
    """
    return f"[[ {what} ]]"


def load_template(path: Path | None = None) -> LetterTemplate:
    """The template at ``path``, or ours. Raises ``AppealError`` when it is none.

    It runs in a sandbox: it sees the fields of a letter and nothing else. In a template whose name
    ends in .html (or .html.j2) all values are escaped.
    """
    chosen = path or _OURS
    try:
        if chosen.stat().st_size > LARGEST:
            raise AppealError(f"The template {chosen} has more than {LARGEST:,} bytes: shorten it.")
        source = chosen.read_text(encoding="utf-8")
    except OSError as error:
        raise AppealError(
            f"The template {chosen} cannot be read ({error.strerror}): correct "
            "PRECLEAR_APPEAL_TEMPLATE or unset it."
        ) from None
    except UnicodeDecodeError:
        raise AppealError(f"The template {chosen} is not UTF-8 text: save it as UTF-8.") from None
    suffix = _suffix(chosen)
    environment = ImmutableSandboxedEnvironment(
        autoescape=suffix in _ESCAPED, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    environment.globals = {"gap": gap}
    try:
        template = environment.from_string(source)
    except TemplateSyntaxError as error:
        raise AppealError(
            f"The template {chosen} has a mistake in line {error.lineno}: {error.message}."
        ) from None
    return LetterTemplate(template, suffix, str(chosen))


def _suffix(path: Path) -> str:
    endings = [one.lower() for one in path.suffixes if one.lower() not in (".j2", ".jinja")]
    return endings[-1] if endings else ".txt"


def letter(one: Triaged, day: dt.date, template: LetterTemplate) -> str:
    """The draft for one denial. Raises ``AppealError`` when the template asks for something else.

    No error repeats a value of the claim.
    """
    try:
        return template.template.render(fields(one, day))
    except UndefinedError as error:
        raise AppealError(
            f"The template {template.name} asks for a field that letters do not have "
            f"({error.message}): docs/triage.md lists them."
        ) from None
    except Exception as error:
        raise AppealError(
            f"The template {template.name} cannot be filled in ({type(error).__name__}): "
            "docs/triage.md lists its fields."
        ) from None


def fields(one: Triaged, day: dt.date) -> dict[str, Any]:
    """What a template may use; a fact that is not known is a gap."""
    return {
        "date": day.isoformat(),
        "payer_name": one.payer_name or gap("the payer's name"),
        "payer_id": one.payer_id,
        "billing_npi": one.billing_npi or gap("your billing NPI"),
        "claim_id": one.claim_id or gap("your claim number"),
        "payer_claim_number": one.payer_claim_number or gap("the payer's claim number"),
        "service_from": one.service_from or gap("the day of service"),
        "sent_on": one.sent_on or gap("the day the claim was sent"),
        "decided_on": one.decided_on or gap("the date of the remittance advice"),
        "appeal_by": one.appeal_by,
        "amount": f"${float(one.amount):,.2f}",
        "lines": list(one.lines),
        "procedures": list(one.procedures),
        "group": one.group.code,
        "group_text": one.group.text,
        "carc": one.carc.code,
        "carc_text": one.carc.text,
        "remarks": [{"code": said.code, "text": said.text} for said in one.remarks],
        "category": one.category,
        "standing": one.standing,
        "grounds": grounds(one),
        "documents": list(one.documents),
    }


def checklist(one: Triaged) -> str:
    """What goes with the letter, as Markdown boxes to tick."""
    code = f"{one.group.code}-{one.carc.code}"
    last = one.appeal_by or "not known: ask the payer, or see your contract"
    number = one.payer_claim_number or "not stated"
    head = [
        f"# Appeal of claim {one.claim_id}",
        "",
        f"Payer: {one.payer_name or one.payer_id or 'not stated'}; its claim number: {number}.",
        f"Denied: ${float(one.amount):,.2f}, {code} ({one.carc.text}).",
        f"Last day: {last}.",
        "",
        one.text,
        "",
        "## Documents",
        "",
    ]
    before = (
        "every gap marked [[ ]] in the letter is filled, or the sentence is struck out",
        "a person who knows the record has read every statement in it",
        "the payer's own appeal form and address, fax or portal were looked up",
        "a copy of everything is kept, with proof of the day it was sent",
    )
    boxes = [f"- [ ] {text}" for text in one.documents]
    return "\n".join(
        [*head, *boxes, "", "## Before it goes out", "", *(f"- [ ] {text}" for text in before), ""]
    )
