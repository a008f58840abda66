"""Say what one offers as an expert, and when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from chassis.principal import Principal
from contracts.identity.showcase import SetExpertProfile, ShowcaseView
from identity.domain.showcase import ExpertProfile
from identity.domain.showcase_errors import ShowcaseInvalid
from identity.usecases.show_showcase import UrlOf, showcase_view
from identity.usecases.showcase_ports import Begin


@dataclass(frozen=True, slots=True)
class SetExpertProfileHandler:
    begin: Begin
    url_of: UrlOf
    is_time_zone: Callable[[str], bool]

    def __call__(self, command: SetExpertProfile, principal: Principal) -> ShowcaseView:
        """Raises:
        ShowcaseInvalid: the zone is unknown, or windows overlap.
        """
        with self.begin() as work:
            showcase = work.showcases.of(principal.user_id)
            if not self.is_time_zone(command.time_zone):
                raise ShowcaseInvalid("time_zone", "is not a time zone of the IANA database")
            expert = ExpertProfile.of(command.industries, command.hourly_rate, command.time_zone, command.availability)
            changed = showcase.with_expert(expert)
            work.showcases.save(changed)
            return work.answer(showcase_view(changed, self.url_of))
