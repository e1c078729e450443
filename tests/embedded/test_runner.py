"""The supervisor: what crashes comes back, and nothing outlives it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from callcenter.embedded import runner
from callcenter.embedded.children import complaint
from callcenter.embedded.runner import CannotRun, Lock, Program, Supervisor
from tests.embedded.watch import PROJECT, alive, children_of, end, family, until


@contextmanager
def supervised(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A running supervisor of two shells that sleep and of one that fails at once; it prints into `said`."""
    everybody: set[int] = set()
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.embedded.supervise", str(folder)], cwd=PROJECT, stdout=said
        )
    try:
        until(lambda: "watching" in (folder / "said").read_text(), "the supervisor watches")
        everybody = family(process.pid)
        yield process
    finally:
        process.terminate()
        process.wait()
        end(everybody)


def steady(supervisor: int) -> int:
    """The process that only sleeps; 0 while there is none."""
    return next((pid for pid, command in children_of(supervisor).items() if command == "sleep 1000"), 0)


def test_a_program_that_was_killed_runs_again(tmp_path: Path) -> None:
    with supervised(tmp_path) as process:
        first = until(lambda: steady(process.pid), "the program runs")
        os.kill(first, signal.SIGKILL)

        until(lambda: steady(process.pid) not in (0, first), "the program runs again")
        assert "steady ended: started again in 1 s" in (tmp_path / "said").read_text()
    assert (tmp_path / "steady.runs").read_text() == "run\nrun\n"


def test_what_a_killed_program_had_forked_goes_before_the_next_start(tmp_path: Path) -> None:
    with supervised(tmp_path) as process:
        shell = next(pid for pid, command in children_of(process.pid).items() if command.startswith("/bin/sh"))
        forked = until(lambda: family(shell) - {shell}, "the shell forks")
        os.kill(shell, signal.SIGKILL)

        until(lambda: not alive(forked), "the fork is gone")


def test_the_pause_before_another_start_doubles_and_the_log_is_named(tmp_path: Path) -> None:
    with supervised(tmp_path):
        said = until(
            lambda: [line for line in (tmp_path / "said").read_text().splitlines() if "failing" in line][1:],
            "it failed twice",
        )

    assert said == [f"failing ended: started again in 2 s (log: {tmp_path}/failing.log)"]
    assert (tmp_path / "failing.log").read_text() == "no room\nno room\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_everything_within_seconds(tmp_path: Path, number: int) -> None:
    with supervised(tmp_path) as process:
        everybody = family(process.pid)
        begun = time.monotonic()
        process.send_signal(number)

        assert process.wait(5) == 0
        assert time.monotonic() - begun < 3
        assert alive(everybody) == {}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parent")
def test_nothing_outlives_a_supervisor_that_was_killed(tmp_path: Path) -> None:
    with supervised(tmp_path) as process:
        children = set(children_of(process.pid))
        process.kill()
        process.wait()

        until(lambda: not alive(children), "the children are gone")


def test_a_program_that_ends_before_it_is_ready_is_one_sentence_with_its_complaint(tmp_path: Path) -> None:
    script = "echo preparing; echo 'error: port 5 is taken'; echo bye"
    program = Program("web", ["/bin/sh", "-c", script], {}, tmp_path / "web.log", ready=lambda: False)

    with pytest.raises(CannotRun) as caught:
        Supervisor(lambda _text: None).start(program)

    assert str(caught.value) == (f"web did not start: error: port 5 is taken. The whole log is {tmp_path}/web.log.")


def test_a_program_may_fail_as_often_as_it_has_tries(tmp_path: Path) -> None:
    script = "echo x >> runs; test $(wc -l < runs) = 3 && touch ready && exec sleep 1000"
    program = Program("server", ["/bin/sh", "-c", script], {}, tmp_path / "server.log",
                      ready=(tmp_path / "ready").exists, folder=tmp_path, tries=3)  # fmt: skip
    supervisor = Supervisor(lambda _text: None)

    supervisor.start(program)
    supervisor.stop()

    assert (tmp_path / "runs").read_text() == "x\nx\nx\n"


def test_a_program_that_will_not_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "PATIENCE_S", 0.2)
    script = "trap '' TERM; touch ready; while :; do sleep 0.1; done"
    program = Program("deaf", ["/bin/sh", "-c", script], {}, tmp_path / "deaf.log",
                      ready=(tmp_path / "ready").exists, folder=tmp_path)  # fmt: skip
    supervisor = Supervisor(lambda _text: None)
    supervisor.start(program)

    supervisor.stop()

    assert program.process is not None
    assert program.process.returncode == -signal.SIGKILL


def test_groups_end_in_the_reverse_order_of_their_start(tmp_path: Path) -> None:
    def named(name: str) -> Program:
        script = f"trap 'echo {name} >> order; exit' TERM; touch {name}; while :; do sleep 0.05; done"
        return Program(name, ["/bin/sh", "-c", script], {}, tmp_path / f"{name}.log",
                       ready=(tmp_path / name).exists, folder=tmp_path)  # fmt: skip

    supervisor = Supervisor(lambda _text: None)
    for name in ("database", "worker", "caller"):
        supervisor.start(named(name))

    supervisor.stop()

    assert (tmp_path / "order").read_text().split() == ["caller", "worker", "database"]


def test_a_second_holder_is_told_where_the_first_one_is(tmp_path: Path) -> None:
    first = Lock(tmp_path / "lock")
    first.take()

    with pytest.raises(CannotRun, match=rf"^Already running and still starting \(pid {os.getpid()}\)\."):
        Lock(tmp_path / "lock").take()
    first.say(address="http://127.0.0.1:8000")
    with pytest.raises(CannotRun, match=rf"^Already running at http://127\.0\.0\.1:8000 \(pid {os.getpid()}\)\."):
        Lock(tmp_path / "lock").take()


@pytest.mark.parametrize(
    ("log", "said"),
    [
        ("LOG: starting\nFATAL: could not open file: No space left on device\nLOG: shut down\n",
         "FATAL: could not open file: No space left on device"),
        ("one\ntwo.\n", "two"),
        ("", "it said nothing"),
    ],
)  # fmt: skip
def test_the_last_words_of_a_log_are_its_last_complaint(log: str, said: str) -> None:
    assert complaint(log) == said
