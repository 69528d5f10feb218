"""Invented data for refusals, errors and loose pieces."""

from types import SimpleNamespace as It

from tests.webapp.look.sample_frame import HERE, MENUS, Sample, frame
from tests.webapp.look.sample_panel import INVOICES


def forbidden() -> Sample:
    """Return a refusal."""
    person = It(
        name="Anna Ricci",
        initials="AR",
        line="Fatturazione, Ceramiche Bellandi",
        profile_url=None,
        tone="brand",
    )
    pages = ("Crea fattura", "Carica fatture", *INVOICES)
    return {
        "frame": frame(
            "Fatture",
            pages=pages,
            page="Bozze",
            person=person,
            menus=(*MENUS[:4], MENUS[6]),
        ),
        "mark": "Manca un permesso",
        "what": "Non puoi inviare questa fattura",
        "permission": "Invio a SdI",
        "module": "Fatturazione",
        "reason": "Il tuo ruolo, Fatturazione, non lo comprende.",
        "kept": "Non hai perso nulla: la bozza 214 per Hotel Corona S.p.A. è salvata.",
        "givers": [
            It(
                name="Marta Bellandi",
                initials="MB",
                line="Titolare, marta@ceramichebellandi.it",
            )
        ],
        "why_url": HERE,
        "back": It(label="Torna alla bozza 214", url=HERE),
        "code": "7Q4M-2X",
        "when": "ore 10:42 del 24/11/2026",
    }


def missing() -> Sample:
    """Return a page that is not there."""
    return {
        "title": "Questa pagina non c’è",
        "sentence": "L’indirizzo è sbagliato, oppure la pagina è di un’altra azienda.",
        "retry": None,
        "code": "7Q4M-2X",
        "when": "ore 10:42 del 24/11/2026",
        "home_url": "/",
    }


def pieces() -> Sample:
    """Return what gallery.html shows: the pieces that no page above uses."""
    steps = [
        It(
            state="ok",
            label="Utente",
            name="Anna Ricci",
            detail="attivo, password cambiata",
        ),
        It(
            state="ok",
            label="Posto",
            name="Posto 2 di 5",
            detail="pagato fino al 14/03/2027",
        ),
        It(
            state="ok",
            label="Ruolo",
            name="Fatturazione",
            detail="Lettura, Creazione e modifica",
        ),
        It(
            state="break",
            label="Permesso",
            name="Invio a SdI",
            detail="non è nel ruolo",
        ),
        It(
            state="rest",
            label="Azione",
            name="Inviare una bozza",
            detail="non raggiunta",
        ),
    ]
    return {"frame": frame("Home"), "steps": steps}
