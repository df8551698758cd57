"""The guides, step by step. Their words are phrases `guides.…`, their code stands in console/snippets."""

from narthex.console.pages.applications.steps import (
    Addresses,
    Checkpoint,
    Code,
    Endpoints,
    Note,
    Say,
    Step,
    npm,
    pip,
)

URIS = Step("uris", (Say("guides.uris"), Addresses()))

FLASK = (
    Step("install", (Say("guides.flask.install"), pip("flask[async]", "logto"), Note("guides.narthex_client"))),
    Step("client", (Say("guides.flask.client"), Code("flask/client.py.txt", "client.py"), Note("guides.keep_secret"))),
    URIS,
    Step("routes", (Say("guides.flask.routes"), Code("flask/app.py.txt", "app.py"), Say("guides.flask.routes_after"))),
    Step("sign-up", (Say("guides.flask.sign_up"), Code("flask/sign_up.py.txt", "app.py"))),
    Step("status", (Say("guides.flask.status"), Code("flask/home.py.txt", "app.py"))),
    Step("try", (Say("guides.flask.try"), Code("flask/run.sh.txt", "Shell"), Checkpoint())),
    Step("profile", (Say("guides.flask.profile"), Code("flask/profile.py.txt", "app.py"), Note("guides.more_claims"))),
)
DJANGO = (
    Step("install", (Say("guides.django.install"), pip("django", "logto"), Code("django/start.sh.txt", "Shell"))),
    URIS,
    Step(
        "routes",
        (
            Say("guides.django.routes"),
            Code("django/views.py.txt", "bookstore/views.py"),
            Code("django/urls.py.txt", "bookstore/urls.py"),
            Note("guides.keep_secret"),
        ),
    ),
    Step("try", (Say("guides.django.try"), Code("django/run.sh.txt", "Shell"), Checkpoint())),
)
FASTAPI = (
    Step("install", (Say("guides.fastapi.install"), pip("fastapi", "uvicorn", "itsdangerous", "logto"))),
    URIS,
    Step(
        "routes",
        (Say("guides.fastapi.routes"), Code("fastapi/app.py.txt", "app.py"), Note("guides.keep_secret")),
    ),
    Step("try", (Say("guides.fastapi.try"), Code("fastapi/run.sh.txt", "Shell"), Checkpoint())),
)
EXPRESS = (
    Step(
        "install", (Say("guides.express.install"), npm("express", "express-session", "cookie-parser", "@logto/express"))
    ),
    URIS,
    Step(
        "routes",
        (Say("guides.express.routes"), Code("express/app.js.txt", "app.mjs"), Note("guides.keep_secret")),
    ),
    Step("try", (Say("guides.express.try"), Code("express/run.sh.txt", "Shell"), Checkpoint())),
)
REACT = (
    Step(
        "install",
        (Say("guides.react.install"), Code("react/start.sh.txt", "Shell"), npm("@logto/react", "react-router-dom")),
    ),
    URIS,
    Step("client", (Say("guides.react.client"), Code("react/main.js.txt", "src/main.jsx"))),
    Step("routes", (Say("guides.react.routes"), Code("react/app.js.txt", "src/App.jsx"))),
    Step("try", (Say("guides.react.try"), Code("react/run.sh.txt", "Shell"), Checkpoint())),
)
OTHER = (
    URIS,
    Step("library", (Say("guides.other.library"), Endpoints(), Note("guides.other.note"))),
    Step("try", (Say("guides.other.try"), Checkpoint())),
)
ROLE = Step("role", (Say("guides.machine.role"), Note("guides.machine.role_note")))
PYTHON_SCRIPT = (
    ROLE,
    Step("install", (Say("guides.python_script.install"), pip("httpx"))),
    Step(
        "token",
        (
            Say("guides.python_script.token"),
            Code("python_script/script.py.txt", "script.py"),
            Note("guides.keep_secret"),
        ),
    ),
    Step("try", (Say("guides.python_script.try"), Code("python_script/run.sh.txt", "Shell"), Checkpoint())),
)
MACHINE = (
    ROLE,
    Step("token", (Say("guides.machine.token"), Code("machine/token.sh.txt", "Shell"), Say("guides.machine.answer"))),
    Step("call", (Say("guides.machine.call"), Code("machine/call.sh.txt", "Shell"), Note("guides.machine.scopes"))),
    Step("try", (Say("guides.machine.try"), Checkpoint())),
)
