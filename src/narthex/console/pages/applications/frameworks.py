"""What one can build with: the frameworks that there is a guide for. Their words are the phrases `guides.<key>.…`."""

from msgspec import Struct

from narthex.applications.types import ApplicationType
from narthex.console.pages.applications import guides
from narthex.console.pages.applications.steps import Step

CALLBACK = "http://localhost:3000/callback"
HOME = "http://localhost:3000/"

# The sections of the framework list, in their order; the names stand in its address.
KINDS = {
    "traditional": ApplicationType.TRADITIONAL,
    "spa": ApplicationType.SPA,
    "native": ApplicationType.NATIVE,
    "machine": ApplicationType.MACHINE_TO_MACHINE,
}
KIND_OF = {made: kind for kind, made in KINDS.items()}


class Framework(Struct, frozen=True):
    """One framework: what an application made for it begins with, and the steps of its guide."""

    id: str
    glyph: str
    language: str
    type: ApplicationType
    guide: tuple[Step, ...]
    redirect_uris: tuple[str, ...] = ()
    post_logout_redirect_uris: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Its part in the keys of phrases."""
        return self.id.replace("-", "_")

    @property
    def kind(self) -> str:
        """Its section in the list."""
        return KIND_OF[self.type]


FRAMEWORKS = (
    Framework("flask", "Fl", "Python", ApplicationType.TRADITIONAL, guides.FLASK, (CALLBACK,), (HOME,)),
    Framework("django", "Dj", "Python", ApplicationType.TRADITIONAL, guides.DJANGO, (CALLBACK,), (HOME,)),
    Framework("fastapi", "Fa", "Python", ApplicationType.TRADITIONAL, guides.FASTAPI, (CALLBACK,), (HOME,)),
    Framework(
        "express",
        "Ex",
        "Node.js",
        ApplicationType.TRADITIONAL,
        guides.EXPRESS,
        ("http://localhost:3000/logto/sign-in-callback",),
        ("http://localhost:3000",),
    ),
    Framework("other-web", "Oi", "OpenID Connect", ApplicationType.TRADITIONAL, guides.OTHER, (CALLBACK,), (HOME,)),
    Framework("react", "Re", "JavaScript", ApplicationType.SPA, guides.REACT, (CALLBACK,), (HOME,)),
    Framework("other-native", "Na", "OpenID Connect", ApplicationType.NATIVE, guides.OTHER),
    Framework("python-script", "Py", "Python", ApplicationType.MACHINE_TO_MACHINE, guides.PYTHON_SCRIPT),
    Framework("machine-to-machine", "M2", "HTTP", ApplicationType.MACHINE_TO_MACHINE, guides.MACHINE),
)
BY_ID = {one.id: one for one in FRAMEWORKS}
FEATURED = tuple(BY_ID[one] for one in ("flask", "fastapi", "react", "machine-to-machine"))


def find_framework(framework_id: str | None) -> Framework | None:
    """The framework of this id; applications may carry names of guides that other programs know."""
    return BY_ID.get(framework_id or "")
