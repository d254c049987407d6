"""A maintenance script: drain servers, do the work, restore them; killed in the middle of both."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.support import network_faults
from tests.support.independent_server import TENANT, IndependentServer
from tests.support.network_faults import NetworkFault
from tests.support.running import run, start
from tests.support.terminal_sessions import account_environment

NODES = f"/v3/{TENANT}/load_balancer_pools/nodes"
NAMES = ("edge-1", "edge-2", "store-1")


def command(
    backend: IndependentServer, home: Path, *words: str
) -> subprocess.CompletedProcess[str]:
    done = run(*words, home=home, environment=account_environment(backend))
    assert "Traceback" not in done.stderr
    return done


def kill_during(backend: IndependentServer, home: Path, method: str, *words: str) -> None:
    """Run a command, and kill it after the service applied its request and before the response."""
    fault = NetworkFault(f"{method} {NODES}", network_faults.no_answer, applied=True)
    backend.network_faults.append(fault)
    process = start(*words, home=home, environment=account_environment(backend))
    assert fault.happened.wait(60)
    process.kill()
    process.communicate(timeout=30)
    backend.network_faults.remove(fault)


def put_into(backend: IndependentServer, name: str, pool: int) -> None:
    server = next(each for each in backend.servers if each.name == name)
    record = backend._new_record(server, pool=backend.pools[pool].id)
    backend.nodes.append(record)


@pytest.mark.slow  # The rate limit holds it up; tests/change/test_drain.py has fast twins.
def test_maintenance_script_that_is_killed_twice_restores_what_can_be(
    backend: IndependentServer, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    web, spare = backend.pools[:2]
    put_into(backend, "store-1", 0)
    for name in NAMES:
        put_into(backend, name, 1)
    assert backend.members_of(web) == backend.members_of(spare) == list(NAMES)

    kill_during(backend, home, "DELETE", "server", "drain", *NAMES, "--yes", "--note", "CHG-1234")
    resumed = command(backend, home, "operations", "--resume")
    assert resumed.returncode == 0, resumed.stderr
    assert len(resumed.stdout.splitlines()) == 6
    assert backend.members_of(web) == backend.members_of(spare) == []
    assert len(backend.sent("DELETE", "/nodes")) == 1

    backend.pools.remove(spare)
    put_into(backend, "edge-2", 0)

    kill_during(backend, home, "POST", "server", "restore", *NAMES)
    restored = command(backend, home, "server", "restore", *NAMES)
    assert restored.returncode == 1, restored.stdout + restored.stderr
    skipped = [line for line in restored.stdout.splitlines() if line.startswith("skipped")]
    assert len(skipped) == 3
    assert all("the pool no longer exists" in line for line in skipped)
    assert sorted(backend.members_of(web)) == list(NAMES)
    assert len(backend.sent("POST", "/nodes")) == 1

    handover = command(backend, home, "operations", "--since", "8h", "-f", "markdown")
    assert handover.stdout.count("drain ") == 6
    assert handover.stdout.count("CHG-1234") == 6
    # What the killed command had sent is listed with its outcome once a run has seen that.
    assert command(backend, home, "operations", "--resume").returncode == 0
    listed = json.loads(command(backend, home, "operations", "-f", "json").stdout)["operations"]
    assert {each["state"] for each in listed} == {"settled"}
