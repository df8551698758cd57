"""API resources and roles in the console: made, changed, given, taken, deleted."""

import pytest

from narthex.access import system_actor
from narthex.applications.types import ApplicationType
from narthex.roles.schemas import MANAGEMENT_ROLE_ID
from narthex.users import making
from narthex.users.schemas import NewUser
from tests.fixtures.console import OperatorBrowser
from tests.fixtures.server import Server

BOOKS = {"name": "Books", "indicator": "https://books.example/api"}


async def add_resource(operator: OperatorBrowser) -> str:
    """Make the API "Books", and return its id."""
    made = await operator.post("api-resources/new", BOOKS)
    assert made.status_code == 303, made.text
    return made.headers["location"].rpartition("/")[2]


async def add_role(operator: OperatorBrowser, name: str = "Librarian", kind: str = "User") -> str:
    """Make a role, and return its id."""
    made = await operator.post("roles/new", {"name": name, "description": "Lends", "type": kind})
    assert made.status_code == 303, made.text
    return made.headers["location"].rpartition("/")[2]


async def test_a_resource_is_made_and_listed(operator: OperatorBrowser) -> None:
    resource_id = await add_resource(operator)
    assert "The API was added" in (await operator.get(f"api-resources/{resource_id}")).text
    assert "The API was added" not in (await operator.get(f"api-resources/{resource_id}")).text
    listed = (await operator.get("api-resources?q=book")).text
    assert "https://books.example/api" in listed
    assert "Management API" not in listed


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": "", "indicator": "https://a.example"}, "name"),
        ({"name": "A", "indicator": "no address"}, "indicator"),
        ({"name": "A", "indicator": ""}, "indicator"),
    ],
)
async def test_a_bad_resource_is_refused_at_its_field(
    operator: OperatorBrowser, fields: dict[str, str], field: str
) -> None:
    answer = await operator.post("api-resources/new", fields)
    assert answer.status_code == 400
    assert f'id="{field}-problem"' in answer.text


async def test_an_indicator_is_there_once(operator: OperatorBrowser) -> None:
    await add_resource(operator)
    answer = await operator.post("api-resources/new", BOOKS)
    assert answer.status_code == 422
    assert 'id="indicator-problem"' in answer.text


async def test_scopes_are_added_edited_and_deleted(operator: OperatorBrowser) -> None:
    resource_id = await add_resource(operator)
    here = f"api-resources/{resource_id}"
    assert "No scopes yet" in (await operator.get(here)).text
    await operator.post(f"{here}/scopes", {"name": "read:books", "description": "Read books"})
    page = (await operator.get(here)).text
    assert "read:books" in page
    scope = page.partition(f"/console/default/{here}/scopes/")[2].partition('"')[0]
    assert (await operator.post(f"{here}/scopes", {"name": "read:books", "description": ""})).status_code == 422
    assert (await operator.post(f"{here}/scopes", {"name": "two words", "description": ""})).status_code == 400
    saved = await operator.post(f"{here}/scopes/{scope}", {"name": "read:all", "description": ""})
    assert saved.status_code == 303
    assert "read:all" in (await operator.get(f"{here}/scopes/{scope}")).text
    await operator.post(f"{here}/scopes/{scope}/delete")
    assert "No scopes yet" in (await operator.get(here)).text


async def test_settings_of_a_resource(operator: OperatorBrowser) -> None:
    resource_id = await add_resource(operator)
    here = f"api-resources/{resource_id}/settings"
    for ttl in ("soon", "-1", "0", "999999999999"):
        bad = await operator.post(here, {"name": "Books", "access_token_ttl": ttl})
        assert bad.status_code == 400, ttl
        assert 'id="access_token_ttl-problem"' in bad.text
    good = await operator.post(here, {"name": "All books", "access_token_ttl": "600", "is_default": "on"})
    assert good.status_code == 303
    page = (await operator.get(here)).text
    assert 'value="600"' in page
    assert "Default API" in page


async def test_a_resource_is_deleted_by_its_name(operator: OperatorBrowser) -> None:
    resource_id = await add_resource(operator)
    assert (await operator.post(f"api-resources/{resource_id}/delete", {"confirm": "books"})).status_code == 400
    assert (await operator.post(f"api-resources/{resource_id}/delete", {"confirm": "Books"})).status_code == 303
    assert (await operator.get(f"api-resources/{resource_id}")).status_code == 404


async def test_the_management_api_stays_as_it_is(operator: OperatorBrowser) -> None:
    refused = await operator.post("api-resources/management-api/delete", {"confirm": "Management API"})
    assert refused.status_code == 400
    assert "built in" in (await operator.get("api-resources/management-api")).text
    added = await operator.post("api-resources/management-api/scopes", {"name": "more", "description": ""})
    assert added.status_code == 400


async def test_a_role_gets_permissions_and_loses_them(operator: OperatorBrowser) -> None:
    resource_id, role_id = await add_resource(operator), await add_role(operator)
    await operator.post(f"api-resources/{resource_id}/scopes", {"name": "read:books", "description": ""})
    page = (await operator.get(f"roles/{role_id}")).text
    scope = page.partition('name="scope" value="')[2].partition('"')[0]
    await operator.post(f"roles/{role_id}/scopes", {"scope": scope})
    page = (await operator.get(f"roles/{role_id}")).text
    assert f"/scopes/{scope}/remove" in page
    assert 'name="scope"' not in page
    await operator.post(f"roles/{role_id}/scopes/{scope}/remove")
    assert "Nothing yet" in (await operator.get(f"roles/{role_id}")).text


async def test_a_role_for_users_does_not_offer_the_management_api(operator: OperatorBrowser) -> None:
    people, machines = await add_role(operator), await add_role(operator, "Robot", "MachineToMachine")
    assert "management-api-all" not in (await operator.get(f"roles/{people}")).text
    assert "management-api-all" in (await operator.get(f"roles/{machines}")).text
    forced = await operator.post(f"roles/{people}/scopes", {"scope": "management-api-all"})
    assert forced.status_code == 422


@pytest.mark.parametrize("name", ["", "#internal:x", "x" * 129])
async def test_a_bad_role_name_is_refused_at_its_field(operator: OperatorBrowser, name: str) -> None:
    answer = await operator.post("roles/new", {"name": name, "description": "", "type": "User"})
    assert answer.status_code in {400, 403, 422}
    assert 'id="name-problem"' in answer.text


async def test_people_get_a_role_and_lose_it(server: Server, operator: OperatorBrowser) -> None:
    role_id = await add_role(operator)
    async with server.runtime.database.write("default") as tx:
        user = await making.create(tx, system_actor("default"), NewUser(username="ada"))
    assert "ada" in (await operator.get(f"roles/{role_id}/members?add=ad")).text
    await operator.post(f"roles/{role_id}/members", {"member": user.id})
    page = (await operator.get(f"roles/{role_id}/members")).text
    assert f"/members/{user.id}/remove" in page
    assert "1" in (await operator.get("roles")).text
    await operator.post(f"roles/{role_id}/members/{user.id}/remove")
    assert "Nobody yet" in (await operator.get(f"roles/{role_id}/members")).text


async def test_machines_get_the_management_role(server: Server, operator: OperatorBrowser) -> None:
    machine = await server.application(ApplicationType.MACHINE_TO_MACHINE, name="Script")
    here = f"roles/{MANAGEMENT_ROLE_ID}"
    await operator.post(f"{here}/members", {"member": machine.application_id})
    assert "Script" in (await operator.get(f"{here}/members")).text
    again = await operator.post(f"{here}/members", {"member": machine.application_id})
    assert again.status_code == 422


async def test_settings_of_a_role_and_its_end(operator: OperatorBrowser) -> None:
    role_id = await add_role(operator)
    saved = await operator.post(
        f"roles/{role_id}/settings", {"name": "Keeper", "description": "Keeps", "is_default": "on"}
    )
    assert saved.status_code == 303
    assert "Default" in (await operator.get(f"roles/{role_id}/settings")).text
    assert (await operator.post(f"roles/{role_id}/delete", {"confirm": "Keeper"})).status_code == 303
    assert (await operator.get(f"roles/{role_id}")).status_code == 404


async def test_the_built_in_role_stays(operator: OperatorBrowser) -> None:
    here = f"roles/{MANAGEMENT_ROLE_ID}"
    name = {"name": "Mine", "description": ""}
    assert (await operator.post(f"{here}/settings", name)).status_code == 403
    refused = await operator.post(f"{here}/delete", {"confirm": "Management API access"})
    assert refused.status_code == 403
