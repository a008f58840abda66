"""The entrypoint of a typed RPC method: request in, view or problem out."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any

import orjson
import structlog
from nameko.exceptions import ContainerBeingKilled
from nameko.extensions import Entrypoint
from opentelemetry.trace import SpanKind, Status, StatusCode
from pydantic import ValidationError
from pymongo.errors import PyMongoError

from chassis import metrics, problems, tracing
from chassis.consumers import RpcConsumer
from chassis.context import AnsweredBefore, Call, Client, current_call
from chassis.crash_points import declare, reached
from chassis.ended_sessions import ended_sessions
from chassis.mongo import LostRace, may_heal, retrying
from chassis.principal import Principal, Unauthenticated
from chassis.wiring import RUNTIME, Runtime
from contracts.base import Command, Request, View
from contracts.errors import DomainError, Problem

log = structlog.get_logger(__name__)

AUTHORIZATION = "nameko.authorization"
IDEMPOTENCY_KEY = "nameko.idempotency_key"
DEADLINE = "nameko.deadline"  # unix time in milliseconds, by the caller's clock
PATIENCE = "nameko.patience_ms"  # so long the caller waits from when it asked, by nobody's clock
REQUEST_ID = "nameko.request_id"
CLIENT_ADDRESS = "nameko.client_address"
CLIENT_AGENT = "nameko.client_agent"

declare(
    {
        "rpc.request_taken": "a request is taken from its queue, nothing is done",
        "rpc.answer_ready": "the use case is done, its answer is not sent",
    }
)


class Caller(Enum):
    """What a method wants to know of its caller."""

    UNASKED = "unasked"  # no principal parameter
    OPTIONAL = "optional"  # principal: Principal | None
    REQUIRED = "required"  # principal: Principal


@dataclass(frozen=True, slots=True)
class RpcMethod:
    """What the annotations of a method say."""

    request: type[Request[Any]]
    caller: Caller


class RpcEntrypoint(Entrypoint):  # type: ignore[misc]  # nameko publishes no types
    """Takes one method's requests from the service's RPC queue."""

    rpc_consumer = RpcConsumer()

    def __init__(self, method: RpcMethod) -> None:
        self._method = method
        super().__init__()

    def setup(self) -> None:
        self.rpc_consumer.register_provider(self)

    def stop(self) -> None:
        self.rpc_consumer.unregister_provider(self)

    def handle_message(self, message: Any) -> None:
        try:
            self.container.spawn_worker(self, (message, time.monotonic()), {})
        except ContainerBeingKilled:
            self.rpc_consumer.queue_consumer.requeue_message(message)

    def work(self, method: Callable[..., View], message: Any, taken_at: float) -> None:
        """Answer one request, which came at `taken_at` (monotonic). Whatever happens, the message is settled."""
        service, name = self.container.service_name, self.method_name
        headers = message.headers
        started = time.perf_counter()
        now = datetime.now(UTC)
        deadline = _deadline(headers, now, time.monotonic() - taken_at)
        if deadline is not None and now >= deadline:
            self.rpc_consumer.queue_consumer.ack_message(message)  # nobody waits for this answer any more
            metrics.RPC_REQUESTS.labels(service, name, "expired").inc()
            return
        request_id = str(headers.get(REQUEST_ID) or uuid.uuid4().hex)
        body, outcome = _internal_error(request_id), "error"
        reached("rpc.request_taken")
        try:
            with (
                metrics.IN_FLIGHT.labels(service).track_inprogress(),
                tracing.tracer.start_as_current_span(
                    f"{service}.{name}",
                    context=tracing.extract(headers),
                    kind=SpanKind.SERVER,
                    attributes={"rpc.system": "nameko", "rpc.service": service, "rpc.method": name},
                ) as span,
                structlog.contextvars.bound_contextvars(request_id=request_id),
            ):
                body, outcome = self._answer(method, message, request_id, deadline)
                span.set_attribute("openchance.outcome", outcome)
                if outcome == "error":
                    span.set_status(Status(StatusCode.ERROR))
        finally:
            reached("rpc.answer_ready")
            self.rpc_consumer.reply(message, body)
            metrics.RPC_REQUESTS.labels(service, name, outcome).inc()
            metrics.RPC_SECONDS.labels(service, name).observe(time.perf_counter() - started)

    def _answer(self, method: Callable[..., View], message: Any, request_id: str, deadline: datetime | None) -> tuple[bytes, str]:
        service = self.container.service_name
        try:
            self._refuse_to_guess(message)
            arguments = self._arguments(message.body, message.headers)
            current_call.set(self._call(arguments, message.headers, request_id, deadline))
            return b'{"result":%b,"error":null}' % retrying(lambda: method(*arguments)).model_dump_json().encode(), "ok"
        except _Refused as refusal:
            problem = refusal.problem
        except DomainError as error:
            problem = error.problem()
        except AnsweredBefore as before:
            return b'{"result":%b,"error":null}' % orjson.dumps(before.answer), "ok"
        except (PyMongoError, LostRace) as error:
            if not may_heal(error):
                log.exception("request_failed", service=service, method=self.method_name)
                return _internal_error(request_id), "error"
            log.warning("database_away", service=service, method=self.method_name, error=str(error))
            problem = problems.unavailable(service)
        except Exception:
            log.exception("request_failed", service=service, method=self.method_name)
            return _internal_error(request_id), "error"
        return problems.answer(problem), problem.kind.value

    def _refuse_to_guess(self, message: Any) -> None:
        """A request that the broker hands out again may have been carried out by whoever died with it.

        Raises:
            _Refused: it is a command without a key by which that could be told.
        """
        repeated = message.delivery_info.get("redelivered") and IDEMPOTENCY_KEY not in message.headers
        if repeated and issubclass(self._method.request, Command):
            raise _Refused(problems.outcome_unknown(self.container.service_name))

    def _arguments(self, body: bytes, headers: Mapping[str, Any]) -> tuple[Any, ...]:
        """The request and, where the method asks for it, the principal.

        Raises:
            _Refused: the request does not fit its schema.
            Unauthenticated: nobody is logged in who must be, the token is not valid, or its session has ended.
        """
        service = self.container.service_name
        try:
            data = orjson.loads(body)["args"][0]
        except (ValueError, LookupError, TypeError) as error:
            raise _Refused(problems.malformed_request(service)) from error
        try:
            request = self._method.request.received(data)
        except ValidationError as error:
            raise _Refused(problems.invalid_request(service, error, data)) from error
        if self._method.caller is Caller.UNASKED:
            return (request,)
        return request, self._principal(headers.get(AUTHORIZATION))

    def _principal(self, token: str | None) -> Principal | None:
        if token:
            runtime: Runtime = self.container.config[RUNTIME]
            principal = runtime.verifier.verify(token)
            runtime.built(ended_sessions).refuse(principal)
            principal.admit(self._method.request)
            return principal
        if self._method.caller is Caller.REQUIRED:
            raise Unauthenticated
        return None

    def _call(self, arguments: tuple[Any, ...], headers: Mapping[str, Any], request_id: str, deadline: datetime | None) -> Call:
        principal: Principal | None = arguments[1] if len(arguments) > 1 else None
        key = headers.get(IDEMPOTENCY_KEY)
        return Call(
            service=self.container.service_name,
            method=self.method_name,
            caller=principal.user_id if principal else "anonymous",
            request_id=request_id,
            idempotency_key=key,
            fingerprint=arguments[0].fingerprint() if key else "",  # read only with a key
            deadline=deadline,
            client=Client(str(headers.get(CLIENT_ADDRESS) or ""), str(headers.get(CLIENT_AGENT) or "")),
        )


class _Refused(Exception):
    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


def _deadline(headers: Mapping[str, Any], now: datetime, waited_s: float) -> datetime | None:
    """Until when the caller waits, by the clock of this machine, for a request that waited so long in this process.

    The caller's clock may be another one by seconds: its word counts where it lies between now and the end of its patience. In the queue
    the broker drops what has waited for that long.
    """
    told = headers.get(DEADLINE)
    by_its_clock = datetime.fromtimestamp(int(told) / 1000, UTC) if told is not None else None
    patience = headers.get(PATIENCE)
    if patience is None:  # a caller of the release before
        return by_its_clock
    at_most = now + timedelta(seconds=int(patience) / 1000 - waited_s)
    return by_its_clock if by_its_clock is not None and now < by_its_clock < at_most else at_most


def _internal_error(request_id: str) -> bytes:
    error = {"exc_type": "InternalError", "exc_path": "", "exc_args": [], "value": request_id}
    return orjson.dumps({"result": None, "error": error})
