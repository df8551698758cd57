"""Links for operators, and the list of them, from the command line: whoever can run it owns the server already."""

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import click
import msgspec

from narthex.access import Actor, system_actor
from narthex.cli.running import print_record, require_tenant, with_runtime
from narthex.kit.database import Transaction
from narthex.kit.runtime import Runtime
from narthex.operators import service as operators
from narthex.operators import tokens
from narthex.operators.schemas import ListedOperator
from narthex.settings import Settings
from narthex.tenants.schemas import ADMIN_TENANT

Issue = Callable[[Transaction, Actor, Runtime], Awaitable[str]]


def set_up_link(*, as_json: bool) -> None:
    """Print a link for the first operator."""
    _print("Open this link within an hour to become the first operator. It works once.", tokens.issue_set_up, as_json)


def invite(*, as_json: bool) -> None:
    """Print a link for one more operator."""
    _print("Whoever opens this link within seven days becomes an operator. It works once.", _invitation, as_json)


def recover(username: str, *, as_json: bool) -> None:
    """Print a link for a new password."""

    async def issue(tx: Transaction, actor: Actor, runtime: Runtime) -> str:
        return await tokens.issue_recovery(tx, actor, runtime, username)

    _print(f"Open this link within an hour to give {username} a new password. It works once.", issue, as_json)


async def _invitation(tx: Transaction, actor: Actor, runtime: Runtime) -> str:
    return await tokens.issue_invitation(tx, actor, runtime)


def _print(title: str, issue: Issue, as_json: bool) -> None:
    async def work(runtime: Runtime, settings: Settings) -> str:
        return await link(runtime, settings, issue)

    print_record(title, {"link": with_runtime(work)}, as_json=as_json)


async def link(runtime: Runtime, settings: Settings, issue: Issue) -> str:
    """The address of a new link."""
    admin = await require_tenant(runtime, settings, ADMIN_TENANT)
    async with runtime.database.write(ADMIN_TENANT) as tx:
        token = await issue(tx, system_actor(ADMIN_TENANT), runtime)
    return tokens.link_of(admin, token)


def show(*, as_json: bool) -> None:
    """Print who the operators are."""

    async def work(runtime: Runtime, settings: Settings) -> list[ListedOperator]:
        async with runtime.database.scan(ADMIN_TENANT) as reader:
            return await operators.listed(reader)

    found = with_runtime(work)
    if as_json:
        click.echo(json.dumps({"operators": msgspec.to_builtins(found)}, ensure_ascii=False))
        return
    if not found:
        click.echo("There is no operator yet. Next: narthex admin set-up-link")
    width = max((len(one.username or one.user_id) for one in found), default=0)
    for one in found:
        suspended = "  suspended" if one.is_suspended else ""
        last = _day(one.last_sign_in_at) if one.last_sign_in_at else "never"
        click.echo(
            f"{one.username or one.user_id:<{width}}  {one.role}  since {_day(one.created_at)}  "
            f"last sign-in {last}{suspended}"
        )


def _day(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%d")
