#!/usr/bin/env python3
"""Score outgoing 837 batches before they leave, and write a worklist beside each.

For OpenEMR: watch the folder in which it puts its batch files (``documents/edi`` of the site).
A batch is never changed or moved: a person looks at the worklist and then lets it go.
"""

from __future__ import annotations

import argparse
import csv
import html
import io
import json
import os
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # past any proxy
COLUMNS = (
    "rank", "chosen", "decision", "claim_id", "denial_probability", "amount_at_risk", "action",
    "owner", "text", "minutes", "saving", "deadline", "decision_reason", "score_id",
)  # fmt: skip
HEADINGS = ("", "Claim", "Risk", "At risk", "Who", "What to do", "Saves", "Until")
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Worklist of {name}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
 :root {{ color-scheme: light dark; }}
 body {{ font: 16px/1.45 system-ui, sans-serif; }}
 body {{ max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }}
 .wide {{ overflow-x: auto; }}
 table {{ border-collapse: collapse; width: 100%; }}
 th, td {{ text-align: left; vertical-align: top; padding: .4rem .6rem; }}
 th, td {{ border-bottom: 1px solid #8886; }}
 .number {{ text-align: right; white-space: nowrap; }}
 .kept {{ white-space: nowrap; }}
 .told {{ min-width: 18rem; }}
 .hold {{ font-weight: 600; }}
</style></head><body><main>
<h1>Worklist of {name}</h1>
<p>{claims} claims: {hold} to hold, {review} to review, {submit} to submit as they are. Working what
is listed saves ${saving_of_all}; most saved per minute first.</p>
<div class="wide" tabindex="0" role="region" aria-label="Worklist"><table>
<thead><tr>{headings}</tr></thead><tbody>
{rows}</tbody></table></div>
{problems}</main></body></html>
"""


def rank(service: str, key: str, batch: bytes) -> dict:
    """Score every claim of an 837 and give the worklist. Raises ``HTTPError``, ``OSError``."""
    headers = {"Content-Type": "application/edi-x12", "Authorization": f"Bearer {key}"}
    request = urllib.request.Request(f"{service}/rank", batch, headers)  # noqa: S310
    with DIRECT.open(request, timeout=600) as answer:
        return json.load(answer)


def as_csv(told: dict) -> str:
    """Every claim of the batch, a row each."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(told["worklist"])
    return out.getvalue()


def as_html(told: dict, name: str) -> str:
    """The claims that need a look, for people."""
    rows = [_row(one) for one in told["worklist"] if one["decision"] != "submit"]
    problems = [f"<li>{html.escape(one['detail'])}</li>" for one in told["problems"]]
    return PAGE.format(
        name=html.escape(name),
        headings="".join(f'<th scope="col">{heading or "Decision"}</th>' for heading in HEADINGS),
        rows="".join(rows) or f'<tr><td colspan="{len(HEADINGS)}">Nothing to do.</td></tr>\n',
        problems=f"<h2>Not scored</h2><ul>{''.join(problems)}</ul>" if problems else "",
        **{name: told["totals"][name] for name in ("claims", "hold", "review", "submit")},
        saving_of_all=told["totals"]["saving_of_all"],
    )


def _row(one: dict) -> str:
    texts = (
        one["decision"], one["claim_id"], f"{one['denial_probability']:.0%}",
        f"${one['amount_at_risk']}", one["owner"].replace("_", " "), one["text"],
        f"${one['saving']}", one["deadline"] or "",
    )  # fmt: skip
    cells = []
    for place, text in enumerate(texts):
        kind = {1: "kept", 5: "told", 7: "kept"}.get(place, "number")
        if place in (0, 4):
            kind = one["decision"] if place == 0 else "kept"
        cells.append(f'<td class="{kind}">{html.escape(text)}</td>')
    return f"<tr>{''.join(cells)}</tr>\n"


def write(file: Path, text: str) -> None:
    """Put a file there whole, for its owner alone: it names claims."""
    part = file.with_name(f".{file.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(text)
    part.replace(file)


def beside(batch: Path) -> tuple[Path, Path]:
    """Where the worklist of a batch stands, as CSV and as HTML."""
    return tuple(batch.with_name(f"{batch.name}.worklist.{kind}") for kind in ("csv", "html"))


def waiting(folder: Path, sizes: dict[Path, int]) -> list[Path]:
    """Batches without a worklist of theirs that have not grown since the last look."""
    found = []
    for file in sorted(folder.iterdir()):
        if file.name.startswith(".") or ".worklist." in file.name or not file.is_file():
            continue
        with file.open("rb") as begun:
            if b"ISA" not in begun.read(64):  # an 837 is known by what is in it
                continue
        told, state = beside(file)[1], file.stat()
        if told.exists() and told.stat().st_mtime >= state.st_mtime:
            continue
        if sizes.get(file) == state.st_size:
            found.append(file)
        sizes[file] = state.st_size
    return found


def work(service: str, key: str, batch: Path) -> bool:
    """Write the worklist of a batch; whether it could be scored."""
    table, page = beside(batch)
    try:
        told = rank(service, key, batch.read_bytes())
        write(table, as_csv(told))
        write(page, as_html(told, batch.name))
    except urllib.error.HTTPError as refused:
        print(f"{batch.name}: {_why(refused)}", file=sys.stderr)
        return False
    except urllib.error.URLError as error:
        text = f"the service at {service} does not answer ({error.reason})"
        print(f"{batch.name}: {text}", file=sys.stderr)
        return False
    except OSError as error:
        print(f"{batch.name}: {error}", file=sys.stderr)
        return False
    totals = told["totals"]
    print(f"{batch.name}: {totals['claims']} claims, {totals['hold']} to hold: {page.name}")
    return True


def _why(refused: urllib.error.HTTPError) -> str:
    """The sentence of a problem; something between may answer without one."""
    try:
        return json.load(refused)["detail"]
    except (ValueError, KeyError, TypeError):
        return f"refused with {refused.code}"


def main() -> int:
    """Watch until interrupted; with --once, look once and tell by the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="where outgoing 837 files are put")
    parser.add_argument("--service", default="http://127.0.0.1:8000")
    parser.add_argument("--key-file", type=Path, default=Path("var/local-key"))
    parser.add_argument("--seconds", type=float, default=5, help="between two looks")
    parser.add_argument("--once", action="store_true", help="score what is there, then end")
    asked = parser.parse_args()
    sizes: dict[Path, int] = {}
    while True:
        key = asked.key_file.read_text().strip()
        if asked.once:
            waiting(asked.folder, sizes)
        good = [work(asked.service, key, batch) for batch in waiting(asked.folder, sizes)]
        if asked.once:
            return int(not all(good))
        time.sleep(asked.seconds)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(0)
