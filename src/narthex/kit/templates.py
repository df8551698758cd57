"""Pages from Jinja2 templates that live in the folder `templates/` of the packages which show them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment


class Templates:
    """Templates of several packages, each under its own prefix: `sign_in/sign_in.html` is `sign_in.html` of the
    package given as ("sign_in", "narthex.sign_in"). What a page needs and was not given is an error, never a blank.
    """

    def __init__(self, packages: Sequence[tuple[str, str]]) -> None:
        self._packages = tuple(packages)
        self._environment: Environment | None = None

    def render(self, name: str, /, **context: object) -> str:
        """The page; every value in it is escaped unless it says that it is markup."""
        # Jinja2 takes 70 ms to import, which no request that answers JSON should have waited for at the start.
        if self._environment is None:
            self._environment = _environment(self._packages)
        return self._environment.get_template(name).render(context)


def _environment(packages: Sequence[tuple[str, str]]) -> "Environment":
    from jinja2 import Environment, PackageLoader, PrefixLoader, StrictUndefined

    return Environment(
        loader=PrefixLoader({prefix: PackageLoader(package) for prefix, package in packages}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # A compiled template is kept for good: the files of an installed server do not change under it.
        auto_reload=False,
        cache_size=-1,
    )
