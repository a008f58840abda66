"""What challenges answers to about reviews, and the timer that ends their window: one line an entrypoint, no rule lives here."""

from challenges.wiring import UseCases, build
from chassis.entrypoints import UseCasesProvider, rpc, timer
from chassis.principal import Principal
from contracts.challenges.commands import WriteReview
from contracts.challenges.queries import ListReviews
from contracts.challenges.views import ReviewView
from contracts.paging import Page


class ReviewsService:
    """Reviews of completed challenges."""

    name = "reviews"
    use_cases: UseCases = UseCasesProvider(build)

    @rpc
    def write_review(self, command: WriteReview, principal: Principal) -> ReviewView:
        return self.use_cases.write_review(command, principal)

    @rpc
    def list_reviews(self, query: ListReviews, principal: Principal | None) -> Page[ReviewView]:
        return self.use_cases.list_reviews(query, principal)

    @timer(seconds=5)
    def publish_due_reviews(self) -> None:
        self.use_cases.publish_due_reviews()
