"""An identity, and what the wire shows of it. Wire: logto-api.md 2.4 (User, `identities`)."""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from narthex.connectors.contract import ExternalIdentity


class Identity(Struct, frozen=True):
    """A user as a provider knows them. Times in ms since epoch; `details` as the wire shows them."""

    user_id: str
    target: str
    external_id: str
    details: dict[str, object]
    connection_id: str | None
    created_at: int
    last_used_at: int

    @property
    def display_name(self) -> str:
        """What the provider calls the person."""
        for member in ("name", "email", "phone"):
            if isinstance(found := self.details.get(member), str) and found:
                return found
        return self.external_id


class NewIdentity(Struct, frozen=True):
    """An identity that a user gets."""

    target: str
    external_id: str
    details: Mapping[str, object] = {}
    connection_id: str | None = None


def details_of(external: ExternalIdentity) -> dict[str, object]:
    """What is kept of what a provider said."""
    known = {"name": external.name, "avatar": external.avatar, "email": external.email, "phone": external.phone}
    given = {name: value for name, value in known.items() if value is not None}
    # What tied one answer to one question tells nothing about the person.
    said = {name: value for name, value in external.raw.items() if name != "nonce"}
    return {"id": external.id, **given, "rawData": said}


def wire(identities: Iterable[Identity]) -> dict[str, dict[str, object]]:
    """The member `identities` of a user."""
    return {one.target: {"userId": one.external_id, "details": one.details} for one in identities}
