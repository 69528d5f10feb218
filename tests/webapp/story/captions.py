"""What the film says at the bottom of the screen, and for how long one reads it."""

#: Seconds to find one's eyes, and for every word.
PAUSE, WORD = 1.0, 0.15

CAPTIONS = {
    "start": {
        "it": "Marta è titolare dell’azienda ed entra nel pannello.",
        "en": "Marta is the owner. The day begins at sign-in.",
    },
    "home": {
        "it": "Nella home, Stato servizio dice quanti utenti ci sono e quanti posti.",
        "en": "On the home page, State of the service counts users and seats.",
    },
    "list": {
        "it": "L’elenco degli utenti aggiuntivi: chi sono, che ruolo hanno, fino a quando.",
        "en": "The additional users: who they are, their role, until when.",
    },
    "create": {
        "it": "Crea un utente: la persona, il primo accesso, i permessi.",
        "en": "Create a user: the person, the first sign-in, the permissions.",
    },
    "effect": {
        "it": "Un ruolo già pronto, e accanto che cosa Giulia potrà fare. Prima di salvare.",
        "en": "A ready-made role, and what Giulia will be able to do. Before saving.",
    },
    "created": {
        "it": "Il link di attivazione parte per email: vale una volta sola.",
        "en": "The activation link leaves by e-mail: it works once.",
    },
    "activate": {
        "it": "Giulia apre il link e sceglie una password che nessun altro conosce.",
        "en": "Giulia opens the link and chooses a password that nobody else knows.",
    },
    "inside": {
        "it": "Giulia vede le fatture. I pulsanti per crearle e inviarle non ci sono.",
        "en": "Giulia sees the invoices. The buttons to create and send are not there.",
    },
    "refused": {
        "it": "Anche scrivendo l’indirizzo a mano: che cosa manca, e chi può darlo.",
        "en": "Even by typing the address: what is missing, and who can give it.",
    },
    "why": {
        "it": "Perché non posso? Passo per passo, fino a quello che manca.",
        "en": "Why can I not? Step by step, down to what is missing.",
    },
    "give": {
        "it": "Marta spunta Creazione e modifica: l’effetto si vede subito accanto.",
        "en": "Marta ticks Create and edit: the effect shows beside it at once.",
    },
    "saved": {
        "it": "Salvato: in vigore ovunque. E si può annullare.",
        "en": "Saved: in force everywhere. And it can be undone.",
    },
    "next_click": {
        "it": "Giulia non deve uscire né rientrare: basta il clic dopo.",
        "en": "Giulia need not sign out: the next click is enough.",
    },
    "allowed": {
        "it": "Ora può preparare una fattura. Inviarla, ancora no.",
        "en": "Now Giulia can prepare an invoice. Send it, not yet.",
    },
    "cart": {
        "it": "Un posto in più: il carrello dice quanto costa e fino a quando.",
        "en": "One more seat: the cart says what it costs and until when.",
    },
    "order": {
        "it": "L’ordine aspetta il pagamento: fino ad allora il posto non conta.",
        "en": "The order waits for its payment: until then the seat does not count.",
    },
    "paid": {
        "it": "Pagamento registrato (nella demo si simula): l’ordine è attivo.",
        "en": "Payment registered (the demo pretends it): the order is active.",
    },
    "more": {
        "it": "Il posto nuovo c’è.",
        "en": "The new seat is there.",
    },
    "remove": {
        "it": "Togliere un utente: il pannello chiede una volta sola.",
        "en": "Removing a user: the panel asks once.",
    },
    "out": {
        "it": "Al clic dopo Giulia è fuori.",
        "en": "At the next click Giulia is out.",
    },
    "undo": {
        "it": "Per 30 giorni si può annullare.",
        "en": "For 30 days it can be undone.",
    },
    "restored": {
        "it": "Giulia è di nuovo dentro, con i permessi di prima.",
        "en": "Giulia is back, with the permissions of before.",
    },
    "history": {
        "it": "E lo storico racconta tutto: chi, che cosa, quando, prima e dopo.",
        "en": "And the history tells it all: who, what, when, before and after.",
    },
}


def seconds(text: str) -> float:
    """How long a caption stands."""
    return PAUSE + WORD * len(text.split())
