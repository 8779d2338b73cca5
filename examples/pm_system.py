#!/usr/bin/env python3
"""A practice-management system's side of it: ask before a claim goes out, and do what is said."""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # past any proxy


def ask(service: str, key: str, claim: bytes, tries: int = 5) -> dict:
    """Give the score of a claim (JSON, as we have it), or a problem: that one has a ``status``."""
    headers = {
        "Content-Type": "application/json",
        "Authorization": f"Bearer {key}",
        # Sent again after a lost answer, it is answered as before and recorded once.
        "Idempotency-Key": hashlib.sha256(claim).hexdigest(),
    }
    request = urllib.request.Request(f"{service}/score", claim, headers)  # noqa: S310
    try:
        with DIRECT.open(request, timeout=30) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as refused:
        if refused.code in (409, 429, 503) and tries > 1:
            time.sleep(int(refused.headers.get("Retry-After", 1)))
            return ask(service, key, claim, tries - 1)
        return json.load(refused)


def main() -> int:
    """Score each file; exit 1 when one could not be scored."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("claims", nargs="+", type=Path, help="one claim in each file, as JSON")
    parser.add_argument("--service", default="http://127.0.0.1:8000")
    parser.add_argument("--key-file", type=Path, default=Path("var/local-key"))
    asked = parser.parse_args()
    key, failed = asked.key_file.read_text().strip(), False
    for file in asked.claims:
        score = ask(asked.service, key, file.read_bytes())
        if "status" in score:
            print(f"{file.name}: {score['detail']}", file=sys.stderr)
            failed = True
            continue
        first = score["actions"][0]
        print(f"{score['claim_id']}: {score['decision']}, {score['denial_probability']:.0%} denied")
        print(f"  {first['owner']}: {first['text']} {', '.join(first['fields'])}".rstrip())
        for edit in score["edits"]:
            print(f"  {edit['severity']} at {edit['field']}: {edit['text']}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
