"""A process with our `logto`: each line on its input is a list of calls to clients, which run at once; each line on its
output is the list of their answers."""

import asyncio
import inspect
import json
import sys
from typing import Any

from logto import LogtoClient, LogtoConfig, Storage
from pydantic import BaseModel

CLIENTS: dict[str, LogtoClient] = {}
KEPT: dict[str, dict[str, str | None]] = {}


class Plain(Storage):
    """A storage with the signatures of the tutorial."""

    def __init__(self, values: dict[str, str | None]) -> None:
        self.values = values

    def get(self, key: str) -> str | None:
        """The value, or None."""
        return self.values.get(key)

    def set(self, key: str, value: str | None) -> None:
        """Keep a value."""
        self.values[key] = value

    def delete(self, key: str) -> None:
        """Forget a value."""
        self.values.pop(key, None)


class Asynchronous:
    """A storage that has to be awaited."""

    def __init__(self, values: dict[str, str | None]) -> None:
        self.plain = Plain(values)

    async def get(self, key: str) -> str | None:
        """The value, or None."""
        await asyncio.sleep(0)
        return self.plain.get(key)

    async def set(self, key: str, value: str | None) -> None:
        """Keep a value."""
        await asyncio.sleep(0)
        self.plain.set(key, value)

    async def delete(self, key: str) -> None:
        """Forget a value."""
        await asyncio.sleep(0)
        self.plain.delete(key)


def make(command: dict[str, Any]) -> None:
    """Make the client of a command."""
    values = KEPT[command["client"]] = {}
    storages: dict[str | None, Any] = {"plain": (Plain(values),), "asynchronous": (Asynchronous(values),), None: ()}
    CLIENTS[command["client"]] = LogtoClient(LogtoConfig(**command["kwargs"]), *storages[command["storage"]])


async def run(command: dict[str, Any]) -> object:
    """What a command gives."""
    match command["do"]:
        case "new":
            make(command)
            return None
        case "kept":
            return KEPT[command["client"]]
        case "keep":
            KEPT[command["client"]].update(command["kwargs"])
            return None
    found = CLIENTS[command["client"]]
    for name in command["do"].split("."):
        found = getattr(found, name)
    answer = found(*command["args"], **command["kwargs"])  # type: ignore[operator]
    return await answer if inspect.isawaitable(answer) else answer


async def answered(command: dict[str, Any]) -> dict[str, object]:
    """The answer or the error of a command, ready for JSON."""
    try:
        answer = await run(command)
    except Exception as problem:
        return {"error": [one.__name__ for one in type(problem).__mro__], "text": str(problem)}
    return {"answer": answer.model_dump() if isinstance(answer, BaseModel) else answer}


async def together(commands: list[dict[str, Any]]) -> list[dict[str, object]]:
    """All commands at once."""
    return list(await asyncio.gather(*map(answered, commands)))


if __name__ == "__main__":
    # A loop for each line, as an asynchronous view of Flask has one for each request.
    for line in sys.stdin:
        sys.stdout.write(json.dumps(asyncio.run(together(json.loads(line))), default=str) + "\n")
        sys.stdout.flush()
