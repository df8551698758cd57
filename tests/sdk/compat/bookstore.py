"""Serves the Flask example on a socket that it is given, with one more page that says what is known of the visitor."""

import importlib.util
import logging
import socket
import sys
from types import ModuleType

import logto
from flask import Flask, jsonify, session
from flask.typing import ResponseReturnValue
from werkzeug.serving import make_server


def load(path: str) -> ModuleType:
    """The example as a module."""
    found = importlib.util.spec_from_file_location("bookstore_example", path)
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def main(path: str, descriptor: int) -> None:
    """Serve until the process is ended."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    module = load(path)
    app: Flask = module.app

    @app.route("/~known")
    async def known() -> ResponseReturnValue:
        is_authenticated = module.client.isAuthenticated()
        info = await module.client.fetchUserInfo() if is_authenticated else None
        return jsonify(
            keys=sorted(session),
            isAuthenticated=is_authenticated,
            username=info and info.username,
            storage=issubclass(module.SessionStorage, logto.Storage),
            package=logto.__file__,
        )

    @app.route("/~sign-out/<path:address>")
    async def sign_out_to(address: str) -> ResponseReturnValue:
        return jsonify(await module.client.signOut(None if address == "none" else address))

    with socket.socket(fileno=descriptor) as listening:
        make_server("127.0.0.1", 0, app, threaded=True, fd=listening.fileno()).serve_forever()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
