"""What guides are made of: steps, and the parts that a step shows one below the other."""

from typing import ClassVar

from msgspec import Struct


class Say(Struct, frozen=True):
    """A paragraph: a phrase, in which `backticks` mark code."""

    kind: ClassVar[str] = "say"
    phrase: str


class Note(Struct, frozen=True):
    """The same, set off from the text."""

    kind: ClassVar[str] = "note"
    phrase: str


class Code(Struct, frozen=True):
    """Code to copy: `file` below console/snippets, and the name of the file that it goes into."""

    kind: ClassVar[str] = "code"
    file: str
    name: str

    @property
    def language(self) -> str:
        """What it is written in, by the name of the snippet: `py`, `js` or `sh`."""
        return self.file.removesuffix(".txt").rpartition(".")[2]


class Install(Struct, frozen=True):
    """One command for each package manager, as (name, command)."""

    kind: ClassVar[str] = "install"
    commands: tuple[tuple[str, str], ...]


class Addresses(Struct, frozen=True):
    """The form of the redirect URI and the post sign-out redirect URI."""

    kind: ClassVar[str] = "addresses"


class Endpoints(Struct, frozen=True):
    """What any OpenID Connect library asks for."""

    kind: ClassVar[str] = "endpoints"


class Checkpoint(Struct, frozen=True):
    """What the application did so far, from the audit log."""

    kind: ClassVar[str] = "checkpoint"


Part = Say | Note | Code | Install | Addresses | Endpoints | Checkpoint


class Step(Struct, frozen=True):
    """One step; its title is the phrase `guides.step.<id>`."""

    id: str
    parts: tuple[Part, ...]


def pip(*packages: str) -> Install:
    """How Python packages are installed."""
    wanted = " ".join(f"'{one}'" if "[" in one else one for one in packages)
    return Install((("pip", f"pip install {wanted}"), ("uv", f"uv add {wanted}"), ("poetry", f"poetry add {wanted}")))


def npm(*packages: str) -> Install:
    """How Node.js packages are installed."""
    wanted = " ".join(packages)
    return Install((("npm", f"npm install {wanted}"), ("pnpm", f"pnpm add {wanted}"), ("yarn", f"yarn add {wanted}")))
