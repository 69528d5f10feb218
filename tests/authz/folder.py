"""The real policy folder as files, and the same with one thing changed."""

from authz.policy import Release, default_folder, read_files, read_folder


def files() -> dict[str, bytes]:
    return dict(read_folder(default_folder()).files)


def changed(name: str, old: str, new: str, *, count: int = 1) -> dict[str, bytes]:
    found = files()
    text = found[name].decode()
    assert old in text, f"{name} lacks {old!r}: the test changes nothing"
    found[name] = text.replace(old, new, count).encode()
    return found


def release_with(name: str, old: str, new: str) -> Release:
    return read_files(changed(name, old, new))
