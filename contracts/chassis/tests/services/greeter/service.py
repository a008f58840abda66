"""The entrypoints of the tiny service: two service classes in one process."""

from __future__ import annotations

from chassis.entrypoints import UseCasesProvider, on_event, rpc, timer
from chassis.principal import Principal
from contracts.base import Done
from greeter.messages import Block, BreakDown, Count, Greet, Greeted, GreetingView, Missed, Record, Refuse, WhoAmI, Work
from greeter.wiring import NoGreeting, UseCases, build


class GreeterService:
    name = "greeter"
    use_cases: UseCases = UseCasesProvider(build)

    @rpc
    def greet(self, query: Greet, principal: Principal | None) -> GreetingView:
        return GreetingView(text=" ".join([f"hello {query.name}"] * query.times), by=principal.user_id if principal else "nobody")

    @rpc
    def who_am_i(self, query: WhoAmI, principal: Principal) -> GreetingView:
        return GreetingView(text=",".join(sorted(principal.roles)), by=principal.user_id)

    @rpc
    def refuse(self, command: Refuse) -> Done:
        raise NoGreeting

    @rpc
    def break_down(self, command: BreakDown) -> Done:
        raise ZeroDivisionError("a secret of this service")

    @rpc
    def work(self, command: Work) -> Done:
        return self.use_cases.work(command)

    @rpc
    def block(self, command: Block) -> Done:
        return self.use_cases.block(command)

    @rpc
    def record(self, command: Record) -> GreetingView:
        return self.use_cases.record(command)

    @on_event
    def on_greeted(self, event: Greeted) -> None:
        self.use_cases.see(event)

    @on_event
    def on_missed(self, event: Missed) -> None:
        self.use_cases.wait_for_greeting(event)


class GreeterLogService:
    name = "greeter_log"
    use_cases: UseCases = UseCasesProvider(build)

    @rpc
    def count(self, query: Count) -> GreetingView:
        return self.use_cases.count(query.name)

    @timer(seconds=0.2)
    def tick(self) -> None:
        self.use_cases.tick()


SERVICES = [GreeterService, GreeterLogService]
