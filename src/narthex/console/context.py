"""What every page of the console is given, and how it answers."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from msgspec import Struct, structs

from narthex.access import Actor
from narthex.console.rendering import SAID_COOKIE, Crumb, FramePage, render_framed
from narthex.console.words import catalogue
from narthex.kit.errors import Refusal
from narthex.kit.forms import Form, form_token
from narthex.kit.http import NO_STORE, Header, Response, redirect, set_cookie_header
from narthex.kit.runtime import Runtime
from narthex.operators.schemas import CONSOLE_COOKIE, Operator
from narthex.sign_in_settings.hosted_page import Problem
from narthex.tenants.request import Request
from narthex.tenants.schemas import Tenant

FORM_PURPOSE = "console"


class ConsoleContext(Struct, frozen=True):
    """One request of one operator about one tenant. `request.tenant` is `admin`, `tenant` the one that is managed."""

    runtime: Runtime
    request: Request
    operator: Operator
    tenant: Tenant
    tenants: tuple[Tenant, ...]
    language: str
    args: Mapping[str, str] = {}

    @property
    def actor(self) -> Actor:
        """The operator, as the services take one."""
        return self.operator.actor(self.request.actor(), self.tenant.id)

    @property
    def query(self) -> Form:
        """The query parameters."""
        return self.request.query

    async def form(self) -> Form:
        """The fields of the form that was sent; where it came from was checked before the page was called."""
        return await self.request.form()

    def text(self, key: str, /, **values: object) -> str:
        """A phrase of the console."""
        return catalogue().text(self.language, key, **values)

    def url(self, path: str = "", **query: str | int | None) -> str:
        """The address of a page about this tenant."""
        given = {name: value for name, value in query.items() if value is not None}
        return f"/console/{self.tenant.id}/{quote(path)}" + (f"?{urlencode(given)}" if given else "")

    def problem(self, refusal: Refusal, field: str | None = None) -> Problem:
        """What a refusal says, at the field of the page that it is about."""
        return Problem(self.said_by(refusal), field)

    def said_by(self, refusal: Refusal) -> str:
        """The words of a refusal: its phrase where the console has one, else its own plain text."""
        if refusal.phrase and refusal.phrase in catalogue():
            return self.text(refusal.phrase, **refusal.values)
        return refusal.text

    def render(
        self,
        name: str,
        /,
        *,
        title: str,
        status: int = 200,
        problems: Iterable[Problem] = (),
        back: Crumb | None = None,
        headers: Iterable[Header] = (),
        form_targets: str = "",
        **context: Any,
    ) -> Response:
        """A page in the frame. `name` is a template, `title` what stands in the window and usually in the h1;
        `form_targets` are origins that a form of the page leads on to (CSP form-action)."""
        page = FramePage(
            language=self.language,
            title=title,
            path=self.request.path,
            address=self._address,
            operator=self.operator,
            tenant=self.tenant,
            tenants=self.tenants,
            form_token=form_token(self.request.secret(CONSOLE_COOKIE) or "", FORM_PURPOSE),
            said=self.request.cookie(SAID_COOKIE) or "",
            theme=self.request.cookie("theme") or "",
            back=back,
            now=self.runtime.clock.now(),
        )
        given = context | {"problems": tuple(problems), "console": self}
        return render_framed(
            self.runtime.templates, page, name, status, given, self.request, form_targets
        ).with_headers(headers)

    @property
    def _address(self) -> str:
        """This page with its query, for the way back to it."""
        query = self.request.raw_query.decode("latin-1")
        return self.request.path + (f"?{query}" if query else "")

    def go(
        self, path: str, *, said: str | None = None, fragment: str | None = None, **query: str | int | None
    ) -> Response:
        """On to another page after a change, which then says `said`: the key of a phrase that starts with `said.`;
        `fragment` is the id of the place on that page."""
        cookies: tuple[Header, ...] = ()
        if said is not None:
            admin = self.request.tenant
            name = admin.cookie_name(SAID_COOKIE)
            cookies = (set_cookie_header(name, said, max_age=60, secure=admin.secure),)
        place = f"#{quote(fragment)}" if fragment else ""
        return redirect(self.url(path, **query) + place, 303, (NO_STORE, *cookies))

    def with_args(self, args: Mapping[str, str]) -> "ConsoleContext":
        """The same with the arguments of the path."""
        return structs.replace(self, args=args)
