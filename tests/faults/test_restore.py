"""The drill: databases are lost and brought back from a dump; no order is sent again that went out since."""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from pathlib import Path
from time import monotonic

from callcenter.embedded.binaries import postgres_folder
from tests.faults.cluster import ROOT, Cluster, forget_connections, wait_for
from tests.faults.plays import KEPT, service
from tests.faults.stage import Stage
from tests.faults.test_matrix import settled

DELIVERED, WAITING = 20, 5
LATER_S = 7200.0


def manage(cluster: Cluster, command: str) -> str:
    """Run one command as the role of migrations."""
    environment = {**cluster.environment(), "CALLCENTER_ROLE": "migrate"}
    done = subprocess.run(
        [sys.executable, "manage.py", command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def dump(cluster: Cluster, folder: Path) -> None:
    """Both databases, as the guide says: two files."""
    for kind, name in cluster.names.items():
        options = ["--format", "custom", "--file", str(folder / kind), "--dbname", cluster.postgres.url(name)]
        subprocess.run([str(postgres_folder(ROOT) / "pg_dump"), *options], check=True, capture_output=True)


def restore(cluster: Cluster, folder: Path) -> None:
    """Both databases anew."""
    for kind, name in cluster.names.items():
        cluster.administer(f"DROP DATABASE {name} WITH (FORCE)")
        cluster.administer(f"CREATE DATABASE {name} OWNER cc_migrate")
        options = ["--exit-on-error", "--dbname", cluster.postgres.url(name), str(folder / kind)]
        subprocess.run([str(postgres_folder(ROOT) / "pg_restore"), *options], check=True, capture_output=True)


def test_a_restore_sends_nothing_again_that_went_out_after_the_dump(scene: Stage, tmp_path: Path) -> None:
    with service() as at:
        at.promise(DELIVERED)
        first = scene.engine()
        wait_for(at.settled, "the orders before the dump")
        first.terminate()
        at.promise(WAITING, expires_in_s=LATER_S)
        times = [monotonic()]
        dump(scene.cluster, tmp_path)
        times.append(monotonic())
        second = scene.engine()
        wait_for(at.settled, "the orders after the dump")
        second.kill()

        times.append(monotonic())
        restore(scene.cluster, tmp_path)
        times.append(monotonic())
        forget_connections()
        assert at.states() == {"accepted": DELIVERED, "pending": WAITING}
        manage(scene.cluster, "check_isolation")
        manage(scene.cluster, "verify_audit")
        assert f"{WAITING} orders" in manage(scene.cluster, "after_restore")
        times.append(monotonic())
        scene.engine()
        wait_for(partial(settled, at), "every order after the restore")

        assert at.broken_promises() == KEPT
        assert at.states() == {"accepted": DELIVERED + WAITING}
        assert len(at.program.creations) == DELIVERED + WAITING
    dumped, restored, checked = times[1] - times[0], times[3] - times[2], times[4] - times[3]
    sys.stdout.write(f"dump {dumped:.1f} s, restore {restored:.1f} s, checks {checked:.1f} s\n")
