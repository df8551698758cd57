"""Every operation answers a request that is in order as its description says."""

from narthex.management_api.operation import Operation
from narthex.management_api.operations import OPERATIONS
from tests.fixtures.server import Server
from tests.management_api.world import World, furnished, named

# These end sessions and grants.
SIGN_OUT = frozenset({"UpdateUserPassword", "UpdateUserIsSuspended"})


def rank(operation: Operation) -> tuple[int, int, bool]:
    """When to ask: nothing is asked of what has gone before."""
    if operation.id in SIGN_OUT:
        return 2, 0, False
    if operation.method != "DELETE":
        return 0, 0, False
    depth = operation.path.count("/")
    return 1 if depth > 3 else 3, -depth, not operation.path.startswith("/api/roles/")


async def answer_of(world: World, operation: Operation) -> str:
    """What an operation answers to a request that is in order."""
    sent = {} if operation.body is None else {"json": world.body(operation)}
    answer = await world.api.call(operation.method, world.path(operation), **sent)
    expected = {operation.status, *operation.other_statuses}
    if answer.status_code in expected:
        assert bool(answer.content) == (answer.status_code != 204)
        return ""
    return f"{named(operation)}: {answer.status_code} {answer.text}"


async def test_every_operation_does_what_it_says(server: Server) -> None:
    world = await furnished(server)
    # No key has been replaced yet, and a role is taken away once, from the other side.
    kept = {"DeleteOidcKey", "DeleteUserRole", "DeleteApplicationRole"}
    answers = [await answer_of(world, one) for one in sorted(OPERATIONS, key=rank) if one.id not in kept]
    assert [answer for answer in answers if answer] == []
