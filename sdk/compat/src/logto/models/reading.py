"""From untyped answers to models, without an error of pydantic on the way out."""

from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from narthex_client import NarthexError

Model = TypeVar("Model", bound=BaseModel)


def read(model: type[Model], members: Mapping[str, object], error: type[NarthexError]) -> Model:
    """The model of these members; raises `error` naming what does not fit."""
    try:
        return model.model_validate(members)
    except ValidationError as problem:
        names = ", ".join(".".join(map(str, one["loc"])) or "it" for one in problem.errors())
        raise error(f"{model.__name__} does not fit: {names}.") from problem
