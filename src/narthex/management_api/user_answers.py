"""Users with what other slices know of them: whether they have a password, and their identities elsewhere."""

from collections.abc import Iterable, Sequence

from narthex.credentials.queries import with_password
from narthex.identities import service as identities
from narthex.identities.schemas import Identity
from narthex.kit.database import Reader
from narthex.management_api.wire.users import IdentityAnswer, UserAnswer, user_answer
from narthex.users.schemas import User


async def user_answers(reader: Reader, users: Sequence[User]) -> list[UserAnswer]:
    """The users as the wire writes them, in one statement a slice whatever their number."""
    ids = [user.id for user in users]
    have_one, known = await with_password(reader, ids), await identities.of_users(reader, ids)
    return [
        user_answer(user, has_password=user.id in have_one, identities=identities_answer(known.get(user.id, ())))
        for user in users
    ]


async def one_user_answer(reader: Reader, user: User) -> UserAnswer:
    """One user as the wire writes it."""
    return (await user_answers(reader, [user]))[0]


def identities_answer(found: Iterable[Identity]) -> dict[str, IdentityAnswer]:
    """Identities by target."""
    return {one.target: IdentityAnswer(one.external_id, one.details) for one in found}
