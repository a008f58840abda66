"""The entrypoints of the probe that hears."""

from __future__ import annotations

from probe_messages import CountedFactRecorded, OrderedFactRecorded

from chassis.entrypoints import UseCasesProvider, on_event
from probe_sink.wiring import UseCases, build


class ProbeSinkService:
    name = "probe_sink"
    use_cases: UseCases = UseCasesProvider(build)

    @on_event
    def on_ordered_fact_recorded(self, event: OrderedFactRecorded) -> None:
        self.use_cases.apply_in_order(event)

    @on_event
    def on_counted_fact_recorded(self, event: CountedFactRecorded) -> None:
        self.use_cases.apply(event)


SERVICES = [ProbeSinkService]
