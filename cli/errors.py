"""How the command line fails: one sentence on standard error, and an exit code.

0 done, 1 it failed, 2 the call was wrong, 130 interrupted.
"""

from __future__ import annotations

import os
import sys
import traceback
from typing import TYPE_CHECKING, Final

import typer

from claims.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Callable

FAILED: Final = 1
WRONG_CALL: Final = 2
INTERRUPTED: Final = 130
DEBUG: Final = "PRECLEAR_DEBUG"


class CliError(UserError):
    """One sentence for the person at the terminal, and the exit code that goes with it."""

    def __init__(self, message: str, code: int = FAILED) -> None:
        super().__init__(message)
        self.code = code


def run(command: Callable[[], object]) -> int:
    """Run a command and give its exit code; whatever it raises becomes one sentence.

    An error that nobody foresaw is named by its type alone, because its text may hold a piece of a
    claim; ``PRECLEAR_DEBUG=1`` shows it whole.
    """
    try:
        result = command()
        if result == INTERRUPTED:  # how Typer hands on an interrupt
            raise KeyboardInterrupt
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader of our output has gone; Python must not fail again when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except (Exception, KeyboardInterrupt) as error:
        sentence, code = explain(error)
        print("preclear:", " ".join(sentence.split()), file=sys.stderr)
        return code
    return result if isinstance(result, int) else 0


def explain(error: BaseException) -> tuple[str, int]:
    """The sentence and the exit code for an error."""
    match error:
        case CliError():
            return str(error), error.code
        case UserError():
            return str(error), FAILED
        case typer.TyperException():
            return _of_typer(error), error.exit_code
        case KeyboardInterrupt() | typer.Abort():
            return "interrupted", INTERRUPTED
        case _:
            return _unforeseen(error), FAILED


def _of_typer(error: typer.TyperException) -> str:
    """A wrong call, and where its right form stands."""
    context = getattr(error, "ctx", None)
    path = getattr(context, "command_path", "preclear")
    message = error.format_message().strip().rstrip(".")
    return f"{message[:1].lower()}{message[1:]} (see {path} --help)"


def _unforeseen(error: BaseException) -> str:
    if os.environ.get(DEBUG, "") not in ("", "0"):
        traceback.print_exception(error)
    if isinstance(error, MemoryError):
        return "there is not enough memory: give it fewer files or fewer workers"
    if isinstance(error, OSError) and error.strerror:
        file = f" ({error.filename})" if isinstance(error.filename, str) else ""
        return f"the system refused: {error.strerror}{file}"
    return (
        f"an unexpected {type(error).__name__} stopped the work, which is a defect of Preclear: "
        f"run it again with {DEBUG}=1 to see where"
    )
