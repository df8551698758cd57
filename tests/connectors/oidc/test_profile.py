"""What of the claims becomes a person: an address or number only if the provider vouches for it."""

from typing import Any

import pytest

from narthex.connectors.contract import ExternalIdentity
from narthex.kit.http_client import HttpClient
from tests.connectors.oidc.round_trip import RoundTrip
from tests.fixtures.small_provider import NOW_MS, SmallProvider


async def identity(
    http: HttpClient, provider: SmallProvider, claims: dict[str, Any], without: tuple[str, ...] = (), **changes: Any
) -> ExternalIdentity:
    provider.claims, provider.without = claims, without
    return await RoundTrip(http, provider.config(**changes), NOW_MS).run(provider.visit)


async def test_everything_that_was_said_is_kept(http: HttpClient, small_provider: SmallProvider) -> None:
    found = await identity(http, small_provider, {"groups": ["a"], "address": {"country": "JP"}})
    assert (found.id, found.name, found.avatar) == ("ada", "Ada", "https://pictures.example/ada.png")
    assert found.raw["groups"] == ["a"]
    assert found.raw["address"] == {"country": "JP"}
    assert found.raw["iss"] == small_provider.issuer


@pytest.mark.parametrize(
    ("verified", "plain", "text_booleans", "trusting"),
    [
        # email_verified: whether the address is taken plainly, with text booleans, with trust
        (True, True, True, True),
        (False, False, False, False),
        (None, False, False, False),
        ("true", False, True, False),
        ("TRUE", False, True, False),
        ("1", False, True, False),
        ("false", False, False, False),
        ("0", False, False, False),
        ("yes", False, False, False),
        (1, False, False, False),
        ([True], False, False, False),
        (..., False, False, True),
    ],
    ids=repr,
)
async def test_an_address_is_taken_if_it_is_vouched_for(
    http: HttpClient, small_provider: SmallProvider, verified: object, plain: bool, text_booleans: bool, trusting: bool
) -> None:
    claims = {} if verified is ... else {"email_verified": verified}
    without = ("email_verified",) if verified is ... else ()

    async def taken(**changes: Any) -> bool:
        return (await identity(http, small_provider, claims, without, **changes)).email is not None

    assert await taken() is plain
    assert await taken(acceptStringTypedBooleanClaims=True) is text_booleans
    assert await taken(trustUnverifiedEmail=True) is trusting


@pytest.mark.parametrize("email", ["", "nobody", 5, None, ["a@b.example"], "a@b.example\n", "x" * 3_000 + "@b.example"])
async def test_what_is_no_address_is_not_taken(http: HttpClient, small_provider: SmallProvider, email: object) -> None:
    assert (await identity(http, small_provider, {"email": email})).email is None


@pytest.mark.parametrize(
    ("claims", "phone"),
    [
        ({"phone_number": "+15550100", "phone_number_verified": True}, "+15550100"),
        ({"phone": "+15550100", "phone_verified": True}, "+15550100"),
        ({"phone": "+1", "phone_verified": True, "phone_number": "+2", "phone_number_verified": True}, "+2"),
        ({"phone": "+1", "phone_verified": True, "phone_number": "+2"}, "+1"),
        ({"phone_number": "+15550100"}, None),
        ({"phone_number": "+15550100", "phone_number_verified": False}, None),
        ({"phone_number": "+15550100", "phone_verified": True}, None),
        ({"phone": "+15550100", "phone_number_verified": True}, None),
        ({"phone": "+15550100", "phone_verified": "true"}, None),
        ({"phone": 5, "phone_verified": True}, None),
    ],
    ids=repr,
)
async def test_a_number_is_taken_if_it_is_vouched_for(
    http: HttpClient, small_provider: SmallProvider, claims: dict[str, Any], phone: str | None
) -> None:
    # No switch vouches for a number.
    assert (await identity(http, small_provider, claims, trustUnverifiedEmail=True)).phone == phone


@pytest.mark.parametrize(
    "picture", ["javascript:alert(1)", "data:image/png;base64,x", "//x", "pic.png", "", 5, "http://a b/", "http://u@x/"]
)
async def test_a_picture_is_a_web_address(http: HttpClient, small_provider: SmallProvider, picture: object) -> None:
    assert (await identity(http, small_provider, {"picture": picture})).avatar is None


@pytest.mark.parametrize("name", ["", " ", 5, None, {"x": 1}, "a\x00b", "x" * 3_000])
async def test_a_name_that_cannot_be_shown_is_left_out(
    http: HttpClient, small_provider: SmallProvider, name: object
) -> None:
    assert (await identity(http, small_provider, {"name": name})).name is None
