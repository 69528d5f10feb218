"""Reading `permissions.toml`: switches, ready-made roles, and their words."""

from dataclasses import dataclass

from authz.policy.facts import NEVER_GRANTED
from authz.policy.permissions import Label, Permission, Permissions
from authz.policy.sections import Section, TomlFile

FILE = "permissions.toml"


@dataclass(frozen=True, slots=True)
class PresetWords:
    """What a preset is called, and one line on what it is for."""

    label: Label
    meaning: Label


def read_permissions(text: str) -> tuple[Permissions, dict[str, PresetWords]]:
    """The permissions, and the words of each preset by its name.

    Raises:
        PolicyError: with everything that is missing, misspelt or unknown.
    """
    file = TomlFile(text, FILE)
    file.only("permissions", "special", "presets", "modules", "columns")
    modules = file.section("modules").labels()
    columns = file.section("columns").labels()
    found = list(file.sections("permissions"))
    known = {name for name, _ in found}
    permissions = []
    for name, section in found:
        permission = _permission(name, section)
        permissions.append(permission)
        for need in permission.requires:
            if need not in known:
                section.fault(f"requires `{need}`, which is no permission")
        if permission.module not in modules or permission.column not in columns:
            section.fault("stands in a module or column that has no label")
    _special(file, known)
    words = {name: _preset(section) for name, section in file.sections("presets")}
    file.raise_faults()
    return Permissions(permissions, modules, columns), words


def _permission(name: str, section: Section) -> Permission:
    section.only(
        *("module", "column", "label", "meaning", "detail", "requires", "editions"),
        *("grantable", "delegable", "delicate", "source"),
    )
    label, meaning = section.label("label"), section.label("meaning")
    detail = section.label("detail")
    return Permission(
        name=name,
        module=section.text("module"),
        column=section.text("column"),
        label_it=label.it,
        label_en=label.en,
        meaning_it=meaning.it,
        meaning_en=meaning.en,
        detail_it=detail.it,
        detail_en=detail.en,
        requires=section.texts("requires"),
        editions=frozenset(section.texts("editions")),
        grantable=section.flag("grantable"),
        delegable=section.flag("delegable"),
        delicate=section.flag("delicate"),
        source=section.text("source"),
    )


def _special(file: TomlFile, permissions: set[str]) -> None:
    found = dict(file.sections("special"))
    for name in sorted(NEVER_GRANTED - found.keys()):
        file.section("special").fault(f"lacks `{name}`")
    for name, section in found.items():
        section.only("meaning", "detail", "grantable")
        section.label("meaning")
        section.label("detail")
        if section.flag("grantable"):
            section.fault("can never be granted: write grantable = false")
        if name not in NEVER_GRANTED or name in permissions:
            section.fault("is not one of the special names, or is a permission too")


def _preset(section: Section) -> PresetWords:
    section.only("label", "meaning")
    return PresetWords(section.label("label"), section.label("meaning"))
