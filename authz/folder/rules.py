"""What a folder says: model, rows, entities and wiring, checked and ready to be asked."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from authz.engine import (
    FREE,
    Answer,
    Book,
    CompiledEvaluator,
    Model,
    Row,
    gate,
    read_model,
    read_policy_csv,
    search,
)
from authz.folder.entities import NO_ENTITIES, Entities, read_entities
from authz.folder.faults import ENTITIES, folder_error
from authz.folder.feeds import Feed
from authz.folder.files import ENTITIES as ENTITY_FILES
from authz.folder.files import MAPPING, MODEL, POLICY, Files
from authz.folder.wiring import Wiring, read_wiring
from authz.pdp import Evaluation, Wanted


@dataclass(frozen=True, slots=True, eq=False)
class Rules:
    """Everything that answers come from; never changed once made.

    Attributes:
        roles: names that others hold: whoever searches does not mean them.
    """

    model: Model
    rows: tuple[Row, ...]
    evaluator: CompiledEvaluator
    book: Book
    wiring: Wiring
    entities: Entities
    roles: frozenset[str]

    def candidates(self, wanted: Wanted, question: Evaluation) -> Iterator[str]:
        """Whatever may be a result: from the rows, and from the entity file.

        INVARIANT: every entity of the file that is allowed is among them: where a row
        leaves open who or what it is about, or a value may be no text, all are.

        Raises:
            BadRequestError, AbsentError: as `Wiring.request`.
        """
        kind = "" if wanted == "action" else getattr(question, wanted).type
        known = dict.fromkeys(self.entities.ids(wanted, kind))
        is_open = not self.wiring.is_text
        for answer in self._answers(wanted, question):
            told = self._told(answer, wanted)
            if told is None:
                is_open = True
                continue
            feed, value = told
            name = feed.name_in(value, wanted, question)
            if name is not None and (name in known or value not in self.roles):
                yield name
        if is_open:
            yield from known

    def _answers(self, wanted: Wanted, question: Evaluation) -> Iterable[Answer]:
        """What the index finds with all left open that hangs on what is wanted."""
        facts = self.wiring.facts
        free = [
            FREE if feed.hangs_on(wanted) else feed.value(question, facts)
            for feed in self.wiring.feeds
        ]
        return search(self.book, free)

    def _told(self, answer: Answer, wanted: Wanted) -> tuple[Feed, object] | None:
        """The value that tells whom an answer is about; None where it may be anybody."""
        pairs = zip(self.wiring.feeds, answer.request, strict=True)
        told = ((f, v) for f, v in pairs if f.carries(wanted) and v is not FREE)
        return next(told, None)


def read_rules(files: Files) -> Rules:
    """Read everything, through the gate.

    Raises:
        PolicyError: what is wrong, with file and line.
    """
    model = read_model(files.text(MODEL), MODEL)
    rows = read_policy_csv(files.text(POLICY), POLICY)
    gate(model, rows)
    entities = _entities(files)
    text = files.text(MAPPING) if MAPPING in files.data else ""
    wiring = read_wiring(text, model, rows, entities)
    evaluator = CompiledEvaluator(model, rows)
    roles = frozenset(row.values[1] for row in rows if row.ptype in model.links)
    return Rules(
        model, rows, evaluator, Book(model, rows, evaluator), wiring, entities, roles
    )


def _entities(files: Files) -> Entities:
    there = [name for name in ENTITY_FILES if name in files.data]
    if len(there) > 1:
        text = f"`{there[0]}` stands beside it; keep one of them"
        raise folder_error(ENTITIES, there[1], text)
    return read_entities(there[0], files.text(there[0])) if there else NO_ENTITIES
