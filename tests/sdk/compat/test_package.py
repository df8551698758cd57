"""The import name `logto`: every public name, the modules that samples reach for, and the refusal of the other one."""

from pathlib import Path

from tests.fixtures.our_logto import OURS, installed_folders, run_python

NAMES = """
from logto import (
    AccessToken, AccessTokenClaims, IdTokenClaims, InteractionMode, LogtoClient, LogtoConfig, LogtoException,
    OidcProviderMetadata, PersistKey, Scope, Storage, TokenResponse, UserInfoResponse, UserInfoScope,
)
import logto
from logto.LogtoClient import LogtoClient as Client
from logto.LogtoException import LogtoException as Error
from logto.OidcCore import OidcCore
from logto.Storage import MemoryStorage, Storage as Interface
from logto.models.oidc import (
    DirectSignInOption, DirectSignInOptionMethod, FirstScreen, Identifier, OAuthScope, ReservedResource,
)
from logto.models.response import UserInfoResponse as Info
import narthex_client

assert (Client, Error, Interface, Info) == (LogtoClient, LogtoException, Storage, UserInfoResponse)
assert all(isinstance(one, type) for one in (logto.LogtoClient, logto.Storage, logto.LogtoException))
assert [scope.value for scope in OidcCore.defaultScopes] == ["openid", "offline_access", "profile"]
assert UserInfoScope.customData is UserInfoScope.custom_data
assert UserInfoScope("urn:logto:scope:organizations") is UserInfoScope.organizations
assert OAuthScope.offlineAccess.value == "offline_access"
assert ReservedResource.organizations.value == "urn:logto:resource:organizations"
assert (FirstScreen.register.value, FirstScreen.sign_in.value) == ("identifier:register", "identifier:sign_in")
assert [one.value for one in Identifier] == ["username", "email", "phone"]
assert str(DirectSignInOption(method=DirectSignInOptionMethod.social, identifier="google")) == "social:google"
verifier = OidcCore.generateCodeVerifier()
assert len(verifier) == len(OidcCore.generateState()) == len(OidcCore.generateCodeChallenge(verifier)) == 43
assert issubclass(narthex_client.TokenError, LogtoException)
config = LogtoConfig(endpoint="https://auth.example", appId="id", scopes=[UserInfoScope.email, "email", "read:books"])
assert config.scopes == [UserInfoScope.email, "email", "read:books"]
assert config.prompt == "consent"
assert Info(sub="ada", shelf=7).model_dump_json(exclude_unset=True) == '{"sub":"ada","shelf":7}'
storage = MemoryStorage()
storage.set("idToken", "x")
assert storage.get("idToken") == "x" and MemoryStorage().get("idToken") is None
storage.delete("idToken")
assert storage.get("idToken") is None
import warnings
with warnings.catch_warnings(record=True) as seen:
    warnings.simplefilter("always")
    client = LogtoClient(config)
    assert client.isAuthenticated() is False
assert len(seen) == 1 and "tests only" in str(seen[0].message)
print("all there")
"""


async def test_every_public_name_and_module_is_there(without_logto: Path) -> None:
    code, output, errors = await run_python(NAMES, *OURS, without_logto)
    assert (code, output, errors) == (0, "all there\n", "")


async def test_the_logto_of_the_index_beside_ours_is_refused_by_name() -> None:
    code, _, errors = await run_python("import logto", *OURS, *installed_folders())
    assert code == 1
    assert errors.splitlines()[-1] == (
        "ImportError: The package logto 0.2.1 of the index is installed beside narthex-logto, which takes its place. "
        "Keep one of them: pip uninstall logto narthex-logto, then pip install narthex-logto (or logto)."
    )


async def test_the_client_alone_does_not_mind_the_logto_of_the_index() -> None:
    program = "import logto, narthex_client; print(hasattr(logto, '__version__'))"
    assert await run_python(program, OURS[1], *installed_folders()) == (0, "False\n", "")


async def test_importing_the_client_loads_nothing_heavy(without_logto: Path) -> None:
    heavy = {"asyncio", "httpx2", "joserfc", "cryptography", "flask", "pydantic"}
    program = f"import sys, narthex_client; print({heavy!r} & {{*sys.modules}})"
    assert await run_python(program, OURS[1], without_logto) == (0, "set()\n", "")


def test_the_two_packages_share_no_file_with_the_one_of_the_index() -> None:
    ours = {path.name for path in OURS[1].iterdir() if path.is_dir() and "." not in path.name}
    assert ours == {"narthex_client"}
