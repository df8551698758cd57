"""What both servers find in their databases: applications, people, and tokens whose values the load knows."""

from collections.abc import Mapping

import msgspec
from msgspec import Struct
from sqlalchemy import bindparam, insert, update

from narthex.access import Actor, system_actor
from narthex.app import ensure_seeded, open_runtime
from narthex.applications import service as applications
from narthex.applications.schemas import NewApplication
from narthex.applications.types import ApplicationType
from narthex.connections import service as connections
from narthex.connections.schemas import ConnectionMetadata, NewConnection
from narthex.credentials import service as credentials
from narthex.credentials.password_hash import hash_password
from narthex.interactions.schemas import AuthorizationRequest
from narthex.interactions.tables import interactions
from narthex.kit.database import Transaction, statement
from narthex.kit.digests import digest
from narthex.kit.runtime import Runtime
from narthex.operators import service as operators
from narthex.operators import tokens as operator_tokens
from narthex.operators.tables import console_sessions
from narthex.roles import assigning
from narthex.roles.schemas import MANAGEMENT_ROLE_ID
from narthex.sessions.service import open_session
from narthex.sessions.tables import sessions
from narthex.settings import read_settings
from narthex.sign_in_settings import editing
from narthex.tenants.schemas import ADMIN_TENANT
from narthex.tokens.tables import access_tokens, authorization_codes, grants, refresh_tokens
from narthex.users import making
from narthex.users.schemas import NewUser
from tests.fixtures.walk import challenge

TENANT = "default"
CALLBACK = "http://localhost:3000/callback"
HOME = "http://localhost:3000/"
KEY = "YmVuY2htYXJrcyBvbmx5LCBub3QgZm9yIGEgc2VydmU="
PASSWORD = "correct-Horse-42-staple"
SCOPES = ("openid", "offline_access", "profile")
RESOURCE = f"https://{TENANT}.logto.app/api"
BROWSER = "the-secret-of-one-browser-in-the-benchmarks"
PEOPLE = 1_000
# As many grants as there are connections at most, so that no two wait for one row.
GRANTS = 64
CODES = 15_000
DAY = 24 * 60 * 60 * 1000
# The cookie of an operator's console, and where the provider of the connector `bench` listens.
CONSOLE_SECRET = "the-secret-of-one-operator-in-the-benchmark"
PROVIDER_PORT = 18_099
PROVIDER = f"http://127.0.0.1:{PROVIDER_PORT}"

GRANT, SESSION, INTERACTION = statement(insert(grants)), statement(insert(sessions)), statement(insert(interactions))
KNOWN_SECRET = statement(
    update(console_sessions)
    .where(console_sessions.c.secret_hash == bindparam("of_secret"))
    .values(secret_hash=bindparam("known"))
)
ACCESS, REFRESH, CODE = (statement(insert(table)) for table in (access_tokens, refresh_tokens, authorization_codes))


class Seeds(Struct, frozen=True):
    """What the load needs to know."""

    machine_id: str
    machine_secret: str
    page_id: str
    web_id: str
    web_secret: str
    interaction_id: str = "an-interaction-to-see"
    user_token: str = "an-access-token-of-a-single-page-application"
    web_token: str = "an-access-token-of-a-website"


def environment(url: str) -> Mapping[str, str]:
    """The settings of a server under test: one thread for hashes, since it has one core."""
    return {
        "NARTHEX_DATABASE_URL": url,
        "NARTHEX_ENCRYPTION_KEY": KEY,
        "NARTHEX_HASHING_THREADS": "1",
        "NARTHEX_OUTGOING_ALLOW": "127.0.0.1",
    }


def username(number: int) -> str:
    """The name of a person."""
    return f"person_{number % PEOPLE:05}"


def code(number: int) -> str:
    """An authorization code; each can be used once."""
    return f"a-code-of-the-benchmarks-with-43-char{number:06}"


def refresh_token(number: int) -> str:
    """The first refresh token of a chain."""
    return f"a-refresh-token-of-the-benchmarks-{number % GRANTS:09}"


async def seed(url: str) -> Seeds:
    """Fill a migrated database."""
    async with open_runtime(read_settings(environment(url))) as runtime:
        await ensure_seeded(runtime)
        actor = system_actor(TENANT)
        async with runtime.database.write(TENANT) as tx:
            machine = await _application(tx, actor, runtime, ApplicationType.MACHINE_TO_MACHINE)
            page = await _application(tx, actor, runtime, ApplicationType.SPA)
            web = await _application(tx, actor, runtime, ApplicationType.TRADITIONAL)
            role = MANAGEMENT_ROLE_ID
            await assigning.assign_to_application(tx, actor, runtime.cache, machine.application_id, role)
            people = await _people(tx, actor)
        seeds = Seeds(
            machine.application_id, machine.secret or "", page.application_id, web.application_id, web.secret or ""
        )
        async with runtime.database.write(TENANT) as tx:
            granted = [await _grant(tx, seeds.page_id, user_id) for user_id in people[:GRANTS]]
            await _access_token(tx, seeds.user_token, granted[0], seeds.page_id)
            await _access_token(tx, seeds.web_token, await _grant(tx, seeds.web_id, people[0]), seeds.web_id)
            for number, grant_id in enumerate(granted):
                await _refresh_token(tx, refresh_token(number), grant_id, seeds.page_id)
            for number in range(CODES):
                await _code(tx, code(number), granted[number % GRANTS], seeds.page_id)
            await _interaction(tx, seeds)
            await _connector(tx, actor, runtime)
        await _operator(runtime)
        return seeds


async def _connector(tx: Transaction, actor: Actor, runtime: Runtime) -> None:
    config = {
        "clientId": "bench",
        "clientSecret": "a secret of the benchmarks",
        "scope": "openid",
        "authorizationEndpoint": f"{PROVIDER}/auth",
        "tokenEndpoint": f"{PROVIDER}/token",
        "idTokenVerificationConfig": {"jwksUri": f"{PROVIDER}/jwks", "issuer": PROVIDER},
    }
    new = NewConnection("oidc", config, "bench", ConnectionMetadata(name={"en": "Bench"}))
    await connections.create(tx, actor, runtime, new)
    shown = {"socialSignInConnectorTargets": ["bench"], "socialSignIn": {"skipRequiredIdentifiers": True}}
    await editing.update(tx, actor, runtime, shown)


async def _operator(runtime: Runtime) -> None:
    """An operator whose console is open in a browser."""
    actor = system_actor(ADMIN_TENANT)
    async with runtime.database.write(ADMIN_TENANT) as tx:
        token = await operator_tokens.find_token(tx, await operator_tokens.issue_set_up(tx, actor, runtime), tx.now)
        user = await making.create(tx, actor, NewUser("olivia"))
        await operator_tokens.consume(tx, runtime, token)
        await operators.become_operator(tx, actor, user.id, token)
        opened = await open_session(tx, actor, runtime, None, user.id, ("pwd",), tx.now)
        secret = await operators.open_console_session(tx, actor, runtime, user.id, opened.session.id)
        await tx.run(KNOWN_SECRET, of_secret=digest(secret), known=digest(CONSOLE_SECRET))


async def _application(
    tx: Transaction, actor: Actor, runtime: Runtime, type: ApplicationType
) -> applications.Credentials:
    new = NewApplication("Bookstore", type)
    if type is not ApplicationType.MACHINE_TO_MACHINE:
        new = NewApplication("Bookstore", type, (CALLBACK,), (HOME,))
    return await applications.create(tx, actor, runtime, new)


async def _people(tx: Transaction, actor: Actor) -> list[str]:
    hashed = hash_password(PASSWORD, b"salt-of-a-bench-")
    made = [await making.create(tx, actor, NewUser(username(number), name="Ada Lovelace")) for number in range(PEOPLE)]
    for user in made:
        await credentials.put(tx, user.id, hashed)
    return [user.id for user in made]


async def _grant(tx: Transaction, application_id: str, user_id: str) -> str:
    """A grant for offline use, and the session it was given in."""
    session_id, grant_id = tx.new_id(), tx.new_id()
    await tx.run(
        SESSION,
        id=session_id,
        secret_hash=digest(session_id),
        user_id=user_id,
        authenticated_at=tx.now,
        methods=["pwd"],
        created_at=tx.now,
        expires_at=tx.now + DAY,
        ended_at=None,
        ip="127.0.0.1",
        user_agent="bench",
    )
    await tx.run(
        GRANT,
        id=grant_id,
        user_id=user_id,
        application_id=application_id,
        session_id=session_id,
        scopes=SCOPES,
        resources=[],
        is_offline=True,
        authenticated_at=tx.now,
        nonce=None,
        created_at=tx.now,
        expires_at=tx.now + DAY,
        revoked_at=None,
    )
    return grant_id


async def _access_token(tx: Transaction, token: str, grant_id: str, application_id: str) -> None:
    await tx.run(
        ACCESS,
        token_hash=digest(token),
        grant_id=grant_id,
        application_id=application_id,
        scope=" ".join(SCOPES),
        created_at=tx.now,
        expires_at=tx.now + DAY,
    )


async def _refresh_token(tx: Transaction, token: str, grant_id: str, application_id: str) -> None:
    await tx.run(
        REFRESH,
        token_hash=digest(token),
        grant_id=grant_id,
        application_id=application_id,
        created_at=tx.now,
        expires_at=tx.now + DAY,
        started_at=tx.now,
        consumed_at=None,
    )


async def _code(tx: Transaction, given: str, grant_id: str, application_id: str) -> None:
    """A code that lives a day, since it has to wait for its turn."""
    await tx.run(
        CODE,
        code_hash=digest(given),
        grant_id=grant_id,
        application_id=application_id,
        redirect_uri=CALLBACK,
        code_challenge=challenge(),
        expires_at=tx.now + DAY,
        consumed_at=None,
    )


async def _interaction(tx: Transaction, seeds: Seeds) -> None:
    request = AuthorizationRequest(
        seeds.page_id, CALLBACK, "query", SCOPES, state="state-1", code_challenge=challenge(), prompts=("consent",)
    )
    await tx.run(
        INTERACTION,
        id=seeds.interaction_id,
        browser_hash=digest(BROWSER),
        application_id=seeds.page_id,
        request=msgspec.to_builtins(request),
        authentication=None,
        consent=None,
        created_at=tx.now,
        expires_at=tx.now + DAY,
        finished_at=None,
        trip_state_hash=None,
        trip_sealed=None,
        newcomer_sealed=None,
    )
