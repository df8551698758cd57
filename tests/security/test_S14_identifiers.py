"""S14: one name, however it is typed, is one account; a name that only looks like another is refused."""

import asyncio

import pytest

from narthex.applications.service import Credentials
from tests.fixtures.server import CALLBACK, Server
from tests.fixtures.traces import rows
from tests.fixtures.walk import returned

OTHER_PASSWORD = "another-Horse-43-staple"
SAME = ["ADA", "Ada", " ada", "ada ", "\tada\n", "\u00a0ada\u3000", "ａｄａ", "ＡＤＡ", "𝐚𝐝𝐚", "ⓐⓓⓐ", "ªdª"]
LOOKING_ALIKE = [
    "аda",  # Cyrillic a
    "αda",  # Greek alpha
    "ada\u200b",  # zero width space
    "ad\u0430",
    "a\u0301da",
    "ada\u202e",
    "ad\u00ada",
    "ada\u0000",
    "aԁa",
    "ada.",
    "a da",
    "ada@example.com",
    "ада",
    "ꭺda",
]


@pytest.fixture
async def application(server: Server) -> Credentials:
    """An application at which ada has an account."""
    made = await server.application()
    await server.browser().sign_up(made.application_id, CALLBACK)
    return made


@pytest.mark.parametrize("typed", SAME)
async def test_another_spelling_is_the_same_account(server: Server, application: Credentials, typed: str) -> None:
    refused = await server.browser().sign_up(application.application_id, CALLBACK, typed, OTHER_PASSWORD)
    assert refused.status_code == 422
    assert len(await rows(server, "users")) == 1
    wrong = await server.browser().sign_in(application.application_id, CALLBACK, typed, OTHER_PASSWORD)
    assert wrong.status_code == 422
    assert "code" in returned(await server.browser().sign_in(application.application_id, CALLBACK, typed))


@pytest.mark.parametrize("typed", LOOKING_ALIKE)
async def test_a_name_that_looks_alike_is_refused(server: Server, application: Credentials, typed: str) -> None:
    refused = await server.browser().sign_up(application.application_id, CALLBACK, typed, OTHER_PASSWORD)
    assert refused.status_code in {400, 422}
    assert len(await rows(server, "users")) == 1
    answer = await server.browser().sign_in(application.application_id, CALLBACK, typed)
    assert answer.status_code in {400, 422}


@pytest.mark.parametrize(("first", "second"), [("straSSe", "STRASSE"), ("Kay", "\u212aay"), ("fish", "ﬁsh")])
async def test_folding_makes_one_account(server: Server, first: str, second: str) -> None:
    made = await server.application()
    assert "code" in returned(await server.browser().sign_up(made.application_id, CALLBACK, first))
    refused = await server.browser().sign_up(made.application_id, CALLBACK, second, OTHER_PASSWORD)
    assert refused.status_code == 422
    assert [row["username"] for row in await rows(server, "users")] == [first]


async def test_the_name_is_kept_as_it_was_typed(server: Server) -> None:
    made = await server.application()
    await server.browser().sign_up(made.application_id, CALLBACK, " Ada_Ｌovelace ")
    assert [(row["username"], row["username_key"]) for row in await rows(server, "users")] == [
        ("Ada_Lovelace", "ada_lovelace")
    ]


async def test_the_same_name_in_another_tenant_is_another_account(server: Server, application: Credentials) -> None:
    await server.add_tenant("acme")
    other = await server.application(tenant_id="acme")
    answer = await server.browser("acme").sign_up(other.application_id, CALLBACK, "ada", OTHER_PASSWORD)
    assert "code" in returned(answer)
    crossed = await server.browser().sign_in(application.application_id, CALLBACK, "ada", OTHER_PASSWORD)
    assert crossed.status_code == 422


async def test_of_ten_sign_ups_at_once_one_gets_the_name(server: Server) -> None:
    made = await server.application()
    spellings = ["eve", "EVE", "Eve", "ｅve", " eve"] * 2
    browsers = [server.browser() for _ in spellings]
    answers = await asyncio.gather(
        *(
            browser.sign_up(made.application_id, CALLBACK, name)
            for browser, name in zip(browsers, spellings, strict=True)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [303] + [422] * 9
    assert len(await rows(server, "users")) == 1
    assert len(await rows(server, "passwords")) == 1
