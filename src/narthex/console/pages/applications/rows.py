"""Fields of several rows: what they hold, and the buttons that add and remove rows where no script does."""

from collections.abc import Iterable

from narthex.kit.forms import Form

Rows = dict[str, tuple[str, ...]]


def rows_of(form: Form, names: Iterable[str]) -> Rows:
    """The rows of each field as they were typed, without the empty ones."""
    return {name: tuple(row for one in form.all(name) if (row := one.strip())) for name in names}


def changed_rows(form: Form, names: Iterable[str]) -> Rows | None:
    """The rows after `add:<name>` or `remove:<name>:<index>` was pressed; None where it was another button."""
    verb, _, rest = (form.get("do") or "").partition(":")
    name, _, index = rest.partition(":")
    rows = {one: form.all(one) for one in names}
    if name not in rows or verb not in {"add", "remove"}:
        return None
    if verb == "add":
        return rows | {name: (*rows[name], "")}
    kept = tuple(row for at, row in enumerate(rows[name]) if str(at) != index)
    return rows | {name: kept}
