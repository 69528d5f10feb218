"""For people with a Casbin model of their own: what casbin makes of it, and does not say.

Nothing here needs a release, a catalogue or a database.
"""

from authz.review.strangers.finding import Finding
from authz.review.strangers.lint import TableRow, lint_files, lint_table

__all__ = ["Finding", "TableRow", "lint_files", "lint_table"]
