"""The smallest identity provider that a connector accepts, beside the core under test: it signs an ID token for
whoever comes, with the nonce that the code carries."""

import asyncio
import sys
import time
from urllib.parse import parse_qs

import msgspec
from joserfc import jwt
from joserfc.jwk import ECKey

CLIENT_ID = "bench"
KEY = ECKey.generate_key("P-256", {"kid": "bench", "use": "sig", "alg": "ES256"})


def answer(path: str, form: dict[str, list[str]], issuer: str) -> bytes:
    """The body of an answer: the keys, or the tokens of a code, which is `<subject>.<nonce>`."""
    if path == "/jwks":
        return msgspec.json.encode({"keys": [KEY.as_dict(private=False)]})
    subject, _, nonce = form["code"][0].partition(".")
    now = int(time.time())
    claims = {"iss": issuer, "sub": subject, "aud": CLIENT_ID, "iat": now, "exp": now + 600, "nonce": nonce}
    token = jwt.encode({"alg": "ES256", "kid": "bench"}, claims, KEY)
    return msgspec.json.encode({"access_token": "x", "token_type": "Bearer", "id_token": token})


async def serve(port: int) -> None:
    """Answer until the process is ended."""
    issuer = f"http://127.0.0.1:{port}"

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        lines = head.split("\r\n")
        lengths = [int(line.partition(":")[2]) for line in lines if line.lower().startswith("content-length:")]
        body = await reader.readexactly(lengths[0]) if lengths else b""
        given = answer(lines[0].split()[1].partition("?")[0], parse_qs(body.decode()), issuer)
        head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(given)}\r\n"
        writer.write(head.encode() + b"connection: close\r\n\r\n" + given)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", port)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
