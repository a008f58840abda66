"""Complete what somebody types."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.matching.queries import AutocompleteChallenges
from contracts.matching.views import SuggestionsView
from matching.domain.text import words
from matching.domain.typing_errors import errors_in_completion
from matching.usecases.ports import Search

_CANDIDATES = 60


@dataclass(frozen=True, slots=True)
class AutocompleteChallengesHandler:
    index: Search

    def __call__(self, query: AutocompleteChallenges, principal: Principal | None) -> SuggestionsView:
        """Skills, then titles, of challenges the caller may see; those without an error first."""
        typed = words(query.q)
        if not typed:
            return SuggestionsView(items=())
        challenges = self.index.beginning_with(typed, principal.user_id if principal else None, _CANDIDATES)
        candidates = [skill for challenge in challenges for skill in challenge.content.skills]
        candidates += [challenge.content.title for challenge in challenges]
        ranked: dict[str, tuple[int, str]] = {}
        for text in candidates:
            errors = errors_in_completion(words(text), typed)
            if errors is not None:
                ranked.setdefault(text.casefold(), (errors, text))
        best = sorted(ranked.values(), key=lambda found: found[0])  # stable: what came first stays first
        return SuggestionsView(items=tuple(text for _, text in best[: query.limit]))
