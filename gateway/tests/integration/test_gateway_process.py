"""The gateway as a process: start, stop, and what it says when it cannot start."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import aio_pika
import aiohttp
import orjson
import pytest
import socketio
from gateway_fakes.samples import view
from gateway_fakes.waiting import eventually

from chassis.ids import new_id
from contracts.challenges.views import ChallengeView
from local_platform import launch
from local_platform.ports import free_port
from local_platform.processes import LocalProcess
from local_platform.tokens import TestTokens


def environment(amqp_url: str, redis_url: str, tokens: TestTokens) -> dict[str, str]:
    return {
        "GATEWAY_AMQP_URL": amqp_url,
        "GATEWAY_REDIS_URL": redis_url,
        "GATEWAY_PRINCIPAL_JWKS": tokens.jwks,
        "GATEWAY_LOG_FORMAT": "json",
    }


def run(**env: str) -> subprocess.CompletedProcess[str]:
    """Run the gateway with nothing but this environment."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GATEWAY_")}
    return subprocess.run([sys.executable, "-m", "gateway"], env={**clean, **env}, capture_output=True, text=True, timeout=60, check=False)


def test_what_is_missing_is_named() -> None:
    ended = run(GATEWAY_AMQP_URL="amqp://127.0.0.1")
    assert ended.returncode == 2
    assert ended.stderr.splitlines() == ["GATEWAY_REDIS_URL is missing", "GATEWAY_PRINCIPAL_JWKS is missing"]


def test_a_taken_port_is_one_clear_line(amqp_url: str, redis_url: str, tokens: TestTokens) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = run(**environment(amqp_url, redis_url, tokens), GATEWAY_PORT=str(port))
    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1
    assert str(port) in ended.stderr


async def slow_service(amqp_url: str, asked: asyncio.Event, release: asyncio.Event) -> Any:
    """A challenges service that takes its time, speaking nameko's protocol."""
    connection = await aio_pika.connect(amqp_url)
    channel = await connection.channel()
    exchange = await channel.declare_exchange("nameko-rpc", aio_pika.ExchangeType.TOPIC, durable=True)
    queue = await channel.declare_queue(exclusive=True)
    await queue.bind(exchange, "challenges.*")

    async def answer(message: Any) -> None:
        asked.set()
        await release.wait()
        body = orjson.dumps({"result": view(ChallengeView).model_dump(mode="json"), "error": None})
        reply = aio_pika.Message(body, correlation_id=message.correlation_id, content_type="application/json")
        await exchange.publish(reply, routing_key=message.reply_to)

    await queue.consume(answer, no_ack=True)
    return connection


@pytest.fixture
def port() -> int:
    return free_port()


async def test_sigterm_lets_what_is_in_flight_end(
    amqp_url: str, redis_url: str, tokens: TestTokens, processes: list[LocalProcess], tmp_path: Path, port: int
) -> None:
    process = launch.gateway(env=environment(amqp_url, redis_url, tokens), log=tmp_path / "gateway.log", port=port)
    processes.append(process)
    await asyncio.to_thread(process.start)
    asked, release = asyncio.Event(), asyncio.Event()
    service = await slow_service(amqp_url, asked, release)
    url = f"http://127.0.0.1:{port}"
    async with aiohttp.ClientSession() as client:
        in_flight = asyncio.create_task(client.get(f"{url}/v1/challenges/{new_id('challenge')}"))
        await asyncio.wait_for(asked.wait(), 10)
        assert process.pid is not None
        os.kill(process.pid, signal.SIGTERM)
        await eventually(lambda: "gateway_stopping" in (tmp_path / "gateway.log").read_text())
        assert process.running
        release.set()
        answer = await asyncio.wait_for(in_flight, 10)
        assert answer.status == 200
        ChallengeView.model_validate(await answer.json())
    await eventually(lambda: not process.running)
    assert process.status == 0
    lines = [orjson.loads(line) for line in (tmp_path / "gateway.log").read_text().splitlines()]
    assert lines[-1]["event"] == "gateway_stopped"
    assert not [line for line in lines if line["level"] in ("error", "critical")]
    assert {"request_id", "trace_id", "service"} <= set(next(line for line in lines if line["event"] == "http_request"))
    await service.close()


async def test_who_is_connected_while_it_stops_connects_again_unasked(
    amqp_url: str, redis_url: str, tokens: TestTokens, processes: list[LocalProcess], tmp_path: Path, port: int
) -> None:
    process = launch.gateway(env=environment(amqp_url, redis_url, tokens), log=tmp_path / "gateway.log", port=port)
    processes.append(process)
    await asyncio.to_thread(process.start)
    client = socketio.AsyncClient(reconnection_delay=0.2, reconnection_delay_max=0.5)
    token = tokens.issue(new_id("user"))
    await client.connect(f"http://127.0.0.1:{port}", auth={"token": token}, transports=["websocket"], wait_timeout=10)
    first = client.sid
    process.terminate()
    await eventually(lambda: not process.running)  # nobody's connection holds it up
    await asyncio.to_thread(process.start)
    await eventually(lambda: client.connected and client.sid != first)
    await client.disconnect()
    await client.shutdown()


async def test_a_poll_that_its_client_left_behind_does_not_hold_up_a_stop(
    amqp_url: str, redis_url: str, tokens: TestTokens, processes: list[LocalProcess], tmp_path: Path, port: int
) -> None:
    env = environment(amqp_url, redis_url, tokens) | {"GATEWAY_STOP_TIMEOUT_S": "120"}
    process = launch.gateway(env=env, log=tmp_path / "gateway.log", port=port)
    processes.append(process)
    await asyncio.to_thread(process.start)
    polling = f"http://127.0.0.1:{port}/socket.io/?EIO=4&transport=polling"
    async with aiohttp.ClientSession() as client:
        opened = await (await client.get(polling)).text()
        polling += f"&sid={orjson.loads(opened[1:])['sid']}"
        connect = orjson.dumps({"token": tokens.issue(new_id("user"))}).decode()
        assert (await client.post(polling, data=f"40{connect}")).status == 200
        assert (await (await client.get(polling)).text()).startswith("40")
        with pytest.raises(TimeoutError):  # nothing more is said
            await client.get(polling, timeout=aiohttp.ClientTimeout(total=1))
    process.terminate()
    await eventually(lambda: not process.running)
    assert process.status == 0
