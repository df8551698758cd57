"""Users in the console: list, search, make, edit, let in and keep out, delete."""

import re

import pytest

from narthex.sessions import queries as sessions
from narthex.users import queries as users
from tests.fixtures.console import OperatorBrowser
from tests.fixtures.server import CALLBACK, Server
from tests.fixtures.walk import returned

MADE = re.compile(r'data-secret="([^"]+)"')


async def add(operator: OperatorBrowser, **fields: str) -> str:
    """Make a user by the form, and return the id."""
    answer = await operator.post("users/new", {"username": "", "email": "", "phone": "", "name": "", **fields})
    assert answer.status_code == 200, answer.text
    found = re.search(r"/console/default/users/(\w{12})", answer.text)
    assert found is not None
    return found[1]


async def test_an_empty_list_says_what_to_do(operator: OperatorBrowser) -> None:
    page = await operator.get("users")
    assert "Nobody is here yet" in page.text
    assert "/console/default/users/new" in page.text


async def test_a_user_made_by_hand_signs_in_with_the_password_that_was_shown(
    server: Server, operator: OperatorBrowser
) -> None:
    answer = await operator.post("users/new", {"username": "ada", "email": "Ada@Example.com", "name": "Ada L"})
    shown = MADE.search(answer.text)
    assert shown is not None
    application = await server.application()
    signed_in = await server.browser().sign_in(application.application_id, CALLBACK, "ada", shown[1])
    assert "code" in returned(signed_in)
    listed = await operator.get("users")
    assert "Ada L" in listed.text
    assert "ada@example.com" in listed.text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "Give a username"),
        ({"username": "1ada"}, "digit"),
        ({"username": "ada lovelace"}, "letters, digits"),
        ({"email": "not an address"}, "e-mail"),
        ({"phone": "12"}, "phone"),
    ],
)
async def test_a_bad_field_is_named_and_nothing_is_made(
    operator: OperatorBrowser, fields: dict[str, str], words: str
) -> None:
    answer = await operator.post("users/new", {"username": "", "email": "", "phone": "", "name": "", **fields})
    assert answer.status_code in {400, 422}
    assert words.lower() in answer.text.lower()
    assert 'aria-invalid="true"' in answer.text
    assert "Nobody is here yet" in (await operator.get("users")).text


async def test_a_taken_name_is_said_at_its_field(operator: OperatorBrowser) -> None:
    await add(operator, username="ada")
    answer = await operator.post("users/new", {"username": "ADA"})
    assert answer.status_code == 422
    assert 'id="username-problem"' in answer.text


async def test_search_finds_the_beginning_of_a_name_and_the_whole_id(operator: OperatorBrowser) -> None:
    user_id = await add(operator, username="ada", name="Ada Lovelace")
    await add(operator, username="grace")
    for search in ("ada", "Ada Lov", user_id):
        page = await operator.get(f"users?q={search}")
        assert "Ada Lovelace" in page.text, search
        assert ">grace<" not in page.text
    assert "Nobody fits" in (await operator.get("users?q=zzz")).text


async def test_pages_of_a_long_list_lead_on_and_back(server: Server, operator: OperatorBrowser) -> None:
    for number in range(23):
        await add(operator, username=f"user{number:02}")
        server.clock.advance(milliseconds=1)
    first = await operator.get("users")
    assert "user22" in first.text
    assert "user00" not in first.text
    after = re.search(r'rel="next" href="([^"]+)"', first.text)
    assert after is not None
    second = await operator.get(after[1].replace("&amp;", "&"))
    assert "user00" in second.text
    before = re.search(r'rel="prev" href="([^"]+)"', second.text)
    assert before is not None
    assert "user22" in (await operator.get(before[1].replace("&amp;", "&"))).text


async def test_details_are_edited(server: Server, operator: OperatorBrowser) -> None:
    user_id = await add(operator, username="ada")
    fields = {"username": "ada", "name": "Ada", "email": "a@example.com", "phone": "+49 170 1234567", "avatar": ""}
    saved = await operator.post(f"users/{user_id}", {**fields, "custom_data": '{"plan": "gold"}'})
    assert saved.status_code == 303, saved.text
    async with server.runtime.database.read("default") as reader:
        user = await users.get(reader, user_id)
    assert (user.name, user.primary_email, user.primary_phone) == ("Ada", "a@example.com", "491701234567")
    assert user.custom_data == {"plan": "gold"}
    bad = await operator.post(f"users/{user_id}", {**fields, "custom_data": "[1]"})
    assert bad.status_code == 400
    assert 'id="custom_data-problem"' in bad.text


async def test_suspension_shuts_out_and_lets_in_again(server: Server, operator: OperatorBrowser) -> None:
    user_id = await add(operator, username="ada")
    await operator.post(f"users/{user_id}/suspension", {"do": "suspend"})
    assert "Suspended" in (await operator.get(f"users/{user_id}")).text
    assert "ada" in (await operator.get("users?state=suspended")).text
    await operator.post(f"users/{user_id}/suspension", {"do": "resume"})
    async with server.runtime.database.read("default") as reader:
        assert not (await users.get(reader, user_id)).is_suspended


async def test_a_new_password_is_shown_once_and_ends_the_sessions(server: Server, operator: OperatorBrowser) -> None:
    await server.browser().sign_up((await server.application()).application_id, CALLBACK, "ada")
    async with server.runtime.database.read("default") as reader:
        user = (await users.page(reader)).items[0]
    assert "Sign out everywhere" in (await operator.get(f"users/{user.id}")).text
    answer = await operator.post(f"users/{user.id}/password")
    assert MADE.search(answer.text) is not None
    assert MADE.search((await operator.get(f"users/{user.id}")).text) is None
    async with server.runtime.database.read("default") as reader:
        assert await sessions.of_user(reader, user.id, server.clock.now()) == []


async def test_deleting_asks_for_the_name(operator: OperatorBrowser) -> None:
    user_id = await add(operator, username="ada", name="Ada")
    assert (await operator.post(f"users/{user_id}/delete", {"confirm": "ada"})).status_code == 400
    assert (await operator.get(f"users/{user_id}")).status_code == 200
    assert (await operator.post(f"users/{user_id}/delete", {"confirm": "Ada"})).status_code == 303
    assert (await operator.get(f"users/{user_id}")).status_code == 404


async def test_roles_are_given_and_taken(operator: OperatorBrowser) -> None:
    user_id = await add(operator, username="ada")
    made = await operator.post("roles/new", {"name": "Librarian", "description": "", "type": "User"})
    role_id = made.headers["location"].rpartition("/")[2]
    await operator.post(f"users/{user_id}/roles", {"role": role_id})
    assert f"/console/default/roles/{role_id}" in (await operator.get(f"users/{user_id}/roles")).text
    await operator.post(f"users/{user_id}/roles", {"take": role_id})
    assert "No roles yet" in (await operator.get(f"users/{user_id}/roles")).text


async def test_nobody_is_left_without_a_way_to_be_found(server: Server, operator: OperatorBrowser) -> None:
    user_id = await add(operator, username="ada")
    answer = await operator.post(f"users/{user_id}", {"name": "Ada"})
    assert answer.status_code == 400
    assert 'id="username-problem"' in answer.text
    async with server.runtime.database.read("default") as reader:
        assert (await users.get(reader, user_id)).username == "ada"


async def test_data_that_is_nested_too_deep_is_refused_at_its_field(operator: OperatorBrowser) -> None:
    user_id = await add(operator, username="ada")
    deep = '{"a":' * 5000 + "1" + "}" * 5000
    answer = await operator.post(f"users/{user_id}", {"username": "ada", "custom_data": deep})
    assert answer.status_code == 400
    assert 'id="custom_data-problem"' in answer.text


async def test_the_language_menu_leads_back_to_the_same_search(operator: OperatorBrowser) -> None:
    page = await operator.get("users?q=ada&state=active")
    link = re.search(r'href="(/console/-/language\?tag=ja&amp;from=[^"]+)"', page.text)
    assert link is not None
    back = await operator.client.get(link[1].replace("&amp;", "&"))
    assert back.headers["location"] == "/console/default/users?q=ada&state=active"
