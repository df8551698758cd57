"""People whom another identity provider vouched for and who have no account here: what that can lead to, and making
their account. An account that exists already is never given to one of them without proof (F1)."""

from msgspec import Struct

from narthex.access import Actor
from narthex.connectors.contract import ExternalIdentity
from narthex.identities import service as identities
from narthex.identities.schemas import NewIdentity, details_of
from narthex.kit.database import Reader, Transaction
from narthex.kit.errors import InvalidInput
from narthex.registration.service import make
from narthex.sign_in_settings.policies import terms_are_ticked
from narthex.sign_in_settings.schemas import SignInSettings
from narthex.users import service as users
from narthex.users.contacts import checked_email, checked_phone
from narthex.users.profile import LONGEST_NAME, checked_avatar, checked_name
from narthex.users.schemas import NewUser, User


class Outlook(Struct, frozen=True):
    """All that the decision about a newcomer depends on."""

    account_exists: bool
    wants_own_account: bool
    sign_up_is_on: bool
    username_is_needed: bool
    agreement_is_needed: bool


class ExternalPerson(Struct, frozen=True):
    """A newcomer who gets an account."""

    external: ExternalIdentity
    target: str
    connection_id: str
    application_id: str | None = None
    username: str | None = None


async def outlook(
    reader: Reader, settings: SignInSettings, external: ExternalIdentity, *, wants_own_account: bool
) -> Outlook:
    """What there is to decide about a newcomer."""
    return Outlook(
        account_exists=await known_account(reader, external) is not None,
        wants_own_account=wants_own_account,
        sign_up_is_on=settings.sign_up_is_on,
        username_is_needed=settings.newcomers_need_username,
        agreement_is_needed=terms_are_ticked(settings),
    )


async def known_account(reader: Reader, external: ExternalIdentity) -> User | None:
    """The account that has the mail address, or else the phone number, which the provider vouches for."""
    email, phone = email_of(external), phone_of(external)
    by_email = await users.find_by_email(reader, email) if email else None
    return by_email or (await users.find_by_phone(reader, phone) if phone else None)


async def register(tx: Transaction, actor: Actor, person: ExternalPerson) -> User:
    """Make the account, without a mail address or phone number that another one has. Raises `UsernameRefused`,
    `UsernameTaken`, `IdentityInUse`, `NotPermitted`."""
    external = person.external
    email, phone = email_of(external), phone_of(external)
    new = NewUser(
        username=person.username,
        primary_email=None if email is None or await users.find_by_email(tx, email) else email,
        primary_phone=None if phone is None or await users.find_by_phone(tx, phone) else phone,
        name=name_of(external),
        avatar=avatar_of(external),
        application_id=person.application_id,
    )
    user = await make(tx, actor, new, None)
    await identities.link(tx, actor, user.id, identity_of(person.target, person.connection_id, external))
    return user


def identity_of(target: str, connection_id: str, external: ExternalIdentity) -> NewIdentity:
    """The identity that an account gets from a provider."""
    return NewIdentity(target, external.id, identities.storable(details_of(external)), connection_id)


def email_of(external: ExternalIdentity) -> str | None:
    """The mail address as it would be kept; None where the provider vouches for none, or for nonsense."""
    try:
        return checked_email(external.email) if external.email else None
    except InvalidInput:
        return None


def phone_of(external: ExternalIdentity) -> str | None:
    """The phone number as it would be kept; None as above."""
    try:
        return checked_phone(external.phone) if external.phone else None
    except InvalidInput:
        return None


def name_of(external: ExternalIdentity) -> str | None:
    """The name, cut to what is kept."""
    try:
        return checked_name((external.name or "")[:LONGEST_NAME])
    except InvalidInput:
        return None


def avatar_of(external: ExternalIdentity) -> str | None:
    """The address of the picture, where it is one."""
    try:
        return checked_avatar(external.avatar)
    except InvalidInput:
        return None
