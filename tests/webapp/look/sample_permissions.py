"""Invented data for the permission table and its effect."""

from types import SimpleNamespace as It

from tests.webapp.look.sample_frame import HERE, SETTINGS, TRAIL, Sample, action, frame

COLUMNS = (
    ("Lettura", False),
    ("Creazione e modifica", False),
    ("Modifica banche (IBAN)", True),
    ("Invio a SdI", True),
    ("Configurazione", False),
)
CELLS: dict[str, tuple[tuple[bool, bool, str] | None, ...]] = {
    "Fatturazione": (
        (True, True, "Vede, cerca e scarica le fatture"),
        (True, True, "Prepara bozze e anagrafiche, non invia"),
        (True, False, "Aggiunge banche e cambia gli IBAN"),
        (True, False, "Manda le fatture a SdI: non si annulla"),
        (False, False, "Cambia regime fiscale, sezionali, notifiche"),
    ),
    "Documenti": (
        (True, True, "Vede preventivi, ordini e DDT"),
        (False, True, "Crea, modifica ed elimina preventivi e DDT"),
        None,
        None,
        None,
    ),
    "Incassi e pagamenti": (
        (True, True, "Vede scadenze, incassi e prima nota"),
        (False, False, "Segna pagato, registra movimenti, sollecita"),
        None,
        None,
        None,
    ),
    "Ordini elettronici": (
        (False, False, "Vede gli ordini della PA"),
        (False, False, "Accetta o rifiuta."),
        None,
        None,
        None,
    ),
}


def table(*, new: bool = False) -> It:
    """Return the permission table of Anna Ricci."""
    rows = []
    for module, line in CELLS.items():
        cells: list[It | None] = []
        for (label, delicate), known in zip(COLUMNS, line, strict=True):
            if known is None:
                cells.append(None)
                continue
            needs = "Richiede Lettura" if known[2] == "Accetta o rifiuta." else None
            cells.append(
                It(
                    name="permission",
                    value=f"{module}-{label}".lower().replace(" ", "_"),
                    label=label,
                    full_label=f"{module}: {label}",
                    checked=known[0],
                    before=None if new else known[1],
                    changed=known[0] != known[1],
                    disabled=bool(needs),
                    needs_text=needs,
                    meaning=known[2],
                    delicate=delicate,
                )
            )
        rows.append(It(label=module, cells=cells))
    names = (
        "Sola lettura",
        "Fatturazione, con 3 modifiche",
        "Fatturazione e invio",
        "Contabilità",
        "Impostazioni",
    )
    presets = [It(value=x, label=x, current=x == names[1]) for x in names]
    columns = [It(label=label, delicate=delicate) for label, delicate in COLUMNS]
    return It(
        caption="Permessi di Anna Ricci",
        columns=columns,
        rows=rows,
        presets=presets,
        announcement=None,
    )


def effect() -> It:
    """Return what saving would do."""
    return It(
        title="Se salvi, Anna…",
        gains=[
            ("Inviare fatture a SdI", "Una o molte insieme. Non si ritirano.", True),
            (
                "Aggiungere banche e cambiare IBAN",
                "Decide dove arrivano i soldi.",
                True,
            ),
            ("Caricare un file XML e inviarlo", None, False),
            ("Inviare comunicazioni finanziarie", None, False),
        ],
        losses=[
            ("Creare, modificare ed eliminare preventivi, ordini e DDT", None, False),
            ("Mandarli ai clienti per email", None, False),
        ],
        counts=It(gained=12, lost=40, changes=3, delicate=2),
        stays="Continua a vederli e può farne una fattura.",
        toxic=True,
        toxic_text="Anna potrà cambiare un IBAN e inviare la fattura senza un secondo controllo.",
        understood=True,
    )


UNDER = (
    "Il trattino vuol dire che quel permesso non esiste per il modulo. Modifica banche "
    "richiede Lettura e Creazione e modifica. Nessun utente aggiuntivo può comprare "
    "posti, gestire altri utenti o vedere Email inviate."
)


def permissions() -> Sample:
    """Return one user's permissions, three changes not yet saved."""
    page = It(
        trail=[*TRAIL, ("Utenti aggiuntivi", HERE)],
        title="Permessi di Anna Ricci",
        line="anna.ricci@ceramichebellandi.it, ultimo accesso oggi alle 09:12",
        initials="AR",
        tone="brand",
        intro="Parti da un ruolo già pronto, poi cambia quello che serve. Cambi solo Anna, non il ruolo.",
        action_url="/permissions",
        effect_url="/effect",
        version="7",
        under=UNDER,
        when="Valgono subito, anche se Anna ha il pannello aperto.",
        cancel_url=HERE,
        save_label=None,
        preview=action("Vedi come Anna"),
        conflict=None,
    )
    top = frame("Impostazioni", pages=SETTINGS, page=SETTINGS[0])
    return {"frame": top, "table": table(), "effect": effect(), "page": page}


def permissions_same() -> Sample:
    """Return the same page before any change, and with a conflict."""
    sample = permissions()
    told = sample["effect"]
    told.gains, told.losses, told.stays, told.toxic = [], [], None, False
    told.counts = It(gained=0, lost=0, changes=0, delicate=0)
    sample["page"].conflict = It(
        title="Nel frattempo è cambiato",
        text="Marta Bellandi ha salvato alle 10:40: guarda le differenze.",
    )
    for row in sample["table"].rows:
        for cell in filter(None, row.cells):
            cell.checked = cell.before
    return sample


def create() -> Sample:
    """Return the page that creates a user."""
    sample = permissions()
    told = sample["effect"]
    told.title, told.losses, told.stays = "Se crei questo utente…", [], None
    sample["table"] = table(new=True)
    page = sample["page"]
    page.longest_note, page.today = 500, "2026-11-24"
    page.consequence, page.when = "Usa 1 dei 2 posti liberi.", None
    return sample
