"""Invented data for the list and the pages of users."""

from types import SimpleNamespace as It

from tests.webapp.look.sample_frame import HERE, SETTINGS, TRAIL, Sample, action, frame


def _person(name: str, email: str, tone: str, **more: object) -> It:
    fields: dict[str, object] = {
        "url": HERE,
        "state": It(kind="ok", text="Attivo"),
        "state_line": "Secondo fattore attivo",
        "access_line": None,
        "expiry": "Nessuna",
        "expiry_line": None,
        "action": action("Permessi"),
        "aside": None,
    }
    initials = "".join(word[0] for word in name.split()[:2])
    return It(
        name=name, email=email, tone=tone, initials=initials, **{**fields, **more}
    )


def people() -> Sample:
    """Return the list of additional users."""
    persons = [
        _person(
            "Marta Bellandi (tu)",
            "marta@ceramichebellandi.it",
            "neutral",
            url=None,
            role="Titolare",
            role_line="Può tutto",
            access="Adesso",
            expiry="Mai",
            action=None,
            aside="Non usa posti",
        ),
        _person(
            "Anna Ricci",
            "anna.ricci@ceramichebellandi.it",
            "brand",
            role="Fatturazione",
            role_line="Crea, non invia",
            access="Oggi, 09:12",
        ),
        _person(
            "Giulia Conti",
            "giulia.conti@ceramichebellandi.it",
            "ok",
            role="Contabilità",
            role_line="Incassi e pagamenti",
            state_line="Senza secondo fattore",
            access="12/09/2026",
            access_line="73 giorni fa",
        ),
        _person(
            "Luca Ferri",
            "l.ferri@studioferri.it",
            "warn",
            role="Sola lettura",
            role_line="Vede e scarica",
            state=It(kind="warn-clock", text="Scade presto"),
            access="Oggi, 08:55",
            expiry="31/12/2026",
            expiry_line="tra 37 giorni",
        ),
    ]
    team = It(
        trail=TRAIL,
        create=action("Crea utente"),
        consequence="usa 1 dei 2 posti liberi",
        used=3,
        pending=0,
        ending=0,
        seat_ends=[],
        total=5,
        seats_line="2 liberi, nessun invito in attesa. I posti valgono fino al 14/03/2027: dopo, chi li occupa vede soltanto.",
        buy=action("Aggiungi posti"),
        tabs=[
            ("Attivi", HERE, 3, True),
            ("Inviti", HERE, 1, False),
            ("Sospesi", HERE, 0, False),
            ("Storico", HERE, None, False),
        ],
        promise=None,
        filters=It(
            url="/team",
            tab="active",
            query="",
            main=[
                _select("role", "Ruolo", "Tutti", "Contabilità"),
                _select("order", "Ordina per", "Nome", "Ultimo accesso"),
            ],
            more=[_select("expiry", "Scadenza", "Tutte", "Entro 30 giorni")],
            open=False,
            found="3 utenti trovati",
            clear_url=None,
        ),
        people=persons,
        empty=None,
        pager=None,
        foot="Un invito tiene il suo posto, anche quando il link è scaduto.",
        export_url="/users.csv",
    )
    return {
        "frame": frame("Impostazioni", pages=SETTINGS, page=SETTINGS[0]),
        "team": team,
    }


def _select(name: str, label: str, *options: str) -> It:
    found = [(text, text, position == 0) for position, text in enumerate(options)]
    return It(name=name, label=label, options=found)


def people_full() -> Sample:
    """Return the list with no free seat, nobody found, and more pages."""
    sample = people()
    team = sample["team"]
    team.used, team.pending, team.people, team.foot = 4, 1, [], None
    team.ending = 1
    team.seat_ends = ["1 posto vuoto non è rinnovato: finisce il 19/03/2027."]
    team.create, team.buy = action("Acquista un posto"), None
    team.consequence = "tutti i posti sono usati"
    team.promise = It(text="Hai in corso un rinnovo.", label="Area clienti", url="/x")
    team.filters.open, team.filters.clear_url = True, "/team"
    team.empty = It(title="Nessun utente trovato", text="Cambia il testo o il ruolo.")
    team.pager = It(previous_url="/a", next_url="/b", label="21-40 di 96")
    sample["frame"].notes = [
        ("ok", "Salvato. In vigore ovunque."),
        ("warn", "Un posto scade presto."),
    ]
    return sample


def created(*, temporary: str | None) -> Sample:
    """Return the page after a user was created."""
    page = It(
        trail=[*TRAIL, ("Utenti aggiuntivi", HERE)],
        name="Paolo Greco",
        user_name="paologreco26",
        email="p.greco@ceramichebellandi.it",
        temporary=temporary,
        again_minutes=15,
        until="fino al 27/11/2026, 10:42",
        link=None if temporary else "http://127.0.0.1:8000/activate/abc",
        link_hint=None if temporary else "Vale una volta, per 72 ore.",
        permissions_url=HERE,
        list_url=HERE,
        create_url=HERE,
    )
    return {
        "frame": frame("Impostazioni", pages=SETTINGS, page=SETTINGS[0]),
        "page": page,
    }


def one_user() -> Sample:
    """Return one user's page."""
    buttons = [
        It(
            title="Sospendi",
            text="Anna esce subito e non entra finché non lo riattivi. Il posto resta usato.",
            label="Sospendi Anna",
            url="/suspend",
            kind="plain",
            reason=None,
        ),
        It(
            title="Nuova password temporanea",
            text="Quella di adesso smette di valere.",
            label="Crea una password",
            url="/reset",
            kind="plain",
            reason="Il servizio è scaduto.",
        ),
        It(
            title="Elimina",
            text="Il posto si libera. Le sue bozze restano.",
            label="Elimina Anna",
            url="/delete",
            kind="bad",
            reason=None,
        ),
    ]
    user = It(
        trail=[*TRAIL, ("Utenti aggiuntivi", HERE)],
        name="Anna Ricci",
        line="anna.ricci@ceramichebellandi.it",
        initials="AR",
        tone="brand",
        state=It(kind="ok", text="Attivo"),
        permissions_action=action("Permessi"),
        details_action=action("Modifica i dati"),
        facts=[
            ("Nome utente", "annaricci26"),
            ("Ruolo", "Fatturazione"),
            ("Posto", "2 di 5, pagato fino al 14/03/2027"),
            ("Ultimo accesso", "Oggi, 09:12"),
            ("Scadenza", "Nessuna"),
        ],
        words=[
            (
                "Fatturazione",
                [
                    "Vede, cerca e scarica le fatture.",
                    "Prepara bozze e anagrafiche, non invia.",
                ],
            ),
            ("Documenti", ["Vede preventivi, ordini e DDT."]),
        ],
        buttons=buttons,
        csrf="token",
        events=[
            It(text="Creazione dell’utente", when="02/03/2026, 10:00"),
            It(text="Permessi cambiati da Marta Bellandi", when="24/11/2026, 09:00"),
        ],
    )
    return {
        "frame": frame("Impostazioni", pages=SETTINGS, page=SETTINGS[0]),
        "user": user,
    }
