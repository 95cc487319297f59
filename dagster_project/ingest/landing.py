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

    location: Path
    path: str
    size: int | None
    modified_ns: int
    ignored: str | None


def list_files(folder: Path) -> Iterator[LandingFile]:
    """Every file below the folder in a fixed order, hidden and unreadable ones too; nothing is opened."""
    unreadable: list[OSError] = []
    home = folder.resolve()
    for parent, folders, names in os.walk(folder, onerror=unreadable.append):
        folders.sort()
        for name in folders:
            location = Path(parent, name)
            if location.is_symlink():  # followed, it could lead in a circle
                path = storable_text(os.fsencode(location.relative_to(folder)).decode("utf-8", "backslashreplace"))
                yield LandingFile(location, path + "/", None, 0, "link to a folder: put the files themselves here")
        for name in sorted(names):
            location = Path(parent, name)
            relative = location.relative_to(folder)
            # A name of undecodable bytes carries surrogates, which neither UTF-8 nor PostgreSQL can hold.
            path = storable_text(os.fsencode(relative).decode("utf-8", "backslashreplace"))
            ignored = _ignored(relative)
            # Followed, it would load any file of this machine that we may read.
            if location.is_symlink() and not location.resolve().is_relative_to(home):
                yield LandingFile(
                    location, path, None, 0, ignored or "link that leaves the landing folder: not followed"
                )
                continue
            try:
                status = location.stat()
            except OSError as error:
                yield LandingFile(location, path, None, 0, ignored or f"cannot be read: {error.strerror}")
                continue
            if not stat.S_ISREG(status.st_mode):
                # Opening a pipe would wait for its writer for ever.
                ignored = ignored or "not a regular file"
            yield LandingFile(location, path, status.st_size, status.st_mtime_ns, ignored)
    for failure in unreadable:
        location = Path(failure.filename)
        path = storable_text(os.fsencode(location.relative_to(folder)).decode("utf-8", "backslashreplace"))
        yield LandingFile(location, path + "/", None, 0, f"folder cannot be read: {failure.strerror}")


def _ignored(relative: Path) -> str | None:
    if any(part.startswith(".") for part in relative.parts):
        return "hidden file"
    if relative.name.endswith("~"):
        return "editor's backup"
    return IGNORED_SUFFIXES.get(relative.suffix.lower())
