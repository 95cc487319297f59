"""The dbt project as Dagster reads it: where it is, and a manifest that agrees with its files."""

import fcntl
import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

_CLONE = Path(__file__).resolve().parent.parent
DBT_FOLDER = _CLONE / "dbt"
SEED_FOLDER = _CLONE / "seeds" / "reference"
# Looked for beside this interpreter: a virtual environment need not be activated.
DBT = Path(sys.executable).with_name("dbt")
# Apart from dbt's own target folder: whoever runs dbt by hand rewrites that one, and never in one step.
TARGET = Path("target", "dagster")
# The last of Gold that is reported, after all else and all tests have ended well: its state is that of the last build.
# Nothing is made of it, or Dagster would want it earlier.
LAST_OF_GOLD = ("gold", "dim_item")


def prepare_manifest(target: Path = DBT_FOLDER / TARGET, is_for_build: bool = False) -> Path:
    """Path of a manifest that agrees with the dbt project's files; parses the project when they have changed.

    For a build also when it was parsed for another connection: dbt would read all of it anew, in that build and each
    later one.

    Several processes load the definitions at once (web server, daemon, run): one parses, the others wait for it, and a
    reader never sees half a manifest.

    Raises RuntimeError with dbt's own words when the project does not parse.
    """
    manifest, stamp, connection = target / "manifest.json", target / "sources.sha256", target / "connection"
    target.mkdir(parents=True, exist_ok=True)
    with (target / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        fingerprint = _fingerprint()
        is_parsed = manifest.exists() and stamp.exists() and stamp.read_text() == fingerprint
        if is_parsed and (
            not is_for_build or (connection.exists() and connection.read_text() == _describe_connection())
        ):
            return manifest
        with tempfile.TemporaryDirectory(dir=target) as scratch:
            # fmt: off
            command: list[str | Path] = [
                DBT, "--quiet", "--no-use-colors", "parse", "--no-partial-parse",
                "--project-dir", DBT_FOLDER, "--profiles-dir", DBT_FOLDER,
                "--target-path", scratch, "--log-path", scratch,
            ]
            # fmt: on
            done = subprocess.run(command, cwd=DBT_FOLDER, capture_output=True, text=True, check=False)
            if done.returncode:
                raise RuntimeError(f"dbt cannot parse its project:\n{done.stdout}{done.stderr}")
            # dagster-dbt copies this one from dbt's own target folder to that of each run: one parse less.
            os.replace(Path(scratch, "partial_parse.msgpack"), target.parent / "partial_parse.msgpack")
            os.replace(Path(scratch, "manifest.json"), manifest)
        connection.write_text(_describe_connection())
        stamp.write_text(fingerprint)
    return manifest


def _describe_connection() -> str:
    """What dbt compares of `profiles.yml` before it believes what it has parsed."""
    names = ("PGHOST", "PGPORT", "PGUSER", "PGDATABASE", "DBT_ROLE", "DBT_SCHEMA")
    return " ".join(f"{name}={os.environ.get(name, '')}" for name in names)


def _fingerprint() -> str:
    """SHA-256 over name, size and time of every file that the manifest is made of."""
    files = (
        path
        for folder in (DBT_FOLDER, SEED_FOLDER)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not {"target", "logs"} & set(path.relative_to(folder).parts)
    )
    stamps = ((path, path.stat()) for path in files)
    text = "\n".join(f"{path} {status.st_size} {status.st_mtime_ns}" for path, status in stamps)
    return hashlib.sha256(text.encode()).hexdigest()
