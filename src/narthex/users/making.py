"""Making a user."""

from sqlalchemy import insert

from narthex.access import Actor, Permission
from narthex.audit_log import keys as audit_keys
from narthex.audit_log import service as audit_log
from narthex.audit_log.schemas import Event
from narthex.kit.database import Transaction, UniqueViolation, statement
from narthex.users.columns import COLUMNS
from narthex.users.contacts import checked_email, checked_phone
from narthex.users.profile import checked_avatar, checked_name, checked_object, checked_profile, name_key
from narthex.users.schemas import NewUser, User
from narthex.users.tables import users
from narthex.users.taken import taken
from narthex.users.username import checked_username, username_key

INSERT = statement(insert(users))


async def create(tx: Transaction, actor: Actor, new: NewUser) -> User:
    """Make a user. Raises `UsernameRefused`, `UsernameTaken`, `EmailTaken`, `PhoneTaken`, `InvalidInput`,
    `NotPermitted`."""
    actor.require(Permission.REGISTER)
    user = _checked(tx, new)
    columns = {column.name: getattr(user, column.name) for column in COLUMNS}
    key = None if user.username is None else username_key(user.username)
    try:
        await tx.run(INSERT, **columns, username_key=key, name_key=name_key(user.name))
    except UniqueViolation as violation:
        raise taken(violation) from None
    await audit_log.record(tx, actor, Event(audit_keys.USER_CREATE, user_id=user.id, application_id=new.application_id))
    return user


def _checked(tx: Transaction, new: NewUser) -> User:
    return User(
        id=tx.new_id(12),
        username=None if new.username is None else checked_username(new.username),
        primary_email=None if new.primary_email is None else checked_email(new.primary_email),
        primary_phone=None if new.primary_phone is None else checked_phone(new.primary_phone),
        name=checked_name(new.name),
        avatar=checked_avatar(new.avatar),
        profile=checked_profile(new.profile),
        custom_data=checked_object("customData", new.custom_data),
        application_id=new.application_id,
        is_suspended=False,
        valid_after=0,
        last_sign_in_at=None,
        created_at=tx.now,
        updated_at=tx.now,
    )
