"""Invented data for the pages of the panel."""

from types import SimpleNamespace as It

from tests.webapp.look.sample_frame import HERE, READER, Sample, action, frame


def _draft(name: str, detail: str, date: str, total: str) -> It:
    return It(name=name, url=HERE, detail=detail, date=date, total=total)


def _got(row: It, kind: str, text: str) -> It:
    row.status = It(kind=kind, text=text)
    return row


def home() -> Sample:
    """Return the panel home of an owner."""
    drafts = [
        _draft(
            "Hotel Corona S.p.A.",
            "Bozza 214, di Anna Ricci",
            "24/11/2026",
            "3.416,00 €",
        ),
        _draft(
            "Edilizia Savini S.r.l.",
            "Bozza 213, di Anna Ricci",
            "23/11/2026",
            "1.234,56 €",
        ),
        _draft(
            "Comune di Faenza",
            "Bozza 212, di Marta Bellandi",
            "20/11/2026",
            "8.540,00 €",
        ),
        _draft(
            "Studio Neri Architetti",
            "Bozza 211, di Anna Ricci",
            "18/11/2026",
            "427,00 €",
        ),
    ]
    received = [
        _got(
            _draft(
                "Argille del Lamone S.n.c.",
                "Fattura 2026/318",
                "18/11/2026",
                "1.030,50 €",
            ),
            "warn",
            "IBAN diverso",
        ),
        _got(
            _draft("Hera Comm S.p.A.", "Fattura 412601187", "16/11/2026", "2.871,44 €"),
            "new",
            "Nuova",
        ),
        _got(
            _draft("Trasporti Gori S.r.l.", "Fattura 881/A", "13/11/2026", "366,00 €"),
            "neutral",
            "Letta",
        ),
        _got(
            _draft(
                "Colorificio Emiliano S.p.A.",
                "Fattura 26-10443",
                "11/11/2026",
                "1.952,08 €",
            ),
            "neutral",
            "Letta",
        ),
    ]
    watch = [
        It(
            kind="warn",
            initials="",
            title="Argille del Lamone ha cambiato IBAN",
            text="Fattura 2026/318, 1.030,50 €. Controlla prima di pagare.",
            label="Controlla",
            url=HERE,
        ),
        It(
            kind="person",
            initials="AR",
            title="Anna Ricci chiede di poter inviare fatture",
            text="«La settimana prossima sei in fiera.» Per 7 giorni.",
            label="Rispondi",
            url=HERE,
        ),
    ]
    service = It(
        kind="ok",
        state="Attivo",
        name="Fatturazione Elettronica",
        expiry="Scade il 14/03/2027",
        distance="tra 110 giorni",
        space_line="0,62 GB usati di 1 GB",
        space_fraction=0.62,
        space_tone="",
        used=3,
        pending=0,
        ending=0,
        seat_ends=[],
        total=5,
        seats_line="2 posti liberi, pagati fino al 14/03/2027.",
        manage_url=HERE,
        add=action("Aggiungi"),
    )
    page = It(
        greeting="Buongiorno, Marta",
        line="Martedì 24 novembre 2026. Due cose aspettano una tua decisione.",
        create=action("Crea fattura"),
        upload=action("Carica fatture"),
        watch=watch,
        drafts=It(items_list=drafts, all_url=HERE, all_label="Tutte le 12 bozze"),
        received=It(items_list=received, all_url=HERE),
        rejected=It(items_list=[], all_url=HERE),
        service=service,
    )
    return {"frame": frame("Home"), "home": page}


def home_reception() -> Sample:
    """Return the home of Solo Ricezione, expired, with nothing in it yet."""
    sample = home()
    page = sample["home"]
    page.create = page.upload = page.drafts = page.rejected = None
    page.watch, page.received.items_list = [], []
    page.service.kind, page.service.state = "bad", "Scaduto"
    page.service.space_fraction, page.service.space_tone = 1.0, "bad"
    page.service.used, page.service.pending, page.service.total = 9, 3, 24
    page.service.add = action("Aggiungi", "Prima rinnova il servizio.")
    return sample


INVOICES = ("Bozze", "Inviate", "Ricevute", "Comunicazioni finanziarie")


def invoice() -> Sample:
    """Return a received invoice for a read-only user."""
    lines = [
        It(
            description="Argilla bianca da tornio, sacco 25 kg",
            quantity="40",
            price="18,50 €",
            vat="22 %",
            amount="740,00 €",
        ),
        It(
            description="Trasporto a Faenza",
            quantity="1",
            price="85,00 €",
            vat="22 %",
            amount="85,00 €",
        ),
        It(
            description="Pallet a rendere",
            quantity="2",
            price="12,00 €",
            vat="N1",
            amount="24,00 €",
        ),
    ]
    parties = [
        It(
            label="Fornitore",
            name="Argille del Lamone S.n.c.",
            lines=["Via Fornace 12, 48013 Brisighella (RA)", "P. IVA IT 03918207402"],
        ),
        It(
            label="Cliente",
            name="Ceramiche Bellandi S.r.l.",
            lines=["Via Granarolo 88, 48018 Faenza (RA)", "P. IVA IT 02561470390"],
        ),
    ]
    page = It(
        trail=[("Fatture", HERE), ("Ricevute", HERE)],
        title="Fattura 2026/318",
        line="da Argille del Lamone S.n.c., ricevuta il 18/11/2026",
        main=None,
        main_csrf=None,
        actions=[
            action("Scarica XML", icon="download"),
            action("Scarica PDF", icon="file-earmark-pdf"),
        ],
        consequence="Sei in sola lettura.",
        consequence_url=HERE,
        consequence_label="Chiedi un permesso",
        iban=It(
            known="IT60 B085 4223 7000 0000 0074 318",
            found="IT60 X054 2811 1010 0000 0123 456",
            since="12/02/2024",
            sentence="L’anagrafica può cambiarla chi ha Modifica banche: oggi Marta Bellandi.",
        ),
        warnings=[],
        warnings_title="",
        parties=parties,
        details=[
            ("Documento", "Fattura (TD01) del 17/11/2026"),
            ("Causale", "Ordine 77 del 02/11/2026"),
        ],
        lines=lines,
        sums=[
            ("Imponibile 22 %", "825,00 €"),
            ("IVA 22 %", "181,50 €"),
            ("Esclusi art. 15 (N1)", "24,00 €"),
        ],
        total_label=None,
        total="1.030,50 €",
        payment=It(
            title="Da pagare",
            amount="1.030,50 €",
            due="entro il 18/12/2026",
            rows=[("Modo", "Bonifico (MP05)")],
            account="IBAN che finisce in 3456",
            account_differs=True,
        ),
        events=[
            It(text="Consegnata da SdI", when="18/11/2026, 14:02. Id 9876543210"),
            It(text="Letta da Marta Bellandi", when="19/11/2026, 08:30"),
            It(text="Conservata a norma", when="20/11/2026, 02:15"),
        ],
    )
    menus = ("Home", "Fatture", "Anagrafiche", "Impostazioni")
    top = frame("Fatture", pages=INVOICES, page="Ricevute", person=READER, menus=menus)
    return {"frame": top, "invoice": page}


def uploaded() -> Sample:
    """Return an uploaded draft: warnings, a filled button, no payment box."""
    sample = invoice()
    page = sample["invoice"]
    page.title, page.iban, page.payment, page.consequence = (
        "Bozza 215",
        None,
        None,
        None,
    )
    page.main, page.main_csrf = action("Invia a SdI"), "token"
    page.warnings_title = "Due cose da sapere prima di inviare"
    page.warnings = ["Manca la causale.", "Il cliente non ha un codice destinatario."]
    return sample


def drafts() -> Sample:
    """Return a generic list, with filters, chips, amounts and buttons."""
    rows = [
        It(
            url=HERE,
            cells=[
                ("Hotel Corona S.p.A.", "Bozza 214"),
                ("warn-clock", "Da finire"),
                "24/11/2026",
                "3.416,00 €",
                ("Apri", HERE),
            ],
        ),
        It(
            url=None,
            cells=[
                "Comune di Faenza",
                ("ok", "Pronta"),
                "20/11/2026",
                "8.540,00 €",
                None,
            ],
        ),
    ]
    listing = It(
        trail=[("Fatture", HERE)],
        title="Bozze",
        lead="Fatture iniziate e non inviate.",
        main=action("Crea fattura", icon="plus-lg"),
        actions=[action("Carica fatture", "Il servizio è scaduto.", "upload")],
        consequence=None,
        caption="Bozze",
        money=True,
        columns=[
            ("Cliente", ""),
            ("Stato", "chip"),
            ("Data", "date"),
            ("Totale", "number"),
            ("Azioni", "act"),
        ],
        rows=rows,
        empty=("Nessuna bozza", "Le trovi qui.", None, None),
        filters=It(
            url="/list",
            query="",
            placeholder="Cliente o numero",
            hidden=[],
            selects=[("year", "Anno", [("2026", "2026", True)])],
        ),
        page=It(previous_url=None, next_url="/b", label="1-20 di 96"),
    )
    return {"frame": frame("Fatture", pages=INVOICES, page="Bozze"), "listing": listing}
