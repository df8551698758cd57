"""A built-in application that signs in as any other does (code, PKCE, nonce) and shows the claims and tokens it got. It
redeems its code through the server's own ASGI application in the same process. Owns no table: what it holds between two
requests travels sealed in a cookie."""
