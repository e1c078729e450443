"""The servers of our own: their language, who gets in, and what a killed start leaves."""

import os
import signal
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import redis

from callcenter.embedded import binaries
from callcenter.embedded.binaries import NOBODY, NoServer, copied, postgres_folder, valkey_program
from callcenter.embedded.servers import Postgres, ServerFailed, Valkey, free_port, taken
from tests.embedded.watch import PROJECT, until


def ask(postgres: Postgres, *statements: str) -> Any:
    """Run the statements as superuser; returns the only value of the last one."""
    with closing(psycopg2.connect(postgres.url())) as connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        return (cursor.fetchone() or (None,))[0]


def test_the_cyrillic_alphabet_has_case(cluster: Postgres) -> None:
    assert ask(cluster, "SELECT lower('ЁЖИК у Ленина')") == "ёжик у ленина"
    assert ask(cluster, "SELECT 'УЛИЦА' ILIKE 'улица'") is True
    provider = "SELECT datlocprovider::text || ' ' || datlocale FROM pg_database WHERE datname = 'template1'"
    assert ask(cluster, provider) == "b C.UTF-8"


def test_trigrams_see_the_same_words_in_another_order(cluster: Postgres) -> None:
    create = "CREATE EXTENSION IF NOT EXISTS pg_trgm"

    assert ask(cluster, create, "SELECT similarity('улица Ленина', 'ленина улица')") == 1
    assert ask(cluster, create, "SELECT similarity('улица Ленина', 'проспект Мира')") == 0


def test_the_server_listens_on_loopback_only_and_asks_for_a_password(cluster: Postgres) -> None:
    assert ask(cluster, "SHOW listen_addresses") == "127.0.0.1"
    assert ask(cluster, "SHOW unix_socket_directories") == ""
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(cluster.url(password="wrong"))


def test_data_and_password_belong_to_the_account_that_serves_alone(cluster: Postgres) -> None:
    data, password = cluster.folder.stat(), cluster.folder.with_name("postgres.password").stat()
    owner = NOBODY if os.geteuid() == 0 else os.geteuid()

    assert (data.st_uid, data.st_mode & 0o777) == (owner, 0o700)
    assert (password.st_uid, password.st_mode & 0o777) == (owner, 0o600)


def test_a_start_killed_while_the_cluster_is_made_leaves_no_half_cluster(folder: Path) -> None:
    postgres = Postgres(folder / "postgres" / "data", PROJECT)
    script = (
        "import sys; from pathlib import Path; from callcenter.embedded.servers import Postgres;"
        "Postgres(Path(sys.argv[1]), Path(sys.argv[2])).prepare()"
    )
    with subprocess.Popen([sys.executable, "-c", script, str(postgres.folder), str(PROJECT)], cwd=PROJECT) as making:
        until(lambda: list(folder.glob("postgres/making-*/global")), "initdb writes")
        making.send_signal(signal.SIGKILL)
    assert not postgres.folder.exists()

    postgres.start()
    postgres.stop()

    assert postgres.folder.exists()


def test_a_failed_making_is_one_sentence_with_the_reason(folder: Path) -> None:
    (folder / "file").touch()

    with pytest.raises(ServerFailed, match=r"^The folder .*/file/pg cannot be made: Not a directory\. "):
        Postgres(folder / "file" / "pg" / "data", PROJECT).start()


def test_a_server_whose_port_is_taken_says_so_with_the_place_of_its_log(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        valkey = Valkey(folder / "valkey", PROJECT, port=other.getsockname()[1])

        with pytest.raises(ServerFailed, match=rf"^Valkey ended at once: .*[Aa]ddress.*{valkey.log}\.$"):
            valkey.start()


def test_a_durable_valkey_keeps_its_keys_over_a_restart_and_drops_none_for_room(folder: Path) -> None:
    valkey = Valkey(folder / "valkey", PROJECT, durable=True)
    valkey.start()
    client = redis.Redis.from_url(valkey.url)
    client.set("kept", "yes")
    valkey.stop()
    valkey.start()
    try:
        assert client.get("kept") == b"yes"
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        assert client.config_get("bind") == {"bind": "127.0.0.1"}
        with pytest.raises(redis.AuthenticationError):
            redis.Redis(port=valkey.port).ping()
    finally:
        valkey.stop()


def test_a_taken_port_is_seen_and_a_free_one_is_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        assert taken(other.getsockname()[1]) is True
    assert taken(free_port()) is False


def test_without_any_server_the_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "find_spec", lambda _name: None)
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(NoServer, match="run make install, or put the folder of `postgres` on PATH"):
        postgres_folder(PROJECT)
    with pytest.raises(NoServer, match="run make install, or put valkey-server on PATH"):
        valkey_program(PROJECT)


def test_servers_on_path_are_used_when_the_packages_are_absent(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    for name in ("postgres", "redis-server"):
        (folder / name).touch(mode=0o755)
    monkeypatch.setattr(binaries, "find_spec", lambda _name: None)
    monkeypatch.setenv("PATH", str(folder))

    assert postgres_folder(PROJECT) == folder
    assert valkey_program(PROJECT) == folder / "redis-server"


def test_a_copy_of_the_programs_runs_and_is_made_once(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setattr(binaries, "ROOT_FOLDER", folder)
    packaged = postgres_folder(PROJECT).parent.parent

    first = copied(packaged, PROJECT)
    made = first.stat()
    second = copied(packaged, PROJECT)

    assert first == second
    assert second.stat().st_ino == made.st_ino
    assert len(list(folder.iterdir())) == 1
    for program in ("postgres", "initdb"):
        said = subprocess.run([first / "pginstall" / "bin" / program, "--version"], capture_output=True, text=True)
        assert said.stdout.startswith(f"{program} (PostgreSQL) 18.")


def test_a_copy_in_which_others_may_write_is_refused(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setattr(binaries, "ROOT_FOLDER", folder)
    package = folder / "some_package"
    package.mkdir()
    target = copied(package, PROJECT).parent
    target.chmod(0o777)

    with pytest.raises(NoServer, match=f"^{target} belongs to another account"):
        copied(package, PROJECT)
