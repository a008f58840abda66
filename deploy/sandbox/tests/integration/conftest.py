"""A sandbox process, the vendors' real SDKs pointed at it, and an endpoint that receives webhooks."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeVar

import pytest
import stripe

from local_platform.ports import free_port

SECRET = "whsec_test"
T = TypeVar("T")


def wait_for(found: Callable[[], T | None], timeout_s: float = 10) -> T:
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if value := found():
            return value
        time.sleep(0.02)
    raise AssertionError(f"nothing after {timeout_s} s")


@dataclass
class Sandbox:
    folder: Path
    port: int
    env: dict[str, str]
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        own = {"SANDBOX_PORT": str(self.port), "SANDBOX_DATA": str(self.folder)}
        self.process = subprocess.Popen([sys.executable, "-m", "sandbox"], env=os.environ | own | self.env)
        wait_for(self._ready, timeout_s=60)

    def _ready(self) -> bool:
        try:
            return bool(self.get("/health/ready"))
        except OSError:
            return False

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        assert self.process is not None
        self.process.send_signal(how)
        return self.process.wait(10)

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, method=method)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                text = answer.read()
                return answer.status, json.loads(text) if text else None
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.loads(error.read())

    def get(self, path: str) -> Any:
        status, body = self.call("GET", path)
        assert status == 200, body
        return body

    def fault(self, **order: Any) -> None:
        status, body = self.call("POST", "/_sandbox/faults", order)
        assert status == 201, body

    def advance(self, seconds: float) -> Any:
        status, body = self.call("POST", "/_sandbox/clock/advance", {"seconds": seconds})
        assert status == 200, body
        return body

    def client(self, key: str = "sk_test_sandbox", retries: int = 0) -> stripe.StripeClient:
        return stripe.StripeClient(key, base_addresses={"api": self.url}, max_network_retries=retries)


@pytest.fixture
def start_sandbox(tmp_path: Path) -> Iterator[Callable[..., Sandbox]]:
    started: list[Sandbox] = []

    def start(**env: str) -> Sandbox:
        sandbox = Sandbox(
            tmp_path / f"sandbox{len(started)}", free_port(), {f"SANDBOX_{name.upper()}": value for name, value in env.items()}
        )
        started.append(sandbox)
        sandbox.start()
        return sandbox

    yield start
    for sandbox in started:
        if sandbox.process is not None and sandbox.process.poll() is None:
            sandbox.stop()


@pytest.fixture(scope="session")
def one_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    sandbox = Sandbox(tmp_path_factory.mktemp("sandbox"), free_port(), {})
    sandbox.start()
    yield sandbox
    sandbox.stop()


@pytest.fixture
def sandbox(one_sandbox: Sandbox) -> Sandbox:
    """An empty sandbox; its process, and with it the clock, is that of all tests."""
    assert one_sandbox.call("POST", "/_sandbox/reset")[0] == 204
    return one_sandbox


@pytest.fixture
def client(sandbox: Sandbox) -> stripe.StripeClient:
    return sandbox.client()


@dataclass
class Endpoint:
    """A webhook receiver: `answers` are the statuses to give, one after another, then 200."""

    url: str
    answers: list[int] = field(default_factory=list)
    received: list[tuple[str, str]] = field(default_factory=list)

    def events(self, type_: str | None = None) -> list[Any]:
        verified = [stripe.Webhook.construct_event(body, signature, SECRET) for body, signature in list(self.received)]
        return [event for event in verified if type_ in (None, event["type"])]


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            receiver.received.append((body, self.headers["Stripe-Signature"]))
            self.send_response(receiver.answers.pop(0) if receiver.answers else 200)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver = Endpoint(f"http://127.0.0.1:{server.server_address[1]}/hook")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield receiver
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def waiting() -> Callable[..., Any]:
    return wait_for
