"""`delega mail|outbox …`: what leaves the panel; any timer may call them."""

import smtplib
from datetime import datetime

import click
from flask import current_app
from flask.cli import with_appcontext

from config.settings import Settings
from webapp.commands.days import Day
from webapp.i18n import today
from webapp.panel.outbox import waiting_files, write_outbox
from webapp.post import send_waiting
from webapp.seats.reminders import write_due


@click.group()
def mail() -> None:
    """Outgoing mail."""


@mail.command()
@with_appcontext
def send() -> None:
    """Send what waits in the outbox table; safe to call at any time."""
    settings: Settings = current_app.config["DELEGA"]
    with connect(settings) as server:
        sent, failed = send_waiting(server, settings.mail_from)
    click.echo(f"{sent} sent, {failed} failed")
    if failed:
        raise click.exceptions.Exit(1)


@mail.command()
@click.option("--on", type=Day(), help="default: today in Rome")
@with_appcontext
def due(on: datetime | None) -> None:
    """Write the reminders of what ends; `mail send` sends them. Safe at any time."""
    written = write_due(on.date() if on else today())
    click.echo(f"{written} written")


def connect(settings: Settings) -> smtplib.SMTP:
    """The mail server of the settings, with TLS where it offers it."""
    server = smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=20)
    server.ehlo_or_helo_if_needed()  # before it, nothing is known to be offered
    if server.has_extn("starttls"):
        server.starttls()
    return server


@click.group()
def outbox() -> None:
    """Files for the transmission channel."""


@outbox.command()
@with_appcontext
def write() -> None:
    """Write sent files that an earlier process left unwritten."""
    written = write_outbox()
    left = waiting_files()
    click.echo(f"{len(written)} written, {left} waiting")
    if left:
        raise click.exceptions.Exit(1)
