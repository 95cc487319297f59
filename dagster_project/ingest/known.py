"""Files that were taken from the landing folder and still lie there: nobody reads them again to find the same bytes."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import psycopg

from dagster_project.ingest.landing import LandingFile


class KnownFiles:
    """What bronze.landing_files says of one folder: path, size, time and why a file is left out, if it is."""

    def __init__(self, connection: psycopg.Connection[Any], folder: Path) -> None:
        self.connection, self.folder = connection, str(folder)
        with connection.transaction():
            rows = connection.execute(
                "select path, size_bytes, modified_ns, ignored from bronze.landing_files where folder = %s",
                (self.folder,),
            ).fetchall()
        self._known = {path: tuple(rest) for path, *rest in rows}
        self._seen: set[str] = set()

    def is_known(self, file: LandingFile) -> bool:
        """Whether the file is as it was when it was taken, as far as can be told without opening it."""
        return self._known.get(file.path) == _describe(file)

    def list_unknown(self, files: Iterable[LandingFile], is_thorough: bool = False) -> Iterator[LandingFile]:
        """Those of the folder's files that are not known; all of them where it is to be thorough."""
        for file in files:
            self._seen.add(file.path)
            if is_thorough or not self.is_known(file):
                yield file

    def remember(self, files: Iterable[LandingFile]) -> None:
        """Know these files from now on, when the open transaction commits."""
        new = [file for file in files if not self.is_known(file)]
        with self.connection.cursor() as cursor:
            cursor.executemany(
                """
                insert into bronze.landing_files (folder, path, size_bytes, modified_ns, ignored)
                values (%s, %s, %s, %s, %s)
                on conflict (folder, path) do update set
                    size_bytes = excluded.size_bytes, modified_ns = excluded.modified_ns, ignored = excluded.ignored
                """,
                [(self.folder, file.path, *_describe(file)) for file in new],
            )

    def forget_missing(self) -> None:
        """Forget the files that `list_unknown` has not met: they are no longer in the folder."""
        missing = list(self._known.keys() - self._seen)
        with self.connection.transaction():
            self.connection.execute(
                "delete from bronze.landing_files where folder = %s and path = any(%s)", (self.folder, missing)
            )


def _describe(file: LandingFile) -> tuple[int | None, int, str | None]:
    return file.size, file.modified_ns, file.ignored
