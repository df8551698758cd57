"""What the endpoints answer."""

from typing import Any

from pydantic import BaseModel, ConfigDict


class TokenResponse(BaseModel):
    """The answer of the token endpoint; `expires_in` in seconds."""

    access_token: str
    token_type: str
    expires_in: int
    scope: str | None = None
    refresh_token: str | None = None
    id_token: str | None = None


class UserIdentity(BaseModel):
    """An account elsewhere that the person signs in with."""

    userId: str
    details: dict[str, Any] | None = None


class UserInfoResponse(BaseModel):
    """The answer of the userinfo endpoint. Members without a field are in `model_extra`."""

    model_config = ConfigDict(extra="allow")

    sub: str
    name: str | None = None
    username: str | None = None
    picture: str | None = None
    email: str | None = None
    email_verified: bool | None = None
    phone_number: str | None = None
    phone_number_verified: bool | None = None
    roles: list[str] | None = None
    custom_data: Any = None
    identities: dict[str, UserIdentity] | None = None
    organizations: list[str] | None = None
    organization_roles: list[str] | None = None
