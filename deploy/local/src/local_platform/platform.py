"""The whole platform as local processes: what `make run` runs and what end-to-end tests drive."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from local_platform import infrastructure, launch
from local_platform.environment import Environment, Ports
from local_platform.errors import NotReady, PlatformError
from local_platform.fault_proxy import FaultProxy
from local_platform.infrastructure import Runnable
from local_platform.ports import free_port
from local_platform.secrets import Secrets

_UP_WITHIN_S = 300.0


def _silent(_line: str) -> None:
    """Tests want no progress lines."""


class Platform:
    """Broker, database, Redis, sandbox, relay, six services and gateways, with their data in one folder.

    `processes` holds them by name: broker, mongo, redis (those we run ourselves), sandbox, relay, the six services, and
    gateway-1, gateway-2, …; each can be killed, terminated and started again alone. Nothing restarts by itself here.
    Further replicas are called relay-2, challenges-2, …
    """

    def __init__(
        self,
        folder: Path,
        ports: Ports | None = None,
        gateways: int = 2,
        *,
        environment: Mapping[str, str] | None = None,
        docker: bool = False,
        progress: Callable[[str], None] = _silent,
        replicas: Mapping[str, int] | None = None,
        proxied: Mapping[str, Collection[str]] | None = None,
        services: Sequence[str] = launch.SERVICES,
    ) -> None:
        """`environment` may name servers and settings that win over ours; by default nothing of the caller's environment does.

        `replicas` says how many there are of the relay and of each service, one unless told. `proxied` names processes and for
        each the servers (`"amqp"`, `"mongo"`, `"redis"`) that it reaches by a way of its own: `proxies[process, server]` breaks it.
        `services` may leave some out, and name others that can be imported.

        Raises: PlatformError when a server named there does not answer, or Docker Compose fails.
        """
        self.folder = folder.absolute()
        self.ports = ports or Ports.free(gateways, services)
        self._progress = progress
        given = environment or {}
        self.secrets = Secrets.of(self.folder / "secrets")
        self.infrastructure = infrastructure.choose(self.folder, self.ports, given, self.secrets.passwords, docker=docker)
        servers = self.infrastructure
        self.environment = Environment(
            servers.amqp_url, servers.mongo_url, servers.redis_url, self.ports, self.secrets, given, tuple(services), servers.logins
        )
        self._replicas = replicas or {}
        self.proxies = {(process, server): self._proxy(server) for process, servers in (proxied or {}).items() for server in servers}
        self._foundation: dict[str, Runnable] = {**self.infrastructure.servers, "sandbox": self._sandbox()}
        self._programs: dict[str, Runnable] = self._services() | self._relays()
        self._gateways: dict[str, Runnable] = self._gateway_replicas()
        if unknown := {process for process, _ in self.proxies} - self.processes.keys():
            raise PlatformError(f"no such process to put a proxy before: {', '.join(sorted(unknown))}")

    @property
    def processes(self) -> dict[str, Runnable]:
        return {**self._foundation, **self._programs, **self._gateways}

    @property
    def gateway_urls(self) -> list[str]:
        return self.environment.gateway_urls

    @property
    def sandbox_url(self) -> str:
        return self.environment.sandbox_url

    @property
    def env(self) -> dict[str, str]:
        """Where things are, for programs that talk to this platform (the demo, the market filler, benchmarks)."""
        return {
            "OPENCHANCE_GATEWAY_URLS": ",".join(self.gateway_urls),
            "OPENCHANCE_SANDBOX_URL": self.sandbox_url,
            "OPENCHANCE_AMQP_URL": self.infrastructure.logins.amqp_url(self.infrastructure.amqp_url, "operator"),
            "OPENCHANCE_MONGO_URL": self.infrastructure.mongo_url,
            "OPENCHANCE_REDIS_URL": self.infrastructure.redis_url,
        }

    def log_of(self, name: str) -> Path:
        return self.folder / "logs" / f"{name}.log"

    def start(self) -> None:
        """Starts everything, what stands on nothing else first, each group side by side.

        Raises: PlatformError in one line; what had started is stopped then.
        """
        try:
            self.ports.require_free()
            for proxy in self.proxies.values():
                proxy.start()
            self._start_together(self._foundation)
            self._declare_topology()
            # Clients come last: they would meet refusals until the services are there.
            self._start_together(self._programs)
            self._start_together(self._gateways)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stops everything in reverse order: who takes requests first, who stores last. Data stays in the folder."""
        sandbox = self._foundation["sandbox"]
        for group in (self._gateways, self._programs, {"sandbox": sandbox}, self.infrastructure.servers):
            running = [process for process in group.values() if process.running]
            for process in running:
                process.terminate()
            for process in group.values():
                process.stop()
            self._report("stopped", (process.name for process in running))
        for proxy in self.proxies.values():
            proxy.stop()

    def _start_together(self, group: Mapping[str, Runnable]) -> None:
        """Starts a group and waits until all of it is ready, reporting each as it comes."""
        began = time.monotonic()
        for process in group.values():
            process.launch()
        waiting = list(group.values())
        self._report("starting", (process.name for process in waiting))
        while waiting:
            for process in [one for one in waiting if one.is_ready()]:
                waiting.remove(process)
                self._progress(f"  ready     {process.name} ({time.monotonic() - began:.1f} s)")
            if waiting and time.monotonic() - began > _UP_WITHIN_S:
                raise NotReady(
                    f"not ready after {_UP_WITHIN_S:.0f} s: {', '.join(one.name for one in waiting)} (logs: {self.folder / 'logs'})"
                )
            time.sleep(0.1)

    def _declare_topology(self) -> None:
        """All queues stand before anything runs, as they do in production. Raises: PlatformError."""
        ours = [service for service in launch.SERVICES if service in self.environment.services]
        env = {name: value for service in ours for name, value in self.environment.of_service(service).items()}
        if ours:
            launch.declare_topology(*ours, env=env, log=self.log_of("topology"), renew=True)

    def _report(self, what: str, names: Iterable[str]) -> None:
        if line := ", ".join(names):
            self._progress(f"  {what:<9} {line}")

    def _sandbox(self) -> Runnable:
        env = self.environment.of_sandbox(str(self.folder / "sandbox"))
        return launch.sandbox(env=env, log=self.log_of("sandbox"), port=self.ports.sandbox)

    def _services(self) -> dict[str, Runnable]:
        return {
            label: launch.service(
                name, env=self._reached_from(label).of_service(name), log=self.log_of(label), health_port=health_port, label=label
            )
            for name in self.environment.services
            for label, health_port in self._labelled(name)
        }

    def _relays(self) -> dict[str, Runnable]:
        return {
            label: launch.relay(env=self._reached_from(label).of_relay(), log=self.log_of(label), health_port=health_port, label=label)
            for label, health_port in self._labelled("relay")
        }

    def _gateway_replicas(self) -> dict[str, Runnable]:
        names = [f"gateway-{number}" for number in range(1, len(self.ports.gateways) + 1)]
        return {
            name: launch.gateway(env=self._reached_from(name).of_gateway(), log=self.log_of(name), port=port, label=name)
            for name, port in zip(names, self.ports.gateways, strict=True)
        }

    def _labelled(self, name: str) -> Iterable[tuple[str, int]]:
        """The replicas' names, and where each shows its health."""
        yield name, self.ports.health[name]
        for number in range(2, self._replicas.get(name, 1) + 1):
            yield f"{name}-{number}", free_port()

    def _proxy(self, server: str) -> FaultProxy:
        return FaultProxy(infrastructure.port_of(getattr(self.infrastructure, f"{server}_url")))

    def _reached_from(self, process: str) -> Environment:
        """The environment with the ways that this process goes by."""

        def way(server: str, url: str) -> str:
            proxy = self.proxies.get((process, server))
            return proxy.url(url) if proxy else url

        here = self.environment
        return replace(
            here,
            amqp_url=way("amqp", here.amqp_url),
            mongo_url=way("mongo", here.mongo_url),
            redis_url=way("redis", here.redis_url),
        )


__all__ = ["Platform", "PlatformError"]
