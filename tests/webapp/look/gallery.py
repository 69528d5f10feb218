"""A small site that shows each page of the look with invented data."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import Babel
from flask_wtf import FlaskForm
from jinja2 import ChoiceLoader, FileSystemLoader
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    DateField,
    PasswordField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired

from tests.webapp.look import (
    sample_panel,
    sample_permissions,
    sample_problem,
    sample_team,
)

WEBAPP = Path(__file__).resolve().parents[3] / "webapp"
CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "font-src 'self'; form-action 'self'; connect-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)


def _choices(**labels: str) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in labels.items()]


class SignIn(FlaskForm):
    """As the views have it."""

    user_name = StringField("Nome utente")
    password = PasswordField("Password")


class NewPassword(FlaskForm):
    """As the views have it."""

    current = PasswordField("Password temporanea")
    new = PasswordField("Nuova password", [DataRequired("Scrivi la password")])
    repeat = PasswordField("Ripeti la nuova password")


class Person(FlaskForm):
    """As the views have it."""

    name = StringField("Nome e cognome")
    email = StringField("Email", [DataRequired("Scrivi un’email")])
    user_name = StringField("Nome utente", [DataRequired("Scegli un nome utente")])
    access_until = DateField("Ultimo giorno di accesso")
    note = TextAreaField("Nota")
    access = RadioField(
        "Come entra la prima volta",
        choices=_choices(link="Con un link", temporary="Con una password temporanea"),
        default="link",
    )


class Pieces(FlaskForm):
    """One field of each kind."""

    text = StringField("Testo", [DataRequired("Scrivi qualcosa")])
    long = TextAreaField("Perché ti serve")
    one = SelectField("Ruolo", choices=_choices(a="Tutti", b="Contabilità"))
    yes = BooleanField("Ho capito", [DataRequired("Segna la casella")])
    days = RadioField(
        "Per quanto tempo", choices=_choices(week="7 giorni", ever="Sempre")
    )


def _wrong(form: FlaskForm) -> FlaskForm:
    form.process(MultiDict())
    form.validate()
    return form


def _password(**more: object) -> dict[str, object]:
    rules = ["Almeno 15 caratteri", "Nessun nome e niente che si indovina"]
    words = "lanterna-sughero-ottobre-pialla"
    return {"suggestion": words, "requirements": rules, "csrf": "token", **more}


Page = tuple[str, Callable[[], dict[str, Any]]]
PAGES: dict[str, Page] = {
    "home": ("panel/home.html", sample_panel.home),
    "home-reception": ("panel/home.html", sample_panel.home_reception),
    "people": ("team/list.html", sample_team.people),
    "people-full": ("team/list.html", sample_team.people_full),
    "permissions": (
        "team/permissions.html",
        lambda: {**sample_permissions.permissions(), "form": FlaskForm()},
    ),
    "permissions-same": (
        "team/permissions.html",
        lambda: {**sample_permissions.permissions_same(), "form": FlaskForm()},
    ),
    "create": (
        "team/create.html",
        lambda: {**sample_permissions.create(), "form": Person()},
    ),
    "create-wrong": (
        "team/create.html",
        lambda: {**sample_permissions.create(), "form": _wrong(Person())},
    ),
    "created-link": ("team/created.html", lambda: sample_team.created(temporary=None)),
    "created-word": (
        "team/created.html",
        lambda: sample_team.created(temporary="lanterna-sughero-ottobre"),
    ),
    "user": ("team/user.html", sample_team.one_user),
    "invoice": ("panel/invoice.html", sample_panel.invoice),
    "uploaded": ("panel/invoice.html", sample_panel.uploaded),
    "list": ("panel/list.html", sample_panel.drafts),
    "forbidden": ("problem/forbidden.html", sample_problem.forbidden),
    "missing": ("problem/error.html", sample_problem.missing),
    "signin": (
        "signin/signin.html",
        lambda: {
            "form": SignIn(user_name="annaricci26"),
            "failed": True,
            "forgot_url": "/forgot",
        },
    ),
    "change-password": (
        "signin/change_password.html",
        lambda: _password(
            form=_wrong(NewPassword()), signout_url="/signout", forced=True
        ),
    ),
    "activate": (
        "signin/activate.html",
        lambda: _password(
            form=NewPassword(),
            user_name="paologreco26",
            account_name="Ceramiche Bellandi S.r.l.",
        ),
    ),
    "activate-dead": ("signin/activate.html", lambda: {"expired": True}),
    "forgot": ("signin/forgot.html", lambda: {"form": SignIn()}),
    "forgot-sent": ("signin/forgot.html", lambda: {"sent": True}),
    "pieces": (
        "gallery.html",
        lambda: {**sample_problem.pieces(), "form": _wrong(Pieces())},
    ),
}


def compile_catalogue(folder: Path) -> None:
    """Compile look.po into a folder of translations."""
    source = WEBAPP / "translations" / "it" / "LC_MESSAGES" / "look.po"
    catalogue = read_po(io.BytesIO(source.read_bytes()), locale="it")
    target = folder / "it" / "LC_MESSAGES"
    target.mkdir(parents=True, exist_ok=True)
    with (target / "look.mo").open("wb") as stream:
        write_mo(stream, catalogue)


def _words(language: str) -> dict[str, object]:
    other = "en" if language == "it" else "it"
    return {
        "language": language,
        "other_language": other,
        "other_language_url": f"/{other}",
        "home_url": "/",
        "signin_url": "/signin",
    }


def _context(name: str, language: str) -> dict[str, Any]:
    context: dict[str, Any] = {**_words(language), **PAGES[name][1]()}
    if "frame" in context:
        context["frame"].language = language
        context["frame"].other_language = context["other_language"]
    return context


def create_gallery(translations: Path) -> Flask:
    """Return the site: /<language>/<page>."""
    compile_catalogue(translations)
    app = Flask(
        "gallery",
        static_folder=str(WEBAPP / "static"),
        template_folder=str(WEBAPP / "templates"),
    )
    app.config.update(SECRET_KEY="gallery", WTF_CSRF_ENABLED=False)
    app.jinja_options = {"trim_blocks": False}
    own = FileSystemLoader(Path(__file__).parent)
    app.jinja_loader = ChoiceLoader([FileSystemLoader(WEBAPP / "templates"), own])
    Babel(
        app,
        default_domain="look",
        default_translation_directories=str(translations),
        locale_selector=lambda: (request.view_args or {}).get("language", "it"),
    )

    @app.after_request
    def _strict(response: Any) -> Any:
        response.headers["Content-Security-Policy"] = CSP
        return response

    @app.route("/<language>/<name>", methods=["GET", "POST"])
    def _show(language: str, name: str) -> ResponseReturnValue:
        return render_template(PAGES[name][0], **_context(name, language))

    @app.post("/effect")
    def _effect() -> ResponseReturnValue:
        chosen = request.form.getlist("permission")
        sample = sample_permissions.permissions()
        for row in sample["table"].rows:
            for cell in filter(None, row.cells):
                cell.checked = cell.value in chosen
        sample["effect"].counts.changes = len(chosen)
        sample["table"].presets[1].current = False
        sample["table"].announcement = "Lettura si accende da sola."
        return render_template("team/_live.html", **sample)

    return app
