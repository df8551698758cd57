"""Making a user from the command line."""

from typing import Any

import click

from narthex.access import system_actor
from narthex.cli.running import print_record, require_tenant, with_runtime
from narthex.credentials import service as credentials
from narthex.credentials.password_policy import PasswordRejected
from narthex.kit.runtime import Runtime
from narthex.registration import service as registration
from narthex.registration.service import NewPerson
from narthex.settings import Settings
from narthex.sign_in_settings import service as sign_in_settings
from narthex.sign_in_settings.hosted_page import built_in_catalogue
from narthex.sign_in_settings.policies import new_password_rules


def create(username: str, password: str | None, tenant: str, *, as_json: bool) -> None:
    """Make the user by the tenant's rules, with a password that is given or made, and print what they sign in with."""

    async def work(runtime: Runtime, settings: Settings) -> dict[str, Any]:
        home = await require_tenant(runtime, settings, tenant)
        chosen = credentials.made_password(runtime.randomness) if password is None else password
        kept = await _checked(runtime, tenant, username, chosen)
        person = NewPerson(kept, await credentials.hashed(runtime, chosen))
        async with runtime.database.write(tenant) as tx:
            user = await registration.register(tx, system_actor(tenant), person)
        record = {"endpoint": home.base_url, "id": user.id, "username": user.username}
        return record if password is not None else record | {"password": chosen}

    print_record(f"User {username!r} in the tenant {tenant}:", with_runtime(work), as_json=as_json)


async def _checked(runtime: Runtime, tenant: str, username: str, password: str) -> str:
    rules = new_password_rules(await sign_in_settings.read(runtime, tenant))
    try:
        return registration.check(username, password, rules)
    except PasswordRejected as rejected:
        catalogue = built_in_catalogue()
        reasons = " ".join(catalogue.text("en", one.phrase, **one.values) for one in rejected.objections)
        raise click.ClickException(f"The password does not meet the policy of {tenant}. {reasons}") from None
