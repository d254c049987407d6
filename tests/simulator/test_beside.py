"""The account in a process of its own. Each test is a process itself: one with threads cannot."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import time

_BEGIN = """
import asyncio, os, sys
import httpx
from rcv3_tui.simulator.beside import Beside

async def ask(app, *paths):
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app), base_url="http://demo"
    ) as http:
        auth = {"auth": {"RAX-KSKEY:apiKeyCredentials": {
            "username": "demo", "apiKey": "0123456789abcdef0123456789abcdef"}}}
        token = (await http.post("/v2.0/tokens", json=auth)).json()["access"]["token"]["id"]
        headers = {"X-Auth-Token": token}
        return await asyncio.gather(*(http.get(path, headers=headers) for path in paths))
"""


def run(script: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", _BEGIN + textwrap.dedent(script)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_it_can_be_asked_several_things_at_once_from_the_first() -> None:
    assert (
        run("""
        async def ask_at_once(app):
            async with httpx.AsyncClient(
                transport=httpx.ASGITransport(app=app), base_url="http://demo"
            ) as http:
                return await asyncio.gather(*(http.get("/nowhere") for _ in range(5)))

        beside = Beside("small")
        print(len({answer.status_code for answer in asyncio.run(ask_at_once(beside))}))
        beside.close()
        """)
        == "1"
    )


def test_it_answers_several_requests_at_once_as_the_account_in_this_process_does() -> None:
    assert (
        run("""
        from rcv3_tui.simulator import create_app, scenario
        paths = (
            "/dfw/rackconnect/v3/123456/public_ips",
            "/dfw/rackconnect/v3/123456/load_balancer_pools",
            "/dfw/servers/v2/123456/servers/detail?limit=3",
            "/nowhere",
        )
        beside = Beside("small", seed=3, regions=("DFW",))
        theirs = asyncio.run(ask(beside, *paths))
        beside.close()
        ours = asyncio.run(ask(create_app(scenario("small", seed=3, regions=("DFW",))), *paths))
        ids = lambda answer: sorted(
            item["id"] for item in (answer.json() if isinstance(answer.json(), list)
            else answer.json()["servers"])
        )
        print([a.status_code for a in theirs])
        print([ids(a) for a in theirs[:3]] == [ids(a) for a in ours[:3]])
        """)
        == "[200, 200, 200, 404]\nTrue"
    )


def test_what_the_account_drops_is_a_broken_connection() -> None:
    assert (
        run("""
        beside = Beside("small")
        async def play():
            await ask(beside)
            os.kill(beside._child, 9)
            try:
                await ask(beside)
            except ConnectionError as error:
                print("broken")
        asyncio.run(play())
        beside.close()
        """)
        == "broken"
    )


def test_the_child_ends_with_its_parent_however_that_ends() -> None:
    child = int(
        run("""
        beside = Beside("small")
        asyncio.run(ask(beside))
        print(beside._child, flush=True)
        os._exit(0)
        """)
    )
    deadline = time.monotonic() + 10
    while _is_alive(child) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not _is_alive(child)


def test_it_is_not_made_beside_threads_which_a_fork_would_cut_off() -> None:
    assert (
        run("""
        import threading
        threading.Thread(target=threading.Event().wait, daemon=True).start()
        try:
            Beside("small")
        except OSError:
            print("refused", flush=True)
        os._exit(0)
        """)
        == "refused"
    )


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True
