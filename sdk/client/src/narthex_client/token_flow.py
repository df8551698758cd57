"""Access tokens over the storage of one person: from the storage, or by one refresh for all who ask at once."""

from narthex_client.core.claims import IdClaims, UserInfo, id_claims, user_info
from narthex_client.core.jose import read_claims
from narthex_client.core.messages import HttpRequest
from narthex_client.core.metadata import endpoint
from narthex_client.core.token_map import read_token_map, token_key, usable, with_token, write_token_map
from narthex_client.core.tokens import read_tokens, refresh_request, refused
from narthex_client.engine import Engine, Refreshed
from narthex_client.errors import IdTokenError, InvalidToken, NotAuthenticated, SignInEnded, TokenError
from narthex_client.sign_in_flow import forget
from narthex_client.storage import Kept


async def access_token(
    engine: Engine, kept: Kept, resource: str | None, organization_id: str | None, *, renew: bool = False
) -> str:
    """A token that still holds; with `renew` a new one in any case. Raises `NotAuthenticated`, `TokenError`."""
    key = token_key(resource, organization_id)
    while True:
        found = usable(read_token_map(await kept.get("accessTokenMap")).get(key), engine.clock())
        if found is not None and not renew:
            return found
        refresh_token = await kept.get("refreshToken")
        if refresh_token is None:
            raise NotAuthenticated("There is no refresh token: nobody is signed in, or offline_access was not given.")
        refreshed = await _refresh(engine, kept, refresh_token, (resource, organization_id))
        if refreshed.key == key and not refreshed.spent:
            return refreshed.access_token


async def _refresh(engine: Engine, kept: Kept, refresh_token: str, target: tuple[str | None, str | None]) -> Refreshed:
    async def work() -> Refreshed:
        async with kept.lock("refreshToken"):
            if await kept.get("refreshToken") != refresh_token:
                return Refreshed(token_key(*target), spent=True)  # another process was quicker
            refreshed = await _ask(engine, kept, refresh_token, target)
            await _keep(engine, kept, refresh_token, refreshed)
            return refreshed

    try:
        refreshed = await engine.refreshes.run(refresh_token, work, engine.port.wait)
    except SignInEnded:
        newest = await kept.get("refreshToken")
        if newest not in {None, refresh_token}:
            return Refreshed(token_key(*target), spent=True)  # another process has a newer one
        await forget(kept)
        raise
    # Whoever waited may have a storage of its own, as a cookie is: what was found goes there too.
    if not refreshed.spent:
        await _keep(engine, kept, refresh_token, refreshed)
    return refreshed


async def _ask(engine: Engine, kept: Kept, refresh_token: str, target: tuple[str | None, str | None]) -> Refreshed:
    metadata = await engine.provider.metadata()
    request = refresh_request(metadata.token_endpoint, engine.config, refresh_token, *target)
    try:
        answer = read_tokens(await engine.port.send(request))
    except TokenError as problem:
        if problem.error == "invalid_grant":
            raise SignInEnded(f"The sign-in is over. {problem}") from problem
        raise
    if answer.id_token is not None:
        await engine.verify_id_token(answer.id_token, subject=await _subject(kept))
    return Refreshed(token_key(*target), answer.access_token, answer.expires_in, answer.refresh_token, answer.id_token)


async def _keep(engine: Engine, kept: Kept, used: str, refreshed: Refreshed) -> None:
    if await kept.get("refreshToken") != used:
        return  # signed out meanwhile, signed in anew, or kept already
    tokens = read_token_map(await kept.get("accessTokenMap"))
    tokens = with_token(tokens, refreshed.key, refreshed.access_token, refreshed.expires_in, engine.clock())
    await kept.set("accessTokenMap", write_token_map(tokens))
    if refreshed.id_token is not None:
        await kept.set("idToken", refreshed.id_token)
    if refreshed.refresh_token is not None:
        await kept.set("refreshToken", refreshed.refresh_token)


async def claims(kept: Kept) -> IdClaims | None:
    """What the kept ID token says; it was verified before it was kept. Raises `IdTokenError` where it is garbage."""
    token = await kept.get("idToken")
    try:
        return None if token is None else id_claims(read_claims(token))
    except InvalidToken as problem:
        raise IdTokenError(f"The kept ID token cannot be read. {problem}") from problem


async def _subject(kept: Kept) -> str | None:
    found = await claims(kept)
    return None if found is None else found.sub


async def is_fresh(engine: Engine, kept: Kept, min_fresh: float) -> bool:
    """Whether there is an ID token of this client that still holds for so many seconds."""
    try:
        found = await claims(kept)
    except IdTokenError:
        return False
    if found is None or found.iss != engine.config.issuer or engine.config.app_id not in found.aud:
        return False
    return found.exp > engine.clock() + min_fresh


async def fetch_user_info(engine: Engine, kept: Kept) -> UserInfo:
    """Who is signed in, as the server says now; raises `NotAuthenticated`, `TokenError`."""
    url = endpoint(await engine.provider.metadata(), "userinfo_endpoint")
    token = await access_token(engine, kept, None, None)
    answer = await engine.port.send(HttpRequest(url, headers={"authorization": f"Bearer {token}"}))
    if answer.status == 401 and await kept.get("refreshToken"):
        # Revoked before its time.
        token = await access_token(engine, kept, None, None, renew=True)
        answer = await engine.port.send(HttpRequest(url, headers={"authorization": f"Bearer {token}"}))
    found = answer.json_object()
    if answer.status != 200 or found is None:
        raise refused(answer)
    info = user_info(found)
    if (subject := await _subject(kept)) not in {None, info.sub}:
        raise TokenError(answer.status, "invalid_response", f"the userinfo answer is not about {subject}")
    return info
