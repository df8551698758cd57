"""The client for requests of our own: what it sends, what it does not follow or keep, and where it stops."""

import gzip
import ssl
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from narthex.kit.database import transaction_guard
from narthex.kit.http_client import HttpClient, OutgoingFailed
from tests.fixtures.traps import Behaviour, answering, dripping, endless, silent, trap

HERE = ("127.0.0.1",)


async def failure(behave: Behaviour, *, timeout: float = 2.0, limit: int = 1024 * 1024) -> OutgoingFailed:
    client = HttpClient(HERE)
    async with trap(behave) as server:
        with pytest.raises(OutgoingFailed) as failed:
            await client.request("GET", server.url, timeout=timeout, limit=limit)
    await client.close()
    return failed.value


async def test_an_answer_comes_whole_with_lower_case_headers() -> None:
    client = HttpClient(HERE)
    async with trap(answering(b"hello", status="404 Not Found", headers=("X-Thing: a",))) as server:
        answer = await client.request("GET", server.url + "path?q=%2F%20a", headers={"Accept": "text/plain"})
    await client.close()
    assert (answer.status, answer.body, answer.headers["x-thing"]) == (404, b"hello", "a")
    assert server.heads[0].startswith("GET /path?q=%2F%20a HTTP/1.1\r\n")
    assert "Accept: text/plain" in server.heads[0]
    assert "User-Agent: Narthex" in server.heads[0]


async def test_a_form_and_json_are_sent_as_such() -> None:
    bodies: list[bytes] = []

    async def remember(reader: object, writer: object) -> None:
        bodies.append(await reader.readexactly(7))  # type: ignore[attr-defined]
        await answering()(reader, writer)  # type: ignore[arg-type]

    client = HttpClient(HERE)
    async with trap(remember) as server:
        await client.request("POST", server.url, form={"a": "b&c"})
        await client.request("POST", server.url, json={"a": 1})
    await client.close()
    assert bodies == [b"a=b%26c", b'{"a":1}']
    assert "Content-Type: application/x-www-form-urlencoded" in server.heads[0]
    assert "Content-Type: application/json" in server.heads[1]


async def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    client = HttpClient(HERE)
    async with trap() as inside, trap(answering(status="302 Found", headers=(f"Location: {inside.url}",))) as server:
        answer = await client.request("GET", server.url)
    await client.close()
    assert (answer.status, answer.headers["location"]) == (302, inside.url)
    assert inside.connections == 0


async def test_cookies_and_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    client = HttpClient(HERE)
    async with trap() as proxy, trap(answering(headers=("Set-Cookie: a=b; Path=/",))) as server:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        await client.request("GET", server.url)
        await client.request("GET", server.url)
    await client.close()
    assert proxy.connections == 0
    assert "cookie" not in server.heads[1].lower()


async def test_connections_are_not_kept() -> None:
    client = HttpClient(HERE)
    async with trap() as server:
        await client.request("GET", server.url)
        await client.request("GET", server.url)
    await client.close()
    assert server.connections == 2


@pytest.mark.parametrize("behave", [dripping(), silent], ids=["dripping", "silent"])
async def test_time_is_bounded_in_all(behave: Behaviour) -> None:
    began = time.monotonic()
    assert (await failure(behave, timeout=0.3)).cause == "timeout"
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    "behave",
    [
        endless(),
        answering(b"x" * 2_000),
        answering(gzip.compress(bytes(50_000_000)), headers=("Content-Encoding: gzip",)),
        answering(b"x" * 2_000, length=10**9),
    ],
    ids=["endless", "long", "bomb", "claims a gigabyte"],
)
async def test_size_is_bounded_after_unpacking(behave: Behaviour) -> None:
    assert (await failure(behave, limit=1_000)).cause == "too_large"


async def test_exactly_the_limit_is_taken() -> None:
    client = HttpClient(HERE)
    async with trap(answering(gzip.compress(bytes(1_000)), headers=("Content-Encoding: gzip",))) as server:
        assert len((await client.request("GET", server.url, limit=1_000)).body) == 1_000
    await client.close()


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        (b"HELLO\r\n\r\n", "garbage"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope", "garbage"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", "garbage"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n", "garbage"),
        (b"", "unreachable"),
    ],
    ids=["not http", "not gzip", "cut short", "endless header", "closed"],
)
async def test_what_is_no_answer_is_typed(text: bytes, cause: str) -> None:
    async def behave(reader: object, writer: object) -> None:
        writer.write(text)  # type: ignore[attr-defined]

    assert (await failure(behave)).cause == cause


async def test_nobody_listening_and_no_such_host_are_unreachable() -> None:
    async def unknown(host: str, port: int) -> list[str]:
        raise OSError("no such host")

    async with trap() as server:
        pass
    client = HttpClient(HERE)
    with pytest.raises(OutgoingFailed) as closed:
        await client.request("GET", server.url)
    lost = HttpClient((), resolve=unknown)
    with pytest.raises(OutgoingFailed) as nowhere:
        await lost.request("GET", "https://idp.example/")
    await client.close()
    await lost.close()
    assert (closed.value.cause, nowhere.value.cause) == ("unreachable", "unreachable")


async def test_a_certificate_that_nobody_signed_is_refused(tmp_path: Path) -> None:
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(self_signed(tmp_path))
    trusting = ssl.create_default_context(cafile=tmp_path / "pair.pem")
    client, knowing = HttpClient(("localhost",)), HttpClient(("localhost",), certificates=trusting)
    async with trap(tls=served) as server:
        address = f"https://localhost:{server.port}/"
        with pytest.raises(OutgoingFailed) as failed:
            await client.request("GET", address)
        assert (await knowing.request("GET", address)).body == b"ok"
    await client.close()
    await knowing.close()
    assert failed.value.cause == "tls"


async def test_a_request_inside_a_write_is_a_mistake_in_the_program() -> None:
    client = HttpClient(HERE)
    token = transaction_guard.enter()
    try:
        with pytest.raises(RuntimeError, match="inside a write"):
            await client.request("GET", "http://127.0.0.1:9/")
    finally:
        transaction_guard.leave(token)


def self_signed(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "pair.pem"
    plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(plain + certificate.public_bytes(Encoding.PEM))
    return file
