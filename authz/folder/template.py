"""A token put together from several texts of a question: `user:{subject.id}`."""

from collections.abc import Mapping
from dataclasses import dataclass

from authz.folder.facts import Facts
from authz.folder.texts import NAME_OF, TEXTS
from authz.pdp import BadRequestError, Evaluation


@dataclass(frozen=True, slots=True)
class Template:
    """Texts of the question between constant ones.

    Attributes:
        texts: the constant ones, one more than paths.
        paths: what stands between them.
    """

    texts: tuple[str, ...]
    paths: tuple[str, ...]
    is_text = True

    def value(self, question: Evaluation, facts: Mapping[str, Facts]) -> str:
        """The whole.

        INVARIANT: two questions that differ in what stands in it never have the same
        value: each text but the last ends where what follows it is first found.
        """
        found = self.texts[0]
        for path, after in zip(self.paths[:-1], self.texts[1:-1], strict=True):
            piece = TEXTS[path](question)
            if (piece + after).find(after) < len(piece):
                raise BadRequestError(f"`{path}` must not hold `{after}`")
            found += piece + after
        return found + TEXTS[self.paths[-1]](question) + self.texts[-1]

    def hangs_on(self, part: str) -> bool:
        """Whether that part's id or name stands in it."""
        return NAME_OF[part] in self.paths

    def carries(self, part: str) -> bool:
        """The same: what stands in it can be told from its value."""
        return self.hangs_on(part)

    def name_in(self, value: object, part: str, question: Evaluation) -> str | None:
        """What is left of the value without all else."""
        place = self.paths.index(NAME_OF[part])
        known = [TEXTS[path](question) for path in self.paths]
        pieces = zip(self.texts[:place], known[:place], strict=True)
        before = "".join(text + piece for text, piece in pieces) + self.texts[place]
        others = zip(known[place + 1 :], self.texts[place + 2 :], strict=True)
        after = self.texts[place + 1] + "".join(piece + text for piece, text in others)
        if not isinstance(value, str) or len(value) < len(before + after):
            return None
        is_one = value.startswith(before) and value.endswith(after)
        return value[len(before) : len(value) - len(after)] if is_one else None
