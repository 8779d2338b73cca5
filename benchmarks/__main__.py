"""Run the benchmarks one after the other: ``python -m benchmarks [name...] [its options]``.

Each module beside this one has ``main() -> None``, which measures ours and a peer side by side and
prints the ratios; one that takes options takes them as a list. One that fails is named at the end
and turns the exit code to 1; the others run.
"""

from __future__ import annotations

import argparse
import importlib
import os
import platform
import sys
import time
import traceback
from pathlib import Path

ORDER = (
    "reading",
    "features",
    "training",
    "explaining",
    "serving",
    "batches",
    "audit",
    "peers",
    "advice",
    "scale",
)
LONG = ("advice", "scale", "tradeoff")
"""Run only when named: a quarter of an hour and more."""
OPTIONS = ("advice", "batches", "peers", "scale", "serving", "tradeoff")
"""Those that take options."""


def available() -> list[str]:
    """The names of the benchmarks here: the known order first, any others after."""
    here = Path(__file__).parent
    places = [*here.glob("*.py"), *(file.parent for file in here.glob("*/__init__.py"))]
    found = {place.stem for place in places if place.stem[0] != "_"}
    known = [name for name in ORDER if name in found]
    return known + sorted(found.difference(ORDER))


def machine() -> str:
    """One line on what the figures were measured with: cores, system, Python."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return (
        f"{cores} cores, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, {time.strftime('%Y-%m-%d')}"
    )


def run(names: list[str], options: list[str]) -> list[str]:
    """Run the named benchmarks; give back the names of those that failed."""
    failed = []
    for name in names:
        print(f"\n== {name}", flush=True)
        started = time.perf_counter()
        try:
            module = importlib.import_module(f"benchmarks.{name}")
            module.main(options) if options else module.main()
        except Exception:  # one failing benchmark must not hide the others
            traceback.print_exc()
            failed.append(name)
        print(f"-- {name}: {time.perf_counter() - started:.0f} s", flush=True)
    return failed


def main(arguments: list[str] | None = None) -> int:
    """Give back 0 when every benchmark ran, 1 when one failed, 2 when a name is unknown."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("name", nargs="*", help=f"any of: {', '.join(available())}")
    asked, options = parser.parse_known_args(arguments)
    names = asked.name or [name for name in available() if name not in LONG]
    if unknown := [name for name in names if name not in available()]:
        print(
            f"no benchmark is called {', '.join(unknown)}; there are: {', '.join(available())}",
            file=sys.stderr,
        )
        return 2
    if options and (len(names) > 1 or names[0] not in OPTIONS):
        text = f"only {', '.join(OPTIONS)} take options, each alone: {' '.join(options)}"
        print(text, file=sys.stderr)
        return 2
    print(machine())
    failed = run(names, options)
    if failed:
        print(f"\nfailed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
