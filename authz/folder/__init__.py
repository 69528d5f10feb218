"""A folder of policy as a PDP: any Casbin model behind AuthZEN.

`Folder(path).source()` answers one request for `authz.pdp.Service`. To read in this
order: files, entities, facts, feeds, declared, wiring, rules, unanswered, version,
source, folder (docs/serve.md). A question to try is made by names, choices and sample.
"""

from authz.folder.entities import Entities
from authz.folder.faults import FolderError
from authz.folder.files import NAMES, Files, read_files
from authz.folder.folder import Folder
from authz.folder.rules import Rules, read_rules
from authz.folder.sample import sample_question
from authz.folder.source import FolderSource
from authz.folder.version import Version

__all__ = [
    "NAMES",
    "Entities",
    "Files",
    "Folder",
    "FolderError",
    "FolderSource",
    "Rules",
    "Version",
    "read_files",
    "read_rules",
    "sample_question",
]
