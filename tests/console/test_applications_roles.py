"""The roles of a machine-to-machine application in the console."""

from narthex.access import system_actor
from narthex.roles import queries
from narthex.roles import service as roles
from narthex.roles.schemas import MANAGEMENT_ROLE_ID, RoleType
from tests.fixtures.console import OperatorBrowser
from tests.fixtures.server import Server


async def new_role(server: Server, name: str, type: RoleType = RoleType.MACHINE_TO_MACHINE) -> str:
    async with server.runtime.database.write("default") as tx:
        return await roles.create(tx, system_actor("default"), server.runtime.cache, name, "About it", type)


async def names(server: Server, application_id: str) -> list[str]:
    async with server.runtime.database.scan("default") as reader:
        return [one.name for one in await queries.roles_of_application(reader, application_id)]


async def test_roles_are_given_and_taken(server: Server, operator: OperatorBrowser) -> None:
    made = await server.machine(with_role=False)
    path = f"applications/{made.application_id}/roles"
    reader_role, writer_role = await new_role(server, "Reader"), await new_role(server, "Writer")
    await new_role(server, "Customer", RoleType.USER)
    page = (await operator.get(path)).text
    assert "None yet" in page
    assert "Customer" not in page
    given = await operator.post(path, {"role": [reader_role, writer_role]})
    assert given.status_code == 303
    assert await names(server, made.application_id) == ["Reader", "Writer"]
    assert "The application has the roles" in (await operator.get(path)).text
    await operator.post(f"{path}/take", {"role": reader_role})
    assert await names(server, made.application_id) == ["Writer"]


async def test_others_are_searched_by_name(server: Server, operator: OperatorBrowser) -> None:
    made = await server.machine()
    await new_role(server, "Reader")
    path = f"applications/{made.application_id}/roles"
    assert "Reader" in (await operator.get(f"{path}?q=READ")).text
    assert "No role fits" in (await operator.get(f"{path}?q=writer")).text


async def test_choosing_nothing_is_said_at_the_field(server: Server, operator: OperatorBrowser) -> None:
    made = await server.machine(with_role=False)
    answer = await operator.post(f"applications/{made.application_id}/roles")
    assert answer.status_code == 400
    assert 'id="role-problem"' in answer.text


async def test_what_is_not_there_is_not_given(server: Server, operator: OperatorBrowser) -> None:
    made = await server.machine(with_role=False)
    path = f"applications/{made.application_id}/roles"
    assert (await operator.post(path, {"role": "nothing"})).status_code == 404
    assert (await operator.post(f"{path}/take", {"role": MANAGEMENT_ROLE_ID})).status_code == 404
    wrong = await operator.post(path, {"role": await new_role(server, "Customer", RoleType.USER)})
    assert wrong.status_code == 422


async def test_only_machines_have_the_page(server: Server, operator: OperatorBrowser) -> None:
    web, machine = await server.application(), await server.machine()
    assert (await operator.get(f"applications/{web.application_id}/roles")).status_code == 404
    page = (await operator.get(f"applications/{machine.application_id}")).text
    assert f"applications/{machine.application_id}/roles" in page
    assert "redirect_uris" not in page
