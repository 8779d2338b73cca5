"""What is compiled is made ready before the first request, so that none waits for it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from claim_json import as_json
from invented import Practice

from claims.settings import Settings

CODE = """
import json, pathlib, sys
from fastapi.testclient import TestClient
from numba.core.dispatcher import Dispatcher
from claims.settings import Settings
from service.app import create_app
from service.scoring.examples import FLAT, X12_837

asked = []
compiles = Dispatcher.compile


def counted(self, signature):
    asked.append(f"{self.py_func.__module__}.{self.py_func.__name__}{signature}")
    return compiles(self, signature)


Dispatcher.compile = counted
home, mlruns, claims = sys.argv[1:]
app = create_app(Settings.read(home=home, mlruns=mlruns))
edi = {"Content-Type": "application/edi-x12"}
decisions = set()
with TestClient(app) as client:
    client.headers["X-API-Key"] = pathlib.Path(home, "local-key").read_text().strip()
    before = len(asked)
    bodies = json.loads(pathlib.Path(claims).read_text())
    for body in bodies:
        answer = client.post("/score", json=body)
        assert answer.status_code == 200, answer.text
        decisions.add(answer.json()["decision"])
    assert client.post("/score", content=X12_837, headers=edi).status_code == 200
print(json.dumps({"before": before, "then": asked[before:], "decisions": sorted(decisions)}))
"""


def test_no_request_compiles_anything_nor_reads_it_from_the_disk(
    settings: Settings, world: Practice, tmp_path: Path
) -> None:
    file = tmp_path / "claims.json"
    file.write_text(json.dumps([as_json(claim) for claim in world.claims[-15:]]))
    command = [sys.executable, "-c", CODE, str(settings.home), str(settings.mlruns), str(file)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["before"] > 0
    assert {"submit", "hold"} <= set(told["decisions"])
    assert told["then"] == []
