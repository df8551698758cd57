"""The sign-in page without an interaction behind it, for the preview in the console: the same template, forms that
lead nowhere."""

from narthex.kit.runtime import Runtime
from narthex.sign_in.providers import ProviderButton
from narthex.sign_in_settings import social
from narthex.sign_in_settings.hosted_page import HostedForm, HostedPage, hosted_text
from narthex.sign_in_settings.policies import terms_are_ticked_at_sign_in
from narthex.sign_in_settings.schemas import SignInSettings
from narthex.tenants.schemas import Tenant

NOWHERE = HostedForm("#")


async def sign_in_page(runtime: Runtime, tenant: Tenant, page: HostedPage, settings: SignInSettings) -> str:
    """The page as these settings make it."""
    shown = await social.shown_by(runtime, tenant.id, settings.experience)
    buttons = tuple(
        ProviderButton(one.target, one.display_name(page.language), NOWHERE, one.logo, one.logo_dark) for one in shown
    )
    text = hosted_text(
        runtime.templates,
        page,
        "sign_in/sign_in.html",
        form=NOWHERE,
        identifier="",
        problems=(),
        by_password=settings.password_is_on,
        agreement=terms_are_ticked_at_sign_in(settings),
        providers=buttons,
        sign_up_url="#" if settings.sign_up_by_username_is_on else None,
        locked_minutes=None,
    )
    # The focus stays in the form that is being edited.
    return text.replace(" autofocus", "")
