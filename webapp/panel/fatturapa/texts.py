"""The sentences of every problem, by code: Italian, then English.

Five-digit codes are those of the exchange system (SdI); `DLG-` codes are ours.
"""

from collections.abc import Mapping
from types import MappingProxyType

_FILE = {
    "DLG-EMPTY": ("Il file è vuoto.", "The file is empty."),
    "DLG-TOO-BIG": (
        "Il file supera {limit} byte: è il massimo per un file.",
        "The file is larger than {limit} bytes, the most a file may have.",
    ),
    "DLG-ZIP": (
        "Il file è un archivio compresso: estrai le fatture e caricale una a una.",
        "The file is a compressed archive: extract the invoices and upload each one.",
    ),
    "DLG-SIGNED": (
        "Il file è firmato (p7m): carica l'XML originale, senza la busta di firma.",
        "The file is signed (p7m): upload the original XML, without its envelope.",
    ),
    "DLG-ENCODING": (
        "La codifica dei caratteri non è leggibile ({value}): sono ammesse UTF-8, "
        "UTF-16, windows-1252 e ISO-8859-1, dichiarate correttamente.",
        "The character encoding can not be read ({value}): UTF-8, UTF-16, "
        "windows-1252 and ISO-8859-1 are accepted when declared correctly.",
    ),
    "DLG-XML-MALFORMED": (
        "Il file non è un XML ben formato ({detail}).",
        "The file is not well-formed XML ({detail}).",
    ),
    "DLG-XML-DTD": (
        "Il file contiene una dichiarazione DOCTYPE: in una fattura non è ammessa.",
        "The file contains a DOCTYPE declaration, which an invoice may not have.",
    ),
    "DLG-XML-TOO-COMPLEX": (
        "Il file ha troppi elementi o troppi livelli: al massimo {elements} elementi "
        "e {depth} livelli.",
        "The file has too many elements or levels: at most {elements} elements and "
        "{depth} levels.",
    ),
    "DLG-NOT-FATTURAPA": (
        "Il file non è una fattura elettronica: l'elemento iniziale è {value}, "
        "atteso FatturaElettronica o FatturaElettronicaSemplificata.",
        "The file is not an electronic invoice: its first element is {value}, "
        "expected FatturaElettronica or FatturaElettronicaSemplificata.",
    ),
    "DLG-FORMAT": (
        "Il formato {value} non è ammesso qui: atteso {expected}.",
        "The format {value} is not accepted here: expected {expected}.",
    ),
}

_ELEMENTS = {
    "DLG-MISSING": (
        "Manca l'elemento obbligatorio {name}.",
        "The mandatory element {name} is missing.",
    ),
    "DLG-REPEATED": (
        "L'elemento {name} compare più volte: ne è ammesso uno solo.",
        "The element {name} occurs more than once: one alone is accepted.",
    ),
    "DLG-LEAF": (
        "L'elemento {name} contiene altri elementi: è atteso un semplice valore.",
        "The element {name} contains other elements: a plain value is expected.",
    ),
    "DLG-NUMBER": (
        "Il valore «{value}» non è un numero: sono attese cifre con il punto per i "
        "decimali, per esempio 1234.56.",
        "The value `{value}` is not a number: digits are expected, with a point "
        "before the decimals, for example 1234.56.",
    ),
    "DLG-DECIMALS": (
        "Il valore «{value}» non ha il numero di decimali atteso: {expected}.",
        "The value `{value}` does not have the expected decimals: {expected}.",
    ),
    "DLG-DATE": (
        "Il valore «{value}» non è una data esistente: attesa nella forma AAAA-MM-GG.",
        "The value `{value}` is not an existing date: expected as YYYY-MM-DD.",
    ),
    "DLG-BASE64": (
        "Il contenuto dell'allegato non è leggibile: è attesa la codifica base64.",
        "The content of the attachment can not be read: base64 is expected.",
    ),
    "DLG-CODE": (
        "Il codice «{value}» non è nell'elenco conosciuto per {name}.",
        "The code `{value}` is not in the known list for {name}.",
    ),
    "DLG-UNKNOWN": (
        "L'elemento {name} non è previsto in questo punto: viene ignorato.",
        "The element {name} is not foreseen here: it is ignored.",
    ),
    "DLG-ORDER": (
        "L'elemento {name} è fuori ordine: lo schema lo prevede prima di {after}.",
        "The element {name} is out of order: the schema wants it before {after}.",
    ),
    "DLG-XSD": (
        "Il file non rispetta lo schema: {detail}.",
        "The file does not follow the schema: {detail}.",
    ),
    "DLG-TEXT-LENGTH": (
        "Il testo ha {size} caratteri: il massimo è {limit}.",
        "The text has {size} characters: the most is {limit}.",
    ),
    "DLG-TEXT-EMPTY": ("Il testo è vuoto.", "The text is empty."),
    "DLG-TEXT-CHARACTER": (
        "Il carattere {value} non è ammesso: nella fattura vanno solo caratteri "
        "Latin-1 stampabili ({expected}).",
        "The character {value} is not accepted: an invoice takes printable Latin-1 "
        "characters alone ({expected}).",
    ),
}

_RULES = {
    "DLG-IBAN": (
        "L'IBAN «{value}» non è valido: controlla lunghezza e cifre.",
        "The IBAN `{value}` is not valid: check its length and digits.",
    ),
    "DLG-VAT": (
        "La partita IVA {value} non supera il controllo: verifica le cifre.",
        "The VAT number {value} fails its check digit: verify its digits.",
    ),
    "DLG-TOTAL": (
        "Il totale dichiarato è {value}, dai riepiloghi risulta {expected}.",
        "The declared total is {value}, the VAT summaries give {expected}.",
    ),
    "DLG-TAX": (
        "L'imposta dichiarata è {value}: con questa aliquota è attesa {expected}.",
        "The declared tax is {value}: at this rate {expected} is expected.",
    ),
    "00400": (
        "Manca la natura: serve quando l'aliquota IVA è zero.",
        "The nature is missing: it is needed when the VAT rate is zero.",
    ),
    "00401": (
        "La natura è indicata con un'aliquota IVA diversa da zero: va tolta.",
        "The nature is given with a VAT rate other than zero: take it away.",
    ),
    "00403": (
        "La data {value} è nel futuro: non può superare il giorno di ricezione.",
        "The date {value} is in the future: it can not follow the day of receipt.",
    ),
    "00409": (
        "Il documento {value} è ripetuto nel file: ogni numero è ammesso una volta.",
        "The document {value} is repeated in the file: each number is accepted once.",
    ),
    "00411": (
        "Una riga è soggetta a ritenuta, ma mancano i dati della ritenuta.",
        "A line is subject to withholding, but the withholding data is missing.",
    ),
    "00413": (
        "Manca la natura del contributo cassa: serve con aliquota IVA zero.",
        "The nature of the fund contribution is missing: it is needed at rate zero.",
    ),
    "00414": (
        "La natura del contributo cassa non va indicata con aliquota diversa da zero.",
        "The nature of the fund contribution is not accepted at a rate above zero.",
    ),
    "00415": (
        "La cassa è soggetta a ritenuta, ma mancano i dati della ritenuta.",
        "The fund is subject to withholding, but the withholding data is missing.",
    ),
    "00417": (
        "Del cliente mancano partita IVA e codice fiscale: ne serve almeno uno.",
        "The buyer has neither VAT number nor tax code: at least one is needed.",
    ),
    "00418": (
        "La nota di credito è del {value}, prima della fattura collegata ({expected}).",
        "The credit note is dated {value}, before the invoice it refers to "
        "({expected}).",
    ),
    "00419": (
        "Manca il riepilogo IVA per l'aliquota {value}.",
        "The VAT summary for the rate {value} is missing.",
    ),
    "00420": (
        "Con natura {value} (inversione contabile) non è ammessa la scissione dei "
        "pagamenti.",
        "With nature {value} (reverse charge) split payment is not accepted.",
    ),
    "00421": (
        "L'imposta del riepilogo è {value}: dall'imponibile risulta {expected}.",
        "The tax of the summary is {value}: the taxable sum gives {expected}.",
    ),
    "00422": (
        "L'imponibile del riepilogo è {value}: dalle righe risulta {expected}.",
        "The taxable sum of the summary is {value}: the lines give {expected}.",
    ),
    "00423": (
        "Il totale della riga è {value}: da quantità, prezzo e sconti risulta "
        "{expected}.",
        "The line total is {value}: quantity, price and discounts give {expected}.",
    ),
    "00424": (
        "L'aliquota {value} non è in percentuale: atteso per esempio 22.00.",
        "The rate {value} is not a percentage: expected for example 22.00.",
    ),
    "00425": (
        "Il numero «{value}» non contiene cifre: ne serve almeno una.",
        "The number `{value}` contains no digit: at least one is needed.",
    ),
    "00427": (
        "Il codice destinatario «{value}» non è adatto al formato {name}: attesi "
        "{expected} caratteri.",
        "The recipient code `{value}` does not suit the format {name}: {expected} "
        "characters are expected.",
    ),
    "00428": (
        "Il formato di trasmissione {value} non coincide con la versione {expected}.",
        "The transmission format {value} differs from the version {expected}.",
    ),
    "00429": (
        "Manca la natura nel riepilogo: serve quando l'aliquota è zero.",
        "The summary lacks its nature: it is needed when the rate is zero.",
    ),
    "00430": (
        "Il riepilogo indica la natura con un'aliquota diversa da zero: va tolta.",
        "The summary gives a nature at a rate other than zero: take it away.",
    ),
    "00437": (
        "Lo sconto del documento non ha percentuale né importo: ne serve uno.",
        "The document's discount has no percentage and no amount: one is needed.",
    ),
    "00438": (
        "Lo sconto della riga non ha percentuale né importo: ne serve uno.",
        "The line's discount has no percentage and no amount: one is needed.",
    ),
    "00444": (
        "Manca il riepilogo IVA per la natura {value}.",
        "The VAT summary for the nature {value} is missing.",
    ),
    "00445": (
        "La natura {value} è generica: dal 2021 serve un sottocodice.",
        "The nature {value} is generic: since 2021 a subcode is needed.",
    ),
}

TEXTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {**_FILE, **_ELEMENTS, **_RULES}
)
