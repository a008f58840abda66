"""What each of our programs is told by its environment, from the addresses of the servers, the ports and the secrets."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from local_platform.launch import SERVICES
from local_platform.logins import with_login
from local_platform.ports import free_port, require_free
from local_platform.secrets import Secrets


@dataclass(frozen=True, slots=True)
class Ports:
    """Where everything listens on the loopback interface."""

    broker: int
    mongo: int
    redis: int
    sandbox: int
    gateways: tuple[int, ...]
    health: Mapping[str, int]  # of each service and the relay

    @classmethod
    def free(cls, gateways: int, services: Iterable[str] = SERVICES) -> Ports:
        """Ports nobody uses: several platforms can run side by side."""
        return cls(
            broker=free_port(),
            mongo=free_port(),
            redis=free_port(),
            sandbox=free_port(),
            gateways=tuple(free_port() for _ in range(gateways)),
            health={name: free_port() for name in (*services, "relay")},
        )

    @classmethod
    def usual(cls, environment: Mapping[str, str], gateways: int) -> Ports:
        """The documented ports, each of which a variable can move. Servers keep clear of the ports of those a machine may run already."""

        def port(variable: str, usual: int) -> int:
            return int(environment.get(variable) or usual)

        gateway, health = port("GATEWAY_PORT", 8080), port("OPENCHANCE_HEALTH_PORT", 8101)
        return cls(
            broker=port("OPENCHANCE_BROKER_PORT", 5682),
            mongo=port("OPENCHANCE_MONGO_PORT", 27027),
            redis=port("OPENCHANCE_REDIS_PORT", 6389),
            sandbox=port("SANDBOX_PORT", 8090),
            gateways=tuple(gateway + replica for replica in range(gateways)),
            health={name: health + index for index, name in enumerate((*SERVICES, "relay"))},
        )

    def require_free(self) -> None:
        """Raises: PortTaken for the first of our programs' ports that something listens on; the servers check their own."""
        require_free(self.sandbox, "the sandbox (move it with SANDBOX_PORT)")
        for port in self.gateways:
            require_free(port, "the gateway (move it with GATEWAY_PORT)")
        for name, port in self.health.items():
            require_free(port, f"{name}'s health page (move them with OPENCHANCE_HEALTH_PORT)")


@dataclass(frozen=True, slots=True)
class Logins:
    """The passwords by which our programs reach broker and database under their own names; without one, as the URL says."""

    broker: Mapping[str, str] = field(default_factory=dict)
    mongo: Mapping[str, str] = field(default_factory=dict)

    def amqp_url(self, url: str, user: str) -> str:
        return with_login(url, user, self.broker[user]) if user in self.broker else url

    def mongo_url(self, url: str, user: str) -> str:
        return with_login(url, user, self.mongo[user]) if user in self.mongo else url


@dataclass(frozen=True, slots=True)
class Environment:
    """Builds the variables of each program; those in `given` (the person's own environment) win over ours."""

    amqp_url: str
    mongo_url: str
    redis_url: str
    ports: Ports
    secrets: Secrets
    given: Mapping[str, str] = field(default_factory=dict)
    services: tuple[str, ...] = SERVICES
    logins: Logins = field(default_factory=Logins)

    @property
    def sandbox_url(self) -> str:
        return f"http://127.0.0.1:{self.ports.sandbox}"

    @property
    def gateway_urls(self) -> list[str]:
        return [f"http://127.0.0.1:{port}" for port in self.ports.gateways]

    def of_service(self, name: str) -> dict[str, str]:
        prefix = name.upper()
        return self._with_given(
            {
                f"{prefix}_AMQP_URL": self.logins.amqp_url(self.amqp_url, name),
                f"{prefix}_MONGO_URL": self.logins.mongo_url(self.mongo_url, name),
                f"{prefix}_MONGO_DATABASE": name,
                f"{prefix}_PRINCIPAL_JWKS": self.secrets.jwks,
                f"{prefix}_CLOCK_URL": f"{self.sandbox_url}/_sandbox/clock",
                f"{prefix}_HEALTH_HOST": "127.0.0.1",
                **self._own_settings(name),
            },
            prefix,
        )

    def of_relay(self) -> dict[str, str]:
        # Services from elsewhere have no users, and the relay's may not tell their events: then it goes by the addresses as they are.
        logins = self.logins if set(self.services) <= set(SERVICES) else Logins()
        return self._with_given(
            {
                "RELAY_AMQP_URL": logins.amqp_url(self.amqp_url, "relay"),
                "RELAY_DATABASES": relay_databases(logins.mongo_url(self.mongo_url, "relay"), {name: name for name in self.services}),
                "RELAY_CLOCK_URL": f"{self.sandbox_url}/_sandbox/clock",
            },
            "RELAY",
        )

    def of_gateway(self) -> dict[str, str]:
        ours = {
            "GATEWAY_AMQP_URL": self.logins.amqp_url(self.amqp_url, "gateway"),
            "GATEWAY_REDIS_URL": self.redis_url,
            "GATEWAY_PRINCIPAL_JWKS": self.secrets.jwks,
            "GATEWAY_CLOCK_URL": f"{self.sandbox_url}/_sandbox/clock",
            "GATEWAY_RATE_LIMITS": '{"sign_up": "100000/900"}',  # everybody here comes from one address
        }
        return self._with_given(ours, "GATEWAY", but="GATEWAY_PORT")  # each replica has a port of its own

    def of_sandbox(self, data_folder: str) -> dict[str, str]:
        ours = {
            "SANDBOX_DATA": data_folder,
            **({"SANDBOX_WEBHOOK_URL": f"{self.gateway_urls[0]}/v1/webhooks/stripe"} if self.gateway_urls else {}),
            "SANDBOX_WEBHOOK_SECRET": self.secrets.webhook_secret,
        }
        return self._with_given(ours, "SANDBOX", but="SANDBOX_PORT")

    def _own_settings(self, name: str) -> dict[str, str]:
        """What one service alone needs. A vendor's key in the environment means the real vendor: no sandbox address then."""
        match name:
            case "identity":
                origins = ",".join(url.replace("127.0.0.1", "localhost") for url in self.gateway_urls)  # passkeys know names, no addresses
                files = {} if "IDENTITY_FILES_ACCESS_KEY" in self.given else self._sandbox_files()
                return {
                    **files,
                    "IDENTITY_PERSONAL_DATA_KEYS": self.secrets.personal_data_key,
                    "IDENTITY_SIGNING_KEY": self.secrets.signing_key,
                    "IDENTITY_SECRETS_KEY": self.secrets.secrets_key,
                    "IDENTITY_WEB_ORIGINS": origins,
                    "IDENTITY_PUBLIC_URL": self.gateway_urls[0],
                    "IDENTITY_DNS_URL": f"{self.sandbox_url}/dns-query",
                    "IDENTITY_SSO_PRIVATE_HOSTS": "yes",
                    "IDENTITY_SIGN_UPS_PER_ADDRESS": "100000",  # everybody here comes from one address
                    "IDENTITY_STRANGERS_REST": "0",  # and is a stranger at first
                    "IDENTITY_PROVIDERS": json.dumps(self._sandbox_providers()),
                }
            case "payments":
                links = {
                    "PAYMENTS_RETURN_URL": f"{self.gateway_urls[0]}/",
                    "PAYMENTS_EVIDENCE_KEY": self.secrets.evidence_key,
                    "PAYMENTS_PERSONAL_DATA_KEYS": self.secrets.personal_data_key,
                }
                if "PAYMENTS_STRIPE_API_KEY" in self.given:
                    return links
                return {
                    **links,
                    "PAYMENTS_STRIPE_API_KEY": "sk_test_sandbox",
                    "PAYMENTS_STRIPE_API_BASE": self.sandbox_url,
                    "PAYMENTS_STRIPE_WEBHOOK_SECRET": self.secrets.webhook_secret,
                }
            case "notifications":
                links = {
                    "NOTIFICATIONS_PUBLIC_URL": self.gateway_urls[0],
                    "NOTIFICATIONS_PERSONAL_DATA_KEYS": self.secrets.personal_data_key,
                }
                if "NOTIFICATIONS_SENDGRID_API_KEY" in self.given:
                    return links
                return {**links, "NOTIFICATIONS_SENDGRID_API_KEY": "SG.sandbox", "NOTIFICATIONS_SENDGRID_API_BASE": self.sandbox_url}
            case "matching":
                return {"MATCHING_PERSONAL_DATA_KEYS": self.secrets.personal_data_key}
            case _:
                return {}

    def _sandbox_files(self) -> dict[str, str]:
        """The sandbox as an S3-compatible store, by the names it has unless told otherwise."""
        return {
            "IDENTITY_FILES_ENDPOINT": self.sandbox_url,
            "IDENTITY_FILES_ACCESS_KEY": "sandbox",
            "IDENTITY_FILES_SECRET_KEY": "sandbox-secret",
        }

    def _sandbox_providers(self) -> dict[str, dict[str, str]]:
        """The sandbox as a company's provider, and as GitHub."""
        client = {"client_id": "sandbox", "client_secret": "sandbox-secret"}
        github = f"{self.sandbox_url}/github"
        return {"sandbox": {**client, "issuer": f"{self.sandbox_url}/oidc"}, "github": {**client, "issuer": github, "api": github}}

    def _with_given(self, ours: dict[str, str], prefix: str, but: str = "") -> dict[str, str]:
        return ours | {name: value for name, value in self.given.items() if name.startswith(f"{prefix}_") and name != but}


def relay_databases(mongo_url: str, databases: Mapping[str, str]) -> str:
    """RELAY_DATABASES for outboxes on one server: JSON, service name → URL of its database."""
    server, _, options = mongo_url.partition("?")
    return json.dumps({name: f"{server.rstrip('/')}/{database}{'?' * bool(options)}{options}" for name, database in databases.items()})
