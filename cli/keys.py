"""``preclear keys``: who may ask the service."""

from __future__ import annotations

import datetime as dt
import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, cast

import typer

from cli.errors import WRONG_CALL, CliError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from service.access.apikey import ApiKey
    from service.access.scopes import Scope
    from service.access.store import KeyStore

KeyId = Annotated[str, typer.Argument(metavar="ID", help="The key's id, as `keys list` shows it.")]
Days = Annotated[int, typer.Option(min=1, max=3650, help="Days until it expires.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_ONCE = "Keep it now: only its hash is stored, and nobody can show it again."


def register(app: typer.Typer) -> None:
    """Add the group of verbs."""
    keys = typer.Typer(help="Make, list, rotate and revoke the API keys of the service.")
    keys.command("create")(create)
    keys.command("list")(list_keys)
    keys.command("rotate")(rotate)
    keys.command("revoke")(revoke)
    app.add_typer(keys, name="keys")


def create(
    name: Annotated[str, typer.Argument(help="What you call it, such as front-desk.")],
    scope: Annotated[
        list[str] | None, typer.Option(help="What it may do; may be given several times.")
    ] = None,
    days: Days = 365,
    as_json: AsJson = False,
) -> None:
    """Make a key and print it, once."""
    with _store() as (store, _):
        key, text = store.create(name, _scopes(scope or ["score"]), days)
    _tell(key, text, as_json)


def list_keys(as_json: AsJson = False) -> None:
    """List the keys; their secrets are not stored, so they cannot be shown."""
    from cli.tables import show

    with _store() as (store, _):
        keys = store.every()
    now = dt.datetime.now(dt.UTC).timestamp()
    if as_json:
        print(json.dumps([_plain(key, now) for key in keys], indent=2))
        return
    rows = [
        [
            key.key_id,
            key.name,
            " ".join(sorted(key.scopes)),
            _day(key.created_at),
            _day(key.expires_at),
            key.state(now),
        ]
        for key in keys
    ]
    show("", ["id", "name", "scopes", "made", "expires", "state"], rows, [])


def rotate(
    key_id: KeyId,
    grace: Annotated[
        int, typer.Option(min=0, max=720, help="Hours that the old secret is still good for.")
    ] = 24,
    days: Days = 365,
    as_json: AsJson = False,
) -> None:
    """Give a key a new secret and print it, once; its id and scopes stay."""
    from service.access import local

    with _store() as (store, home):
        key, text = store.rotate(key_id, grace, days)
        if local.of(home, key_id):
            local.write(home, text)
    _tell(key, text, as_json)


def revoke(key_id: KeyId) -> None:
    """End a key and its tokens; a running service refuses them within a second."""
    with _store() as (store, _):
        key = store.revoke(key_id)
    print(f"The key {key.key_id} ({key.name}) is revoked.")


@contextmanager
def _store() -> Iterator[tuple[KeyStore, Path]]:
    from claims.settings import Settings
    from service.access.store import FILE, KeyStore

    home = Settings.read().home
    store = KeyStore(home / FILE)
    try:
        yield store, home
    finally:
        store.close()


def _scopes(asked: list[str]) -> list[Scope]:
    from service.access.scopes import MEANINGS, SCOPES

    wrong = [scope for scope in asked if scope not in SCOPES]
    if wrong:
        told = "; ".join(f"{scope}: {meaning}" for scope, meaning in MEANINGS.items())
        raise CliError(f"There is no scope {wrong[0]}: there are {told}.", WRONG_CALL)
    return cast("list[Scope]", asked)


def _tell(key: ApiKey, text: str, as_json: bool) -> None:
    if as_json:
        now = dt.datetime.now(dt.UTC).timestamp()
        print(json.dumps({**_plain(key, now), "key": text}, indent=2))
        return
    print(f"{text}\n{_ONCE}")
    print(f"It may {' '.join(sorted(key.scopes)) or 'nothing'} until {_day(key.expires_at)}.")
    print("Send it as `Authorization: Bearer KEY`.")


def _plain(key: ApiKey, now: float) -> dict[str, object]:
    return {
        "id": key.key_id,
        "name": key.name,
        "scopes": sorted(key.scopes),
        "created": _day(key.created_at),
        "expires": _day(key.expires_at),
        "state": key.state(now),
    }


def _day(moment: int) -> str:
    return dt.datetime.fromtimestamp(moment, dt.UTC).date().isoformat()
