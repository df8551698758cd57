"""Links of operators: what each does, how long, and who stands behind it."""

import pytest
from sqlalchemy import bindparam, update

from narthex.access import Actor, ActorKind, NotPermitted
from narthex.kit.database import statement
from narthex.kit.errors import EntityNotFound
from narthex.operators import service as operators
from narthex.operators import tokens
from narthex.operators.schemas import TokenKind
from narthex.operators.tables import operators as operators_table
from narthex.operators.tokens import NoOperatorYet, OperatorExists, OperatorSuspended, TokenDead
from narthex.tenants.schemas import ADMIN_TENANT
from narthex.users import service as users
from tests.fixtures.operator_links import (
    first_operator,
    invitation_token,
    listed,
    operator_actor,
    recovery_token,
    set_up_token,
    use,
)
from tests.fixtures.server import Server
from tests.fixtures.traces import contents, events, rows

LIMIT = statement(
    update(operators_table)
    .where(operators_table.c.user_id == bindparam("of"))
    .values(tenants=bindparam("only", type_=operators_table.c.tenants.type))
)


async def kind_of(server: Server, token: str) -> TokenKind | None:
    """What a link would do now, if it works."""
    async with server.runtime.database.read(ADMIN_TENANT) as reader:
        try:
            return (await tokens.find_token(reader, token, server.clock.now())).kind
        except TokenDead:
            return None


async def test_a_new_server_has_no_operator_and_a_link_makes_the_first(server: Server) -> None:
    async with server.runtime.database.read(ADMIN_TENANT) as reader:
        assert not await operators.has_operator(reader)
    await use(server, await set_up_token(server))
    async with server.runtime.database.read(ADMIN_TENANT) as reader:
        assert await operators.has_operator(reader)
    [olivia] = await listed(server)
    assert (olivia.username, olivia.role, olivia.tenants, olivia.created_by) == ("olivia", "owner", None, None)
    [event] = await events(server.runtime, "Operator.Create", ADMIN_TENANT)
    assert event.user_id == olivia.user_id
    assert event.payload["by"] == "set-up"
    assert event.payload["ip"]


async def test_a_restart_leaves_the_link_alone_that_somebody_has_open(server: Server) -> None:
    first, second = await set_up_token(server), await set_up_token(server)
    assert [await kind_of(server, one) for one in (first, second)] == [TokenKind.SET_UP] * 2
    await use(server, first)
    assert [await kind_of(server, one) for one in (first, second)] == [None, None]


async def test_with_an_operator_no_set_up_link_is_made(server: Server) -> None:
    await first_operator(server)
    with pytest.raises(OperatorExists, match="exists"):
        await set_up_token(server)


async def test_without_an_operator_nobody_is_invited_or_recovered(server: Server) -> None:
    with pytest.raises(NoOperatorYet):
        await invitation_token(server)
    with pytest.raises(EntityNotFound):
        await recovery_token(server)


async def test_an_invitation_makes_one_more_who_may_as_much(server: Server) -> None:
    olivia = await first_operator(server)
    await use(server, await invitation_token(server, olivia), "oscar")
    await use(server, await invitation_token(server), "otto")
    assert [(one.username, one.created_by) for one in await listed(server)] == [
        ("olivia", None),
        ("oscar", olivia),
        ("otto", None),
    ]
    made = await events(server.runtime, "Operator.Create", ADMIN_TENANT)
    assert [one.payload.get("invitedBy") for one in made if one.payload["by"] == "invitation"] in (
        [olivia, None],
        [None, olivia],
    )
    assert len(await events(server.runtime, "Operator.Invite", ADMIN_TENANT)) == 2


async def test_who_is_invited_sees_no_more_than_who_invites(server: Server) -> None:
    olivia = await first_operator(server)
    oscar_link = await invitation_token(server, olivia)
    await use(server, oscar_link, "oscar")
    oscar = (await listed(server))[1].user_id
    async with server.runtime.database.write(ADMIN_TENANT) as tx:
        await tx.run(LIMIT, of=oscar, only=["default"])
    await use(server, await invitation_token(server, oscar), "otto")
    assert [one.tenants for one in await listed(server)] == [None, ("default",), ("default",)]


@pytest.mark.parametrize("end", ["removed", "suspended"])
async def test_an_invitation_dies_with_the_one_who_invited(server: Server, end: str) -> None:
    olivia = await first_operator(server)
    await use(server, await invitation_token(server, olivia), "oscar")
    oscar = (await listed(server))[1].user_id
    link = await invitation_token(server, oscar)
    assert await kind_of(server, link) is TokenKind.INVITATION
    async with server.runtime.database.write(ADMIN_TENANT) as tx:
        if end == "removed":
            await operators.remove(tx, operator_actor(olivia), server.runtime, oscar)
        else:
            await users.set_suspended(tx, operator_actor(olivia), oscar, suspended=True)
    assert await kind_of(server, link) is None


@pytest.mark.parametrize("end", ["removed", "suspended", "deleted"])
async def test_a_recovery_dies_with_the_rights_of_its_operator(server: Server, end: str) -> None:
    olivia = await first_operator(server)
    await use(server, await invitation_token(server, olivia), "oscar")
    oscar = (await listed(server))[1].user_id
    link = await recovery_token(server, "Oscar")
    assert await kind_of(server, link) is TokenKind.RECOVERY
    async with server.runtime.database.write(ADMIN_TENANT) as tx:
        if end == "removed":
            await operators.remove(tx, operator_actor(olivia), server.runtime, oscar)
        elif end == "suspended":
            await users.set_suspended(tx, operator_actor(olivia), oscar, suspended=True)
        else:
            await users.delete(tx, operator_actor(olivia), oscar)
    assert await kind_of(server, link) is None
    with pytest.raises(OperatorSuspended if end == "suspended" else EntityNotFound):
        await recovery_token(server, "oscar")


async def test_a_newer_recovery_ends_an_older_one(server: Server) -> None:
    await first_operator(server)
    older, newer = await recovery_token(server), await recovery_token(server)
    assert [await kind_of(server, one) for one in (older, newer)] == [None, TokenKind.RECOVERY]


async def test_each_kind_has_its_time(server: Server) -> None:
    set_up = await set_up_token(server)
    server.clock.advance(minutes=59)
    assert await kind_of(server, set_up) is TokenKind.SET_UP
    server.clock.advance(minutes=1)
    assert await kind_of(server, set_up) is None
    await first_operator(server)
    invitation, recovery = await invitation_token(server), await recovery_token(server)
    server.clock.advance(hours=1)
    assert await kind_of(server, recovery) is None
    server.clock.advance(days=6)
    assert await kind_of(server, invitation) is TokenKind.INVITATION
    server.clock.advance(days=1)
    assert await kind_of(server, invitation) is None


async def test_the_secret_of_a_link_is_kept_hashed(server: Server) -> None:
    set_up = await set_up_token(server)
    await first_operator(server)
    secrets = [set_up, await invitation_token(server), await recovery_token(server)]
    kept = await contents(server)
    assert [one for one in secrets if one in kept] == []
    for row in await rows(server, "operator_tokens", ADMIN_TENANT):
        assert await kind_of(server, str(row["token_hash"])) is None
        assert await kind_of(server, str(row["id"])) is None


async def test_a_link_needs_the_right_to_manage(server: Server) -> None:
    somebody = Actor(ActorKind.USER, ADMIN_TENANT, "somebody")
    await first_operator(server)
    async with server.runtime.database.write(ADMIN_TENANT) as tx:
        with pytest.raises(NotPermitted):
            await tokens.issue_set_up(tx, somebody, server.runtime)
        with pytest.raises(NotPermitted):
            await tokens.issue_invitation(tx, somebody, server.runtime)
        with pytest.raises(NotPermitted):
            await tokens.issue_recovery(tx, somebody, server.runtime, "olivia")
        with pytest.raises(NotPermitted):
            await operators.remove(tx, somebody, server.runtime, "olivia")
