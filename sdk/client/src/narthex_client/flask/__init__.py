"""Flask: `SignIn` signs people in to an application, `FlaskGuard` protects an API. Install `narthex-client[flask]`.

Views may be functions or, with Flask's own extra `async`, coroutines.
"""

from narthex_client.flask.guard import FlaskGuard
from narthex_client.flask.session_storage import SessionStorage
from narthex_client.flask.sign_in import SignIn

__all__ = ["FlaskGuard", "SessionStorage", "SignIn"]
