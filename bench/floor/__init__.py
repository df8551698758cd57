"""The floor: the same answers by the least code that this machine and the chosen libraries allow.

Plain ASGI on the same uvicorn, uvloop and httptools; `parse_qsl`, hashlib, raw `cryptography`, msgspec, Jinja2; one
statement on the bare driver wherever the database can do it in one, as durable as ours. It keeps the facts that decide
whether an answer is right (secret, PKCE, single use, the grant and its user and session, the audit line) and leaves
away everything else: tenants, CORS, refusals, other parameters, logs, metrics, security headers, limits. Nothing that
is ours is imported here, so a slower Narthex cannot slow its own floor.
"""
