"""Users for tests, made in one write."""

from collections.abc import Iterable

from narthex.access import system_actor
from narthex.users import making
from narthex.users.schemas import NewUser, User
from tests.fixtures.server import Server

SYSTEM = system_actor("default")


async def made(server: Server, new: NewUser, tenant_id: str = "default") -> User:
    """One user."""
    async with server.runtime.database.write(tenant_id) as tx:
        return await making.create(tx, system_actor(tenant_id), new)


async def everybody(server: Server, people: Iterable[NewUser], tenant_id: str = "default") -> list[User]:
    """Users, each made a second after the one before."""
    users = []
    for new in people:
        server.clock.advance(seconds=1)
        users.append(await made(server, new, tenant_id))
    return users
