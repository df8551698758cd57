"""Spellings that are near a registered address and lead, or might lead, somewhere else.

Servers compare, browsers normalise, frameworks decode: each family below is a place where two of them differ.
"""

from collections.abc import Iterator
from urllib.parse import urlsplit

EVIL = "evil.example"
SMALL_PER_FAMILY = 4

# What browsers strip, what C strings end at, what other scripts take for a space or a line.
ODD = (
    "\t",
    "\n",
    "\r",
    "\r\n",
    " ",
    "\0",
    "\x0b",
    "\x0c",
    "\x7f",
    "\x85",
    "\xa0",
    "\u2028",
    "\ufeff",
    "\u200b",
    "\u202e",
)


def variants(registered: str, *, small: bool = False) -> list[str]:
    """Every variant, or a few of each family."""
    families = _families(registered)
    found = [one for family in families for one in (family[:SMALL_PER_FAMILY] if small else family)]
    return [one for one in dict.fromkeys(found) if one != registered]


def _families(registered: str) -> list[list[str]]:
    parts = urlsplit(registered)
    scheme, host, path = parts.scheme, parts.netloc, parts.path
    origin = f"{scheme}://{host}"
    return [
        list(family)
        for family in (
            _case(scheme, host, path),
            _dots(origin, path),
            _encodings(origin, path),
            _backslashes(scheme, host, path),
            _odd_characters(scheme, host, path),
            _user_names(scheme, host, path),
            _fragments_and_queries(registered),
            _ports(scheme, host, path),
            _schemes(host, path),
            _neighbours(scheme, host, path),
            _other_scripts(scheme, host, path),
            _addresses(scheme, path),
            _wildcards(scheme, host, path),
            _lists(registered),
            (registered + "x" * 60_000, registered + "/" + "../" * 8_000, registered + "?" + "a=b&" * 6_000),
        )
    ]


def _case(scheme: str, host: str, path: str) -> Iterator[str]:
    yield f"{scheme.upper()}://{host}{path}"
    yield f"{scheme}://{host.upper()}{path}"
    yield f"{scheme}://{host}{path.upper()}"
    yield f"{scheme.title()}://{host.title()}{path.title()}"
    yield f"{scheme}://{host}{path.title()}"


def _dots(origin: str, path: str) -> Iterator[str]:
    name = path.lstrip("/")
    for changed in (f"{path}/", f"//{name}", f"/x/..{path}", f"{path}/../{EVIL}", f"{path}//", f"/.{path}"):
        yield origin + changed
    for changed in (f"/..{path}", f"{path}/.", f"{path}/..", f"{path}/./", f"/{name}/../{name}", f"/../..{path}"):
        yield origin + changed
    for changed in ("", "/", f"{path}x", path[:-1], f"{path}/more", f"{path}.php", f"{path};a=b", f"{path};/../x"):
        yield origin + changed


def _encodings(origin: str, path: str) -> Iterator[str]:
    name = path.lstrip("/")
    first = f"%{ord(name[0]):02x}"
    last = f"%{ord(name[-1]):02X}"
    for changed in (f"/{first}{name[1:]}", f"/{name[:-1]}{last}", f"/%2e{path}", f"/x/%2e%2e{path}"):
        yield origin + changed
    for tail in ("%2f", "%2F..%2f" + EVIL, "/%2e%2e/" + EVIL, "/.%2e/" + EVIL, "/%252e%252e/" + EVIL, "%252f"):
        yield origin + path + tail
    for tail in ("%00", "%0a", "%0d%0aLocation:%20https://" + EVIL, "%09", "%20", "%5c", "%3fx=1", "%23", "%2500"):
        yield origin + path + tail
    for tail in ("/%c0%ae%c0%ae/" + EVIL, "/%u002e%u002e/" + EVIL, "/\u2024\u2024/" + EVIL, "%ff", "%"):
        yield origin + path + tail


def _backslashes(scheme: str, host: str, path: str) -> Iterator[str]:
    name = path.lstrip("/")
    yield f"{scheme}:\\\\{host}{path}"
    yield f"{scheme}://{host}\\{name}"
    yield f"{scheme}://{EVIL}\\@{host}{path}"
    yield f"{scheme}://{host}\\.{EVIL}{path}"
    yield f"{scheme}:/\\{host}{path}"
    yield f"{scheme}://{host}{path}\\..\\{EVIL}"
    yield f"\\/\\/{host}{path}"
    yield f"{scheme}://{host}\\@{EVIL}{path}"
    yield f"{scheme}:\\/{EVIL}/{host}{path}"


def _odd_characters(scheme: str, host: str, path: str) -> Iterator[str]:
    whole = f"{scheme}://{host}{path}"
    yield f"{whole}\r\nLocation: https://{EVIL}/"
    for odd in ODD:
        yield whole + odd
        yield odd + whole
        yield f"{scheme[:2]}{odd}{scheme[2:]}://{host}{path}"
        yield f"{scheme}://{host}{odd}.{EVIL}{path}"
        yield f"{scheme}://{host}/{odd}{path.lstrip('/')}"


def _user_names(scheme: str, host: str, path: str) -> Iterator[str]:
    yield f"{scheme}://{host}@{EVIL}{path}"
    yield f"{scheme}://{EVIL}@{host}{path}"
    yield f"{scheme}://{host}%40{EVIL}{path}"
    yield f"{scheme}://@{host}{path}"
    yield f"{scheme}://{host}:443@{EVIL}{path}"
    yield f"{scheme}://user:password@{host}{path}"
    yield f"{scheme}://{host}%2f@{EVIL}{path}"
    yield f"{scheme}://{host}%00@{EVIL}{path}"
    yield f"{scheme}://{host}&@{EVIL}{path}"
    yield f"{scheme}://{EVIL}@@{host}{path}"


def _fragments_and_queries(registered: str) -> Iterator[str]:
    whole = registered.partition("://")[2]
    yield f"{registered}#"
    yield f"{registered}?"
    yield f"{registered}?code=stolen"
    yield f"https://{EVIL}#{whole}"
    for tail in ("#x", f"#@{EVIL}", "##", "?x=1", "?state=x", "?x=1&x=1", "?#", "??", "&x=1", ";x=1", "?;"):
        yield registered + tail
    for start in (f"https://{EVIL}?", f"https://{EVIL}/?", f"https://{EVIL}/", f"https://{EVIL};", f"https://{EVIL}#@"):
        yield start + registered


def _ports(scheme: str, host: str, path: str) -> Iterator[str]:
    name = host.partition(":")[0]
    for port in (
        ":8443",
        ":443",
        ":80",
        ":",
        ":0",
        ":0443",
        ":99999",
        ":-1",
        f":443@{EVIL}",
        ":\uff14\uff14\uff13",
        ":4 43",
    ):
        yield f"{scheme}://{name}{port}{path}"


def _schemes(host: str, path: str) -> Iterator[str]:
    yield f"http://{host}{path}"
    yield f"//{host}{path}"
    yield f"javascript://{host}{path}%0aalert(1)"
    yield f"data:text/html,<script>location='//{EVIL}'</script>"
    for scheme in (
        "ftp",
        "ws",
        "wss",
        "file",
        "blob:https",
        "view-source:https",
        "feed:https",
        "intent",
        "com.example",
    ):
        yield f"{scheme}://{host}{path}"
    for whole in ("javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", "vbscript:x", "about:blank"):
        yield whole
    for whole in (f"https:{host}{path}", f"https:/{host}{path}", f"https:///{host}{path}", f"{host}{path}", path):
        yield whole
    yield f"data:text/html;base64,PHNjcmlwdD4=#{host}"
    yield f"://{host}{path}"


def _neighbours(scheme: str, host: str, path: str) -> Iterator[str]:
    for other in (
        f"{host}.{EVIL}",
        f"{EVIL}.{host}",
        f"evil{host}",
        host.replace(".", "x", 1),
        f"{host}{EVIL}",
        f"{host}.",
    ):
        yield f"{scheme}://{other}{path}"
    for other in (
        f".{host}",
        host.replace(".", ".."),
        host.partition(".")[2],
        f"www.{host}",
        host[:-1],
        f"{host}%2e{EVIL}",
    ):
        yield f"{scheme}://{other}{path}"
    yield f"{scheme}://{EVIL}/{host}{path}"
    yield f"{scheme}://{EVIL}{path}"


def _other_scripts(scheme: str, host: str, path: str) -> Iterator[str]:
    cyrillic = host.replace("a", "\u0430", 1)
    yield f"{scheme}://{cyrillic}{path}"
    yield f"{scheme}://{cyrillic.encode('idna').decode()}{path}"
    for stop in ("\u3002", "\uff0e", "\uff61"):
        yield f"{scheme}://{host.replace('.', stop)}{path}"
    for changed in (host.replace("a", "\uff41", 1), host.replace("e", "\u24d4", 1), host[:3] + "\u00ad" + host[3:]):
        yield f"{scheme}://{changed}{path}"
    yield f"{scheme}://{host[:3]}\u200d{host[3:]}{path}"
    yield f"{scheme}://{host}\u2044{path}"
    yield f"{scheme}://{host}{path}\u0301"
    yield f"{scheme}\u02d0//{host}{path}"


def _addresses(scheme: str, path: str) -> Iterator[str]:
    for host in ("127.0.0.1", "localhost", "[::1]", "0.0.0.0", "2130706433", "0x7f.1", "017700000001", "127.1"):
        yield f"{scheme}://{host}{path}"
    for host in ("[::ffff:127.0.0.1]", "0", "169.254.169.254", "[::]", "[0:0:0:0:0:0:0:1]", "127.0.0.1.nip.io"):
        yield f"{scheme}://{host}{path}"


def _wildcards(scheme: str, host: str, path: str) -> Iterator[str]:
    rest = host.partition(".")[2]
    yield f"{scheme}://*.{rest}{path}"
    yield f"{scheme}://{host}/*"
    yield "*"
    yield f"{scheme}://{host}{path}*"
    yield f"*://{host}{path}"
    yield f"{scheme}://*{path}"
    yield f"{scheme}://{host}:*{path}"
    yield f"{scheme}://%2a.{rest}{path}"
    yield f"^{scheme}://.*$"
    yield f"{scheme}://{host}{path}%"


def _lists(registered: str) -> Iterator[str]:
    evil = f"https://{EVIL}/"
    yield f"{registered},{evil}"
    yield f"{registered} {evil}"
    yield f'["{registered}"]'
    yield f"{evil},{registered}"
    for between in ("|", ";", "&redirect_uri=", "%26redirect_uri%3D", "\n", "%0a", "\\n"):
        yield f"{registered}{between}{evil}"
    yield from ("null", "undefined", "0", "[]", "{}", f"<{registered}>", f'"{registered}"', f"{registered}'", "oob")
    yield "urn:ietf:wg:oauth:2.0:oob"
