"""What lies in the landing folder: every file, each with the reason not to load it where there is one."""

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from udf.postgres.storable import storable_text
from udf.standards.message_types import MESSAGE_TYPES

# A deny list: partners name files as they like (.edi, .txt, .852, no suffix at all, .12), so whatever is not certainly
# something else is read. What is left out is recorded with its reason.
IGNORED_SUFFIXES = {
    **dict.fromkeys((".tmp", ".part", ".partial", ".filepart", ".crdownload", ".swp"), "unfinished transfer"),
    **dict.fromkeys((".json", ".csv", ".tsv", ".md", ".log"), "not an EDI format"),
    **dict.fromkeys((".zip", ".gz", ".tgz", ".tar", ".bz2", ".xz", ".zst", ".7z", ".rar"), "archive: unpack it first"),
}


DEFAULT_LANDING = Path(__file__).resolve().parents[2] / "landing"


class LandingError(Exception):
    """What is wrong with the landing folder, in one sentence."""


def find_folder(chosen: str | Path) -> Path:
    """The folder in full; the default one is made when it is missing, a chosen one that is missing is a mistake."""
    folder = Path(chosen).resolve()
    if folder == DEFAULT_LANDING:
        folder.mkdir(exist_ok=True)
    if not folder.is_dir():
        raise LandingError(f"The landing folder {folder} is missing: create it, or name another.")
    return folder


def read_message_types(text: str) -> dict[str, str]:
    """Folder to message type, of `acme/bodies=SLSRPT,stock=INVRPT`. Raises LandingError."""
    found = {}
    for entry in filter(None, (part.strip() for part in text.split(","))):
        folder, _, message_type = (part.strip() for part in entry.rpartition("="))
        if message_type.upper() not in MESSAGE_TYPES:
            raise LandingError(f"«{entry}» is no folder=TYPE with one of the types {', '.join(MESSAGE_TYPES)}.")
        found[folder] = message_type.upper()
    return found


def type_of_folder(path: str, message_types: Mapping[str, str]) -> str | None:
    """What the nearest of the folders says of a file at a path below the landing folder; `.` is that itself."""
    folders = [*map(str, PurePosixPath(path).parents)]
    return next((message_types[folder] for folder in folders if folder in message_types), None)


class LandingFile(NamedTuple):
    """A file (or an unreadable folder) below the landing folder; `ignored` is the reason not to load it."""

    location: str
    path: str
    size: int | None
    modified_ns: int
    ignored: str | None


def list_files(folder: Path) -> Iterator[LandingFile]:
    """Every file below the folder in a fixed order, hidden and unreadable ones too; nothing is opened.

    It is asked every few seconds, of folders that nobody empties: without pathlib, which took nine tenths of the time
    of 100,000 files.
    """
    home = folder.resolve()
    waiting = [("", False)]
    while waiting:
        below, is_hidden = waiting.pop()
        try:
            with os.scandir(os.path.join(folder, below)) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError as error:
            reason = f"folder cannot be read: {error.strerror}"
            yield LandingFile(os.path.join(folder, below), _as_text(below), None, 0, reason)
            continue
        folders = []
        for entry in entries:
            path = below + entry.name
            is_hidden_too = is_hidden or entry.name.startswith(".")
            if not _is_folder(entry):
                yield _look_at(entry, path, is_hidden_too, home)
            elif entry.is_symlink():  # followed, it could lead in a circle
                reason = "link to a folder: put the files themselves here"
                yield LandingFile(entry.path, _as_text(path) + "/", None, 0, reason)
            else:
                folders.append((path + "/", is_hidden_too))
        waiting.extend(reversed(folders))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to where we may not look
        return False


def _look_at(entry: os.DirEntry[str], path: str, is_hidden: bool, home: Path) -> LandingFile:
    text = _as_text(path)
    ignored = _ignored(entry.name, is_hidden)
    # Followed, it would load any file of this machine that we may read.
    if entry.is_symlink() and not Path(entry.path).resolve().is_relative_to(home):
        return LandingFile(entry.path, text, None, 0, ignored or "link that leaves the landing folder: not followed")
    try:
        status = entry.stat()
    except OSError as error:
        return LandingFile(entry.path, text, None, 0, ignored or f"cannot be read: {error.strerror}")
    if not stat.S_ISREG(status.st_mode):
        # Opening a pipe would wait for its writer for ever.
        ignored = ignored or "not a regular file"
    return LandingFile(entry.path, text, status.st_size, status.st_mtime_ns, ignored)


def _as_text(path: str) -> str:
    """The path as PostgreSQL can hold it: a name of undecodable bytes carries surrogates."""
    if path.isascii():
        return path
    return storable_text(os.fsencode(path).decode("utf-8", "backslashreplace"))


def _ignored(name: str, is_hidden: bool) -> str | None:
    if is_hidden:
        return "hidden file"
    if name.endswith("~"):
        return "editor's backup"
    return IGNORED_SUFFIXES.get(os.path.splitext(name)[1].lower())
