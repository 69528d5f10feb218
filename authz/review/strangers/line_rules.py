"""What a line hides: marks, quotes, brackets and comments that casbin takes as values."""

from collections.abc import Iterator

from authz.engine import Row, hidden_in
from authz.review.strangers.lines import Line
from authz.review.strangers.reading import Doubt, Reading

Says = tuple[str, str, str]
LOAD_FAILS = (
    "a bracket that closes nothing, or no type before the first comma",
    "can not load any row at all: IndexError",
    "the line without it",
)
MARK = (
    "the file begins with a byte order mark",
    "takes the mark for part of the type and drops the row without a word",
    "save the file as UTF-8 without a mark",
)
HIDDEN = (
    "has characters that do not show, {0}",
    "takes them for part of the name: nobody who types the name has it",
    "the name without them",
)
QUOTED = (
    "has quotes",
    "keeps the quotes as part of the value",
    "{0}",
)
CROSSED = (
    "a comma or bracket inside a value moves the columns: casbin sees {0}",
    "puts values into columns they were not written for",
    "a name without commas and brackets: casbin has no way to quote them",
)
COMMENT = (
    "has a comment behind the row",
    "takes the comment for part of the last value",
    "{0}, and the comment on a line of its own",
)
CUT = (
    "has a NULL before its last value",
    "ends the row at the NULL: what stands behind it is lost",
    "'' where the column is blank, NULL only behind the last value",
)


def line_doubts(reading: Reading) -> Iterator[Doubt]:
    """At most one for a line: the first thing that is wrong with how it is written."""
    for line in reading.lines:
        found = _of_table(line) if reading.is_table else _of_file(reading, line)
        if found:
            code, says, meant = found
            yield _doubt(reading, line, code, says, meant)


def _of_file(reading: Reading, line: Line) -> tuple[str, Says, str] | None:
    """Code, words, and the line as it was meant, "" if nobody can say."""
    text = line.text
    hidden = hidden_in(text.replace("\t", " "))
    if text.startswith("\ufeff"):
        return "DLG320", MARK, text.lstrip("\ufeff")
    if line.read is None:
        return "DLG326", LOAD_FAILS, ""
    if hidden:
        clean = "".join(char for char in text if char not in hidden)
        return "DLG101", _with(HIDDEN, " ".join(map(ascii, hidden))), clean
    if '"' in text and line.read != line.meant:
        meant = ", ".join(line.meant)
        is_moved = len(line.read) != len(line.meant)
        crossed = ("DLG322", _with(CROSSED, _columns(line.read)), "")
        return crossed if is_moved else ("DLG321", _with(QUOTED, meant), meant)
    width = reading.model.width(line.read[0])
    if width not in (None, len(line.read) - 1) and set("()[]") & set(text):
        return "DLG322", _with(CROSSED, _columns(line.read)), ""
    before, mark, _comment = text.partition(" #")
    return ("DLG323", _with(COMMENT, before.strip()), before) if mark else None


def _of_table(line: Line) -> tuple[str, Says, str] | None:
    if line.read is None:
        return "DLG326", LOAD_FAILS, ""
    if line.read == line.meant:
        return None
    if len(line.read) < len(line.meant) and line.meant[: len(line.read)] == line.read:
        return "DLG327", CUT, "\x1f".join(line.meant)
    return "DLG322", _with(CROSSED, _columns(line.read)), "\x1f".join(line.meant)


def _doubt(reading: Reading, line: Line, code: str, says: Says, meant: str) -> Doubt:
    old = next(
        (row for row in reading.all_rows if row.place == _place(reading, line)), None
    )
    if old is None:
        return reading.doubt(code, Row("", (), _place(reading, line)), says)
    if not meant:
        return reading.doubt(code, old, says, reading.with_(old, None))
    ptype, *values = (
        part.strip() for part in meant.split("\x1f" if "\x1f" in meant else ",")
    )
    new = Row(ptype, tuple(values), old.place)
    return reading.doubt(code, old, says, reading.with_(old, new))


def _place(reading: Reading, line: Line) -> str:
    return f"{reading.file}:{line.number}"


def _with(says: Says, word: str) -> Says:
    wrong, casbin, instead = (text.format(word) for text in says)
    return wrong, casbin, instead


def _columns(values: tuple[str, ...]) -> str:
    return " | ".join(values)
