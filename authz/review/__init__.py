"""Looking at policy files before they count: lint, story cases, the matrix.

Works on files alone: no store, no accounts, no web.
"""

from authz.review.cases import CaseReport, case_texts, run_cases
from authz.review.lint import lint, lint_model
from authz.review.matrix import Matrix, matrix
from authz.review.story import Case, read_cases
from authz.review.strangers import Finding, TableRow, lint_files, lint_table

__all__ = [
    "Case",
    "CaseReport",
    "Finding",
    "Matrix",
    "TableRow",
    "case_texts",
    "lint",
    "lint_files",
    "lint_model",
    "lint_table",
    "matrix",
    "read_cases",
    "run_cases",
]
