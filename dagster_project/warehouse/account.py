"""Who the server's programs run as: ourselves, or an unprivileged user where we are root.

That user must be able to enter the clone. Where a folder on the way is closed to everybody but root (a home, or a
temporary folder), the programs are given the one capability to read past closed folders and no other.
"""

import os
import pwd
import shlex
import shutil
import subprocess
import sysconfig
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

CLONE = Path(__file__).resolve().parents[2]


class WarehouseError(Exception):
    """What is wrong and what to do about it, in one sentence for a person."""


def find_account(data: Path) -> pwd.struct_passwd:
    """The user for a server with this data directory: its owner, ourselves, or whoever is there where we are root."""
    owner = pwd.getpwuid(data.stat().st_uid) if data.exists() else None
    if os.geteuid() != 0:
        if owner and owner.pw_uid != os.geteuid():
            raise WarehouseError(
                f"{data} belongs to {owner.pw_name}: run this as that user or as root, or use a clone of your own."
            )
        try:
            return pwd.getpwuid(os.geteuid())
        except KeyError:
            raise WarehouseError(
                f"PostgreSQL needs a user with a name, and {os.geteuid()} has none: add one."
            ) from None
    if owner and owner.pw_uid != 0:
        return owner
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            return pwd.getpwnam(name)
    raise WarehouseError("PostgreSQL refuses to run as root and there is no user postgres or nobody: add one.")


def run_as(
    account: pwd.struct_passwd,
    command: Sequence[str | Path],
    folder: Path,
    environment: Mapping[str, str],
    *,
    may_fail: bool = False,
) -> str:
    """Run as that user in `folder`, return what it printed, raise WarehouseError with it on failure.

    Of our own environment nothing is passed on: root's HOME is of no use to another user, and a python3 found on a PATH
    would decide where PL/Python looks for its library.
    """
    done = subprocess.run(
        [*becoming(account.pw_uid, account.pw_gid), *command],
        check=False,
        cwd=folder,
        env={"HOME": str(folder), "PATH": "/usr/bin:/bin", "LC_ALL": "C"} | dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        umask=0o022,
    )
    if done.returncode != 0 and not may_fail:
        raise WarehouseError(f"{Path(command[0]).name} failed: {done.stdout.strip()}")
    return done.stdout


@cache
def becoming(user: int, group: int) -> tuple[str, ...]:
    """The words before a command that make it run as that user; none where that is ourselves."""
    if user == os.geteuid():
        return ()
    program = shutil.which("setpriv")
    if program is None:
        raise WarehouseError("setpriv is missing, by which root becomes another user: install util-linux.")
    plain = (program, f"--reuid={user}", f"--regid={group}", "--clear-groups")
    closed = find_closed_folder(plain)
    if closed is None:
        return plain
    only = "-all,+dac_read_search"
    # Without the bit, access(2) would leave the capability out, and initdb asks that before it looks.
    bits = "--securebits=+no_setuid_fixup"
    reading = (*plain, bits, f"--inh-caps={only}", f"--ambient-caps={only}", f"--bounding-set={only}")
    if find_closed_folder(reading) is None:
        return reading
    raise WarehouseError(
        f"Root's server runs as the user {pwd.getpwuid(user).pw_name}, who cannot enter {closed}: "
        f"run 'chmod o+x {shlex.quote(str(closed))}' or move the clone to a folder that everybody can enter."
    )


def find_closed_folder(becoming: Sequence[str]) -> Path | None:
    """The first folder on the way to the clone or to our packages that the user cannot enter."""
    for place in (CLONE, Path(sysconfig.get_path("platlib"))):
        for folder in [*reversed(place.parents), place]:
            probe: list[str | Path] = [*becoming, "test", "-x", folder]
            if subprocess.run(probe, check=False, stderr=subprocess.DEVNULL).returncode:
                return folder
    return None
