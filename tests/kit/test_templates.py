"""Templates come from their packages, escape what they are given and refuse what they were not."""

import subprocess
import sys
from pathlib import Path

import pytest

from narthex.kit.templates import Templates


@pytest.fixture
def templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Templates:
    package = f"pages_of_{abs(hash(request.node.nodeid))}"
    folder = tmp_path / package / "templates"
    folder.mkdir(parents=True)
    (tmp_path / package / "__init__.py").write_text("")
    (folder / "frame.html").write_text("<main>{% block content %}{% endblock %}</main>")
    (folder / "page.html").write_text('{% extends "shop/frame.html" %}{% block content %}{{ word }}{% endblock %}')
    (folder / "lines.html").write_text("<ul>\n  {% for one in words %}\n<li>{{ one }}\n  {% endfor %}\n</ul>\n")
    monkeypatch.syspath_prepend(tmp_path)
    return Templates([("shop", package)])


def test_a_page_is_found_by_the_prefix_of_its_package(templates: Templates) -> None:
    assert templates.render("shop/page.html", word="hello") == "<main>hello</main>"


def test_values_are_escaped(templates: Templates) -> None:
    page = templates.render("shop/page.html", word="<script>\"'&")
    assert page == "<main>&lt;script&gt;&#34;&#39;&amp;</main>"


def test_what_was_not_given_is_an_error(templates: Templates) -> None:
    with pytest.raises(Exception, match="'word' is undefined"):
        templates.render("shop/page.html")


def test_lines_of_statements_leave_no_trace(templates: Templates) -> None:
    assert templates.render("shop/lines.html", words=["a", "b"]) == "<ul>\n<li>a\n<li>b\n</ul>"


def test_a_template_is_compiled_once(templates: Templates, tmp_path: Path) -> None:
    first = templates.render("shop/page.html", word="x")
    for file in tmp_path.glob("*/templates/*.html"):
        file.unlink()
    assert templates.render("shop/page.html", word="x") == first


def test_making_them_imports_neither_jinja2_nor_babel() -> None:
    code = (
        "import sys; from narthex.kit.templates import Templates; import narthex.kit.i18n; Templates([('a', 'b')]);"
        "sys.exit(bool({'jinja2', 'babel'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
