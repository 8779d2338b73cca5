"""``preclear audit report``: the explanation of one score, as a page or a PDF."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from cli.audit_log import found, open_log
from cli.errors import WRONG_CALL, CliError
from cli.private import write_private

if TYPE_CHECKING:
    from models.record import AuditRecord
    from service.audit.repository import AuditRepository

FORMS = (".html", ".pdf")


def register(audit: typer.Typer) -> None:
    """Add the verb to ``preclear audit``."""
    audit.command("report")(report_score)


def report_score(
    score_id: Annotated[str, typer.Argument(metavar="ID", help="The score_id of an answer.")],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            dir_okay=False,
            help="The file to write, .html or .pdf; default: preclear-ID.html here.",
        ),
    ] = None,
) -> None:
    """Write the explanation of one score for people: a page, or the same page as a PDF."""
    if out is not None and out.suffix.lower() not in FORMS:
        text = f"{out} is neither .html nor .pdf: name a file that ends in one of them."
        raise CliError(text, WRONG_CALL)
    with open_log() as log:
        record = found(log, score_id)
        page = page_of(log, record)
    out = out or Path(f"preclear-{record.score_id}.html")
    write(out, page)
    print(f"Wrote {out}")


def page_of(log: AuditRepository, record: AuditRecord) -> str:
    """The report of a score, as HTML."""
    from claims.settings import Settings
    from reports.explanation import explanation
    from service.reports.gather import logged

    return explanation(record, logged(log, record, Settings.read().mlruns))


def write(out: Path, page: str) -> None:
    """Write ``page`` as the ending of ``out`` says, for its owner alone. Raises ``UserError``."""
    if out.suffix.lower() == ".pdf":
        from reports.pdf import pdf

        content = pdf(page)
    else:
        content = page.encode()

    def put(file: BinaryIO) -> None:
        file.write(content)

    if not out.absolute().parent.is_dir():
        text = f"{out} cannot be written (No such directory): name a file in a folder of yours."
        raise CliError(text, WRONG_CALL)
    write_private(out, put)
