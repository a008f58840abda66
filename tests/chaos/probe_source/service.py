"""The entrypoint of the probe that records."""

from __future__ import annotations

from probe_messages import Recorded, RecordFacts

from chassis.entrypoints import UseCasesProvider, rpc
from probe_source.wiring import UseCases, build


class ProbeSourceService:
    name = "probe_source"
    use_cases: UseCases = UseCasesProvider(build)

    @rpc
    def record_facts(self, command: RecordFacts) -> Recorded:
        return self.use_cases.record_facts(command)


SERVICES = [ProbeSourceService]
