"""``preclear demo``: the whole tour, on an invented practice, in a folder of its own."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from cli.demo_folder import Folder


def register(app: typer.Typer) -> None:
    """Add the verb."""

    @app.command()
    def demo(
        claims: Annotated[
            int, typer.Option(min=5000, max=1_000_000, help="How many claims the practice sent.")
        ] = 20_000,
        folder: Annotated[
            Path, typer.Option(help="Where it all goes; an earlier demo there is removed.")
        ] = Path("demo"),
        seed: Annotated[int, typer.Option(min=0, help="Another seed, another practice.")] = 7,
    ) -> None:
        """Take the whole tour on an invented practice: files, model, service, five claims."""
        from cli import demo_process

        with demo_process.ending_when_told():
            tour(claims, folder, seed)


def tour(claims: int, root: Path, seed: int) -> None:
    """Invent, read, learn, serve, score, explain; say what to try next.

    Raises ``UserError`` when a step fails.
    """
    from cli import demo_folder, demo_process

    began = time.monotonic()
    folder = demo_folder.begin(root)
    environment = folder.environment()

    def step(words: list[str]) -> None:
        _say(f"\n$ preclear {' '.join(words)}")
        demo_process.run(words, environment)

    _say(f"A tour of Preclear on an invented practice. All of it stays in {root}.")
    _heading(1, f"Invent a practice of {claims:,} claims and write its 837 and 835 files")
    step(["synth", str(folder.world), "--claims", str(claims), "--seed", str(seed)])
    demo_folder.put_aside(folder)
    _say(f"The newest claims are put aside in {folder.fresh}: nobody learns from them.")
    history = [str(folder.world / "837"), str(folder.world / "835")]
    _heading(2, "Read the files")
    step(["read", *history])
    _heading(3, "Learn from them, and let the model serve")
    step(["train", *history, "--promote"])
    _heading(4, "Score five telling claims over HTTP")
    score_id = _score_five(folder)
    _heading(5, "Explain one of them on a page")
    step(["audit", "report", score_id, "--out", str(folder.explanation)])
    _next_steps(folder)
    _say(f"\nThe tour took {time.monotonic() - began:.0f} seconds.")


def _score_five(folder: Folder) -> str:
    """Print five scored claims; give back the score to explain, that of the second."""
    from cli import demo_print, demo_service, demo_world
    from cli.demo_body import body

    cases = demo_world.cases(folder)
    scored: list[str] = []
    with demo_service.running(folder.environment(), folder.log) as service:
        _say(f"The service answers at {service.address}; its log is {folder.log}.")
        _say(f"It made itself a key for this machine, {folder.key}: every request sends it.")
        for place, case in enumerate(cases, 1):
            answer = service.post("/score", body(case.claim, case.as_of))
            told = demo_print.Told(f"{place} of {len(cases)}: {case.kind}", case.story)
            _say("\n" + demo_print.card(told, answer))
            scored.append(str(answer["score_id"]))
    return scored[1]


def _next_steps(folder: Folder) -> None:
    where = " ".join(f"{name}={value}" for name, value in folder.environment().items())
    _say(
        f"\nOpen {folder.explanation} in a browser. What to try next:\n"
        f"  export {where}\n"
        f"  preclear score {folder.fresh} --out {folder.root / 'scores.csv'}\n"
        "  preclear models show\n"
        "  preclear audit list\n"
        "  preclear serve\n"
        "And on your own files, from a fresh terminal:\n"
        "  preclear train FOLDER-OF-837-AND-835-FILES --promote"
    )


def _heading(number: int, text: str) -> None:
    _say(f"\n== {number} of 5: {text}")


def _say(text: str) -> None:
    # At once: the steps write to the same place from processes of their own.
    print(text, flush=True)
