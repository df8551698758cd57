"""Bookstore: a Flask application that signs people in, with the package `logto` as its index has it.

README.md has the three steps. Settings come from the environment: LOGTO_ENDPOINT, LOGTO_APP_ID, LOGTO_APP_SECRET.
"""

import os
from typing import Union

from flask import Flask, redirect, request, session
from logto import LogtoClient, LogtoConfig, LogtoException, Storage
from markupsafe import escape
from werkzeug.wrappers import Response

# Where this application is reached. Its addresses /callback and / have to be registered, letter for letter.
HERE = os.environ.get("APP_URL", "http://localhost:3000")

app = Flask(__name__)
# It signs the session cookie. Without one that stays, a restart signs everybody out.
app.secret_key = os.environ.get("SECRET_KEY") or os.urandom(32)


class SessionStorage(Storage):
    """Keeps what the client knows of a visitor in the session of that visitor."""

    def get(self, key: str) -> Union[str, None]:
        return session.get(key, None)

    def set(self, key: str, value: Union[str, None]) -> None:
        session[key] = value

    def delete(self, key: str) -> None:
        session.pop(key, None)


client = LogtoClient(
    LogtoConfig(
        endpoint=os.environ.get("LOGTO_ENDPOINT", "http://localhost:3001"),
        appId=os.environ["LOGTO_APP_ID"],
        appSecret=os.environ["LOGTO_APP_SECRET"],
    ),
    storage=SessionStorage(),
)


@app.route("/")
async def home() -> str:
    """Say whether somebody is signed in."""
    if client.isAuthenticated() is False:
        return "Not authenticated <a href='/sign-in'>Sign in</a>"
    return "Authenticated <a href='/sign-out'>Sign out</a>"


@app.route("/sign-in")
async def sign_in() -> Response:
    """Send the visitor to the sign-in page."""
    return redirect(await client.signIn(redirectUri=f"{HERE}/callback"))


@app.route("/sign-up")
async def sign_up() -> Response:
    """The same, with the form for a new account first."""
    return redirect(await client.signIn(redirectUri=f"{HERE}/callback", interactionMode="signUp"))


@app.route("/callback")
async def callback() -> Response | tuple[str, int]:
    """Take the visitor back, and the tokens."""
    try:
        await client.handleSignInCallback(request.url)
    except LogtoException as problem:
        return f"The sign-in did not work: {escape(str(problem))} <a href='/sign-in'>Try again</a>", 400
    return redirect("/")


@app.route("/sign-out")
async def sign_out() -> Response:
    """Forget the visitor here, then there."""
    return redirect(await client.signOut(postLogoutRedirectUri=f"{HERE}/"))


if __name__ == "__main__":
    app.run(port=3000)
