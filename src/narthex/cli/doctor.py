"""`narthex doctor`: is everything in order? Each check says what is wrong and what to do."""

import click


@click.command(
    short_help="Is everything in order?",
    epilog="""\b
Examples:
  narthex doctor
  narthex doctor --json      for monitoring; exit code 1 where something is wrong""",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")
def doctor(as_json: bool) -> None:
    """Check settings, database, clock, signing keys and the server's own address.

    Changes nothing, and may run beside the server.
    """
    import asyncio
    import json

    from narthex.cli.diagnosis import diagnose
    from narthex.cli.running import command_settings

    findings = asyncio.run(diagnose(command_settings()))
    is_healthy = not any(finding.outcome == "wrong" for finding in findings)
    if as_json:
        checks = [{"check": one.check, "outcome": one.outcome, "text": one.text} for one in findings]
        click.echo(json.dumps({"healthy": is_healthy, "checks": checks}, ensure_ascii=False))
    else:
        marks = {"right": ("✓", "green"), "wrong": ("✗", "red"), "odd": ("!", "yellow")}
        for finding in findings:
            mark, colour = marks[finding.outcome]
            click.echo(f"{click.style(mark, fg=colour)} {finding.check}: {finding.text}")
    if not is_healthy:
        raise click.exceptions.Exit(1)
