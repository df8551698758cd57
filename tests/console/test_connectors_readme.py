"""A connector's README on the page: formatted, and nothing in it runs (P7)."""

from narthex.connectors.registry import all_connectors
from narthex.console.pages.connectors.form import readme_of


def test_a_readme_runs_nothing() -> None:
    nasty = "# Title\n\n<script>x</script>\n\n[a](javascript:alert(1)) ![b](javascript:alert(1))\n"
    html = readme_of("nasty", nasty)
    assert "<script" not in html
    assert '"javascript:' not in html


def test_every_readme_stands_below_the_title_of_its_page() -> None:
    for connector in all_connectors():
        html = readme_of(connector.metadata.id, connector.metadata.readme)
        assert "<h1" not in html
        assert "<h2" in html
