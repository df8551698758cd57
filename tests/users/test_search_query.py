"""Reading a search from a query: what the wire has, and what is refused."""

from collections.abc import Mapping, Sequence

import pytest

from narthex.users.search import Keyword, SearchInvalid, WireSearch
from narthex.users.search_query import parse


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({}, WireSearch()),
        ({"page": ["1"], "mode": ["exact"], "includeX": ["", ""]}, WireSearch()),
        ({"search": ["%a%"]}, WireSearch((Keyword(None, ("%a%",)),))),
        ({"search.name": ["a"]}, WireSearch((Keyword("name", ("a",)),))),
        ({"search": ["a"], "mode": ["exact"]}, WireSearch((Keyword(None, ("a",), "exact"),))),
        (
            {"search": ["a"], "search.id": ["x", "y"], "mode.id": ["exact"], "jointMode": ["and"]},
            WireSearch((Keyword(None, ("a",)), Keyword("id", ("x", "y"), "exact")), "and"),
        ),
        (
            {"search.name": ["a"], "mode": ["exact"], "mode.name": ["like"], "joint": ["or"]},
            WireSearch((Keyword("name", ("a",)),)),
        ),
        ({"isCaseSensitive": ["true"]}, WireSearch(is_case_sensitive=True)),
        ({"isCaseSensitive": ["0"]}, WireSearch()),
    ],
)
def test_a_query_is_read(query: Mapping[str, Sequence[str]], wanted: WireSearch) -> None:
    assert parse(query) == wanted


@pytest.mark.parametrize(
    "query",
    [
        {"search": [""]},
        {"search": ["a", "b"]},
        {"search.name": ["a", ""], "mode": ["exact"]},
        {"search.password": ["a"]},
        {"search.name.first": ["a"]},
        {"mode.password": ["exact"]},
        {"search": ["a"], "mode": ["similar_to"]},
        {"search": ["a"], "mode": ["posix"]},
        {"search.name": ["a"], "mode.name": ["posix"]},
        {"search": ["a"], "mode": ["regexp"]},
        {"search": ["a"], "mode": ["exact", "like"]},
        {"joint": ["xor"]},
        {"isCaseSensitive": ["perhaps"]},
        {"search": ["x" * 257]},
        {"search": ["x"] * 101, "mode": ["exact"]},
    ],
)
def test_what_cannot_be_read_is_refused(query: Mapping[str, Sequence[str]]) -> None:
    with pytest.raises(SearchInvalid) as refused:
        parse(query)
    assert (refused.value.code, refused.value.status) == ("request.invalid_input", 400)
