"""Labels (Italian, English) of the codes an invoice uses."""

from collections.abc import Mapping
from types import MappingProxyType

Labels = Mapping[str, tuple[str, str]]

DOCUMENT_KINDS: Labels = MappingProxyType(
    {
        "TD01": ("Fattura", "Invoice"),
        "TD02": ("Acconto su fattura", "Advance on invoice"),
        "TD03": ("Acconto su parcella", "Advance on fee note"),
        "TD04": ("Nota di credito", "Credit note"),
        "TD05": ("Nota di debito", "Debit note"),
        "TD06": ("Parcella", "Fee note"),
        "TD07": ("Fattura semplificata", "Simplified invoice"),
        "TD08": ("Nota di credito semplificata", "Simplified credit note"),
        "TD09": ("Nota di debito semplificata", "Simplified debit note"),
        "TD10": ("Acquisto intracomunitario di beni", "Intra-EU purchase of goods"),
        "TD11": (
            "Acquisto intracomunitario di servizi",
            "Intra-EU purchase of services",
        ),
        "TD12": ("Documento riepilogativo", "Summary document"),
        "TD16": (
            "Integrazione per inversione contabile interna",
            "Domestic reverse-charge supplement",
        ),
        "TD17": (
            "Integrazione per servizi dall'estero",
            "Self-invoice for services from abroad",
        ),
        "TD18": (
            "Integrazione per beni intracomunitari",
            "Supplement for intra-EU goods",
        ),
        "TD19": (
            "Integrazione per beni da soggetti esteri",
            "Self-invoice for goods from foreign sellers",
        ),
        "TD20": (
            "Autofattura per regolarizzazione",
            "Self-invoice to regularise",
        ),
        "TD21": ("Autofattura per splafonamento", "Self-invoice for plafond excess"),
        "TD22": ("Estrazione da deposito IVA", "Withdrawal from VAT warehouse"),
        "TD23": (
            "Estrazione da deposito IVA con versamento",
            "Withdrawal from VAT warehouse with payment",
        ),
        "TD24": ("Fattura differita", "Deferred invoice"),
        "TD25": ("Fattura differita triangolare", "Deferred triangular invoice"),
        "TD26": (
            "Cessione di beni ammortizzabili",
            "Sale of depreciable assets",
        ),
        "TD27": ("Autoconsumo o cessione gratuita", "Own use or free supply"),
        "TD28": (
            "Acquisti da San Marino con IVA",
            "Purchases from San Marino with VAT",
        ),
        "TD29": (
            "Comunicazione di omessa o irregolare fattura",
            "Report of a missing or irregular invoice",
        ),
    }
)

PAYMENT_METHODS: Labels = MappingProxyType(
    {
        "MP01": ("Contanti", "Cash"),
        "MP02": ("Assegno", "Cheque"),
        "MP03": ("Assegno circolare", "Banker's draft"),
        "MP04": ("Contanti presso Tesoreria", "Cash at the Treasury"),
        "MP05": ("Bonifico", "Bank transfer"),
        "MP06": ("Vaglia cambiario", "Promissory note"),
        "MP07": ("Bollettino bancario", "Bank payment slip"),
        "MP08": ("Carta di pagamento", "Payment card"),
        "MP09": ("RID", "Direct debit (RID)"),
        "MP10": ("RID utenze", "Utilities direct debit (RID)"),
        "MP11": ("RID veloce", "Fast direct debit (RID)"),
        "MP12": ("RIBA", "Bank receipt (RIBA)"),
        "MP13": ("MAV", "Payment slip (MAV)"),
        "MP14": ("Quietanza erario", "Tax office receipt"),
        "MP15": (
            "Giroconto su conti di contabilità speciale",
            "Transfer between special accounts",
        ),
        "MP16": ("Domiciliazione bancaria", "Bank standing order"),
        "MP17": ("Domiciliazione postale", "Postal standing order"),
        "MP18": ("Bollettino di c/c postale", "Postal account slip"),
        "MP19": ("SEPA Direct Debit", "SEPA direct debit"),
        "MP20": ("SEPA Direct Debit CORE", "SEPA direct debit CORE"),
        "MP21": ("SEPA Direct Debit B2B", "SEPA direct debit B2B"),
        "MP22": (
            "Trattenuta su somme già riscosse",
            "Deduction from sums already collected",
        ),
        "MP23": ("PagoPA", "PagoPA"),
    }
)

PAYMENT_TERMS: Labels = MappingProxyType(
    {
        "TP01": ("Pagamento a rate", "In instalments"),
        "TP02": ("Pagamento completo", "In full"),
        "TP03": ("Anticipo", "In advance"),
    }
)

NATURES: Labels = MappingProxyType(
    {
        "N1": ("Escluse ex art. 15", "Excluded under art. 15"),
        "N2": ("Non soggette", "Outside the scope of VAT"),
        "N2.1": (
            "Non soggette, artt. da 7 a 7-septies",
            "Outside the scope, arts. 7 to 7-septies",
        ),
        "N2.2": ("Non soggette, altri casi", "Outside the scope, other cases"),
        "N3": ("Non imponibili", "Not taxable"),
        "N3.1": ("Non imponibili, esportazioni", "Not taxable, exports"),
        "N3.2": (
            "Non imponibili, cessioni intracomunitarie",
            "Not taxable, intra-EU supplies",
        ),
        "N3.3": (
            "Non imponibili, cessioni verso San Marino",
            "Not taxable, supplies to San Marino",
        ),
        "N3.4": (
            "Non imponibili, assimilate alle esportazioni",
            "Not taxable, treated as exports",
        ),
        "N3.5": (
            "Non imponibili, dichiarazione d'intento",
            "Not taxable, declaration of intent",
        ),
        "N3.6": (
            "Non imponibili, altre che non formano il plafond",
            "Not taxable, others outside the plafond",
        ),
        "N4": ("Esenti", "Exempt"),
        "N5": ("Regime del margine", "Margin scheme"),
        "N6": ("Inversione contabile", "Reverse charge"),
        "N6.1": (
            "Inversione contabile, rottami",
            "Reverse charge, scrap",
        ),
        "N6.2": (
            "Inversione contabile, oro e argento puro",
            "Reverse charge, gold and pure silver",
        ),
        "N6.3": (
            "Inversione contabile, subappalto edile",
            "Reverse charge, building subcontracts",
        ),
        "N6.4": ("Inversione contabile, fabbricati", "Reverse charge, buildings"),
        "N6.5": (
            "Inversione contabile, telefoni cellulari",
            "Reverse charge, mobile phones",
        ),
        "N6.6": (
            "Inversione contabile, prodotti elettronici",
            "Reverse charge, electronic products",
        ),
        "N6.7": (
            "Inversione contabile, comparto edile",
            "Reverse charge, building sector",
        ),
        "N6.8": (
            "Inversione contabile, settore energetico",
            "Reverse charge, energy sector",
        ),
        "N6.9": ("Inversione contabile, altri casi", "Reverse charge, other cases"),
        "N7": ("IVA assolta in altro Stato UE", "VAT paid in another EU state"),
    }
)

REGIMES: Labels = MappingProxyType(
    {
        "RF01": ("Ordinario", "Ordinary"),
        "RF02": ("Contribuenti minimi", "Minimum taxpayers"),
        "RF03": ("Nuove iniziative produttive", "New productive initiatives"),
        "RF04": ("Agricoltura e pesca", "Agriculture and fishing"),
        "RF05": ("Sali e tabacchi", "Salt and tobacco"),
        "RF06": ("Commercio di fiammiferi", "Match trade"),
        "RF07": ("Editoria", "Publishing"),
        "RF08": ("Gestione di telefonia pubblica", "Public telephony"),
        "RF09": ("Rivendita di documenti di trasporto", "Resale of transport tickets"),
        "RF10": ("Intrattenimenti e giochi", "Entertainment and games"),
        "RF11": ("Agenzie di viaggio", "Travel agencies"),
        "RF12": ("Agriturismo", "Farm tourism"),
        "RF13": ("Vendite a domicilio", "Door-to-door sales"),
        "RF14": ("Rivendita di beni usati e arte", "Resale of used goods and art"),
        "RF15": ("Agenzie di vendite all'asta", "Auction houses"),
        "RF16": ("IVA per cassa, P.A.", "Cash VAT, public bodies"),
        "RF17": ("IVA per cassa", "Cash VAT"),
        "RF18": ("Altro", "Other"),
        "RF19": ("Regime forfettario", "Flat-rate scheme"),
        "RF20": ("Franchigia transfrontaliera", "Cross-border exemption"),
    }
)

WITHHOLDING_KINDS: Labels = MappingProxyType(
    {
        "RT01": ("Ritenuta persone fisiche", "Withholding, natural persons"),
        "RT02": ("Ritenuta persone giuridiche", "Withholding, legal persons"),
        "RT03": ("Contributo INPS", "INPS contribution"),
        "RT04": ("Contributo ENASARCO", "ENASARCO contribution"),
        "RT05": ("Contributo ENPAM", "ENPAM contribution"),
        "RT06": ("Altro contributo previdenziale", "Other social contribution"),
    }
)

VAT_DUE_KINDS: Labels = MappingProxyType(
    {
        "I": ("Esigibilità immediata", "Due now"),
        "D": ("Esigibilità differita", "Deferred"),
        "S": ("Scissione dei pagamenti", "Split payment"),
    }
)


def label(labels: Labels, code: str, language: str) -> str:
    """The label of a code in `it`, else in English; an unknown code is itself."""
    known = labels.get(code)
    if known is None:
        return code
    return known[0 if language.startswith("it") else 1]
