"""The whole walk of an application: sign up, tokens, userinfo, refresh, sign out."""

from narthex.applications.types import ApplicationType
from tests.fixtures.server import CALLBACK, HOME, Server
from tests.fixtures.walk import VERIFIER, returned


async def test_an_application_signs_a_person_up_and_out(server: Server) -> None:
    application = await server.application()
    browser = server.browser()
    answer = returned(await browser.sign_up(application.application_id, CALLBACK))
    assert answer["state"] == "state-1"
    assert answer["iss"] == "http://localhost:3001/oidc"
    assert application.secret is not None
    form = {
        "grant_type": "authorization_code",
        "client_id": application.application_id,
        "client_secret": application.secret,
        "redirect_uri": CALLBACK,
        "code": answer["code"],
        "code_verifier": VERIFIER,
    }
    client = server.client()
    response = await client.post("/oidc/token", data=form)
    assert response.status_code == 200, response.text
    tokens = response.json()
    assert tokens["token_type"] == "Bearer"
    me = await client.get("/oidc/me", headers={"authorization": f"Bearer {tokens['access_token']}"})
    assert me.json()["username"] == "ada"
    refreshed = await client.post(
        "/oidc/token",
        data={
            "grant_type": "refresh_token",
            "client_id": application.application_id,
            "client_secret": application.secret,
            "refresh_token": tokens["refresh_token"],
        },
    )
    assert refreshed.status_code == 200, refreshed.text
    page = await browser.get(
        f"/oidc/session/end?client_id={application.application_id}&post_logout_redirect_uri={HOME}"
    )
    assert page.status_code == 200
    gone = await browser.submit(page, {})
    assert gone.headers["location"] == HOME
    again = await browser.get(browser.authorize_url(application.application_id, CALLBACK))
    assert "<h1>Sign in to Bookstore</h1>" in again.text


async def test_a_person_signs_in_again(server: Server) -> None:
    application = await server.application(ApplicationType.SPA)
    await server.browser().sign_up(application.application_id, CALLBACK)
    answer = await server.browser().sign_in(application.application_id, CALLBACK)
    assert "code" in returned(answer)
