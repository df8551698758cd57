"""Sign-in, the way back, and sign-out, over the storage of one person."""

from dataclasses import dataclass, replace

from narthex_client.core.authorize import SignInRequest, authorization_url, with_query
from narthex_client.core.callback import find_slot, read_code, read_parameters
from narthex_client.core.claims import IdClaims
from narthex_client.core.metadata import endpoint
from narthex_client.core.pkce import new_secret
from narthex_client.core.slots import SignInSlot, read_slots, write_slots
from narthex_client.core.token_map import with_token, write_token_map
from narthex_client.core.tokens import TokenAnswer, code_request, read_tokens, revocation_request
from narthex_client.engine import Engine
from narthex_client.errors import IdTokenError, NarthexError
from narthex_client.storage import TOKEN_KEYS, Kept


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A sign-in that came back well: who it is, and the `return_to` it was started with."""

    claims: IdClaims
    return_to: str


async def start(engine: Engine, kept: Kept, request: SignInRequest) -> str:
    """Open a slot, and say where to send the person."""
    metadata = await engine.provider.metadata()
    now = engine.clock()
    slot = SignInSlot(new_secret(), new_secret(), new_secret(), request.redirect_uri, int(now), request.return_to)
    url = authorization_url(metadata.authorization_endpoint, engine.config, request, slot)
    slots = read_slots(await kept.get("signInSession"), now)
    await kept.set("signInSession", write_slots((slot, *slots)))
    return url


async def finish(engine: Engine, kept: Kept, callback_url: str) -> SignedIn:
    """Use up the slot, exchange the code, and keep the tokens in place of those before."""
    metadata = await engine.provider.metadata()
    parameters = read_parameters(callback_url)
    slot = await _take_slot(engine, kept, parameters)
    code = read_code(callback_url, parameters, slot, metadata)
    request = code_request(metadata.token_endpoint, engine.config, code, slot)
    answer = read_tokens(await engine.port.send(request))
    if answer.id_token is None:
        raise IdTokenError("The server sent no ID token. Ask for the scope openid.")
    claims = await engine.verify_id_token(answer.id_token, nonce=slot.nonce)
    await _keep(engine, kept, answer)
    return SignedIn(claims, slot.return_to)


async def _take_slot(engine: Engine, kept: Kept, parameters: dict[str, str]) -> SignInSlot:
    slots = read_slots(await kept.get("signInSession"), engine.clock())
    slot = find_slot(parameters, slots)
    # Used up whatever comes next: an answer is good for one try.
    await kept.set("signInSession", write_slots(one for one in slots if one != slot))
    return slot


async def _keep(engine: Engine, kept: Kept, answer: TokenAnswer) -> None:
    tokens = with_token({}, "", answer.access_token, answer.expires_in, engine.clock())
    await kept.set("idToken", answer.id_token)
    await kept.set("refreshToken", answer.refresh_token)
    await kept.set("accessTokenMap", write_token_map(tokens))


async def forget(kept: Kept) -> None:
    """Forget all tokens."""
    for key in TOKEN_KEYS:
        await kept.delete(key)


async def sign_out(
    engine: Engine, kept: Kept, post_logout_redirect_uri: str | None, *, revoke: bool, hint: bool
) -> str:
    """Forget the tokens here, end the grant there as well as it goes, and say where to send the person.

    With `hint` the ID token goes along, so that the server need not ask the person (RP-Initiated Logout 1.0, 2).
    """
    id_token, refresh_token = await kept.get("idToken"), await kept.get("refreshToken")
    await forget(kept)
    metadata = await engine.provider.metadata()
    url = endpoint(metadata, "end_session_endpoint")
    if revoke and refresh_token and metadata.revocation_endpoint:
        await _revoke(engine, metadata.revocation_endpoint, refresh_token)
    parameters = {
        "client_id": engine.config.app_id,
        "post_logout_redirect_uri": post_logout_redirect_uri,
        "id_token_hint": id_token if hint else None,
    }
    return with_query(url, parameters)


async def _revoke(engine: Engine, url: str, refresh_token: str) -> None:
    # Some servers want the secret in the form for this one request; all take it there.
    config = replace(engine.config, client_authentication="client_secret_post")
    try:
        await engine.port.send(revocation_request(url, config, refresh_token))
    except NarthexError:
        return  # the person is signed out here all the same, and the token dies by its age
