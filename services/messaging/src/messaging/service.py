"""What messaging answers to and listens to: one line an entrypoint, no rule lives here."""

from chassis.entrypoints import UseCasesProvider, on_event, rpc
from chassis.principal import Principal
from chassis.privacy.service import privacy_service
from contracts.challenges.events import ApplicationAccepted
from contracts.messaging.commands import MarkRead, SendMessage
from contracts.messaging.queries import GetConversation, ListConversations, ListMessages
from contracts.messaging.views import ConversationView, MessageView
from contracts.paging import Page
from messaging.wiring import UseCases, build, build_privacy


class MessagingService:
    """Conversations and messages."""

    name = "messaging"
    use_cases: UseCases = UseCasesProvider(build)

    @rpc
    def send_message(self, command: SendMessage, principal: Principal) -> MessageView:
        return self.use_cases.send_message(command, principal)

    @rpc
    def mark_read(self, command: MarkRead, principal: Principal) -> ConversationView:
        return self.use_cases.mark_read(command, principal)

    @rpc
    def get_conversation(self, query: GetConversation, principal: Principal) -> ConversationView:
        return self.use_cases.get_conversation(query, principal)

    @rpc
    def list_conversations(self, query: ListConversations, principal: Principal) -> Page[ConversationView]:
        return self.use_cases.list_conversations(query, principal)

    @rpc
    def list_messages(self, query: ListMessages, principal: Principal) -> Page[MessageView]:
        return self.use_cases.list_messages(query, principal)

    @on_event
    def on_application_accepted(self, event: ApplicationAccepted) -> None:
        self.use_cases.open_conversation(event)


SERVICES = [MessagingService, privacy_service("messaging", build_privacy)]
