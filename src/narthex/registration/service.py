"""Making a person: by sign-up with a username and a password, or by an operator."""

from msgspec import Struct

from narthex.access import Actor
from narthex.credentials import attempts
from narthex.credentials import service as credentials
from narthex.credentials.attempts import Limit
from narthex.credentials.password_policy import PasswordRules, check_password, normalise_password
from narthex.kit.addresses import network_of
from narthex.kit.database import Transaction
from narthex.kit.errors import Refusal
from narthex.kit.runtime import Runtime
from narthex.roles.assigning import give_default_roles
from narthex.users import making
from narthex.users.schemas import NewUser, User
from narthex.users.username import checked_username

PURPOSE = "register"
# A sign-up by username cannot hide that a name is taken, so how often one address may ask is limited instead.
SIGN_UPS_PER_ADDRESS = Limit(100, 60 * 60 * 1000)


class TooManySignUps(Refusal):
    """This address asked too often. Wire: 429."""

    def __init__(self, wait: int) -> None:
        minutes = max(1, -(-wait // 60_000))
        super().__init__(
            "request.rate_limited",
            status=429,
            text=f"Too many accounts were tried from this address. Try again in {minutes} minutes.",
            phrase="error.rate_limited",
            values={"minutes": minutes},
            headers=((b"retry-after", str(-(-wait // 1000)).encode()),),
        )


class NewPerson(Struct, frozen=True):
    """A person who signs up, with the hash of the password already made."""

    username: str
    password_hash: str
    application_id: str | None = None


def check(username: str, password: str, rules: PasswordRules) -> str:
    """The username as it will be kept. Raises `UsernameRefused` or `PasswordRejected`; writes nothing."""
    kept = checked_username(username)
    check_password(normalise_password(password), rules, (kept,))
    return kept


async def count_attempt(runtime: Runtime, actor: Actor) -> None:
    """Count a sign-up from this address before anything is told about names. Raises `TooManySignUps`."""
    async with runtime.database.write(actor.tenant_id) as tx:
        allowance = await attempts.count(tx, PURPOSE, network_of(actor.ip or "-"), SIGN_UPS_PER_ADDRESS)
    if not allowance.allowed:
        raise TooManySignUps(allowance.wait)


async def register(tx: Transaction, actor: Actor, person: NewPerson) -> User:
    """Write the person. Raises `UsernameTaken`, `NotPermitted`."""
    new = NewUser(person.username, application_id=person.application_id)
    return await make(tx, actor, new, person.password_hash)


async def make(tx: Transaction, actor: Actor, new: NewUser, password_hash: str | None) -> User:
    """Write a user with a password, or with none, and with the roles that everybody gets. Raises `UsernameRefused`,
    `UsernameTaken`, `EmailTaken`, `PhoneTaken`, `InvalidInput`, `NotPermitted`."""
    user = await making.create(tx, actor, new)
    if password_hash is not None:
        await credentials.put(tx, user.id, password_hash)
    await give_default_roles(tx, user.id)
    return user
