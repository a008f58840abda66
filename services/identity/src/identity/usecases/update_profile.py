"""Change one's profile."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from chassis.principal import Principal
from contracts.identity.commands import UpdateProfile
from contracts.identity.views import MeView
from identity.domain.account import Profile
from identity.domain.errors import ProfileInvalid, UserNotFound
from identity.usecases.ports import UnitOfWork
from identity.usecases.show import me_view, profile_updated

_NEVER_EMPTY = ("display_name", "time_zone", "locale")


@dataclass(frozen=True, slots=True)
class UpdateProfileHandler:
    unit_of_work: Callable[[], UnitOfWork]
    is_time_zone: Callable[[str], bool]

    def __call__(self, command: UpdateProfile, principal: Principal) -> MeView:
        """Change the fields that the command mentions; null empties one.

        Raises:
            ProfileInvalid: a field that may not be empty is null, or the time zone is unknown.
            ProfileStale: `expected_version` is not the account's.
            UserNotFound: the account is gone, the token is not yet.
        """
        with self.unit_of_work() as work:
            account = work.accounts.get(principal.user_id)
            if account is None:
                raise UserNotFound
            changed = account.with_profile(self._changed(account.profile, command), command.expected_version)
            if changed is not account:
                work.accounts.save(changed)
                work.emit(profile_updated(changed))
            return work.answer(me_view(changed))

    def _changed(self, profile: Profile, command: UpdateProfile) -> Profile:
        mentioned = command.model_fields_set
        for field in _NEVER_EMPTY:
            if field in mentioned and getattr(command, field) is None:
                raise ProfileInvalid(field, "may not be empty")
        if command.time_zone is not None and not self.is_time_zone(command.time_zone):
            raise ProfileInvalid("time_zone", "is not a time zone of the IANA database")
        return replace(
            profile,
            display_name=command.display_name or profile.display_name,
            time_zone=command.time_zone or profile.time_zone,
            locale=command.locale or profile.locale,
            headline=command.headline if "headline" in mentioned else profile.headline,
            bio=command.bio if "bio" in mentioned else profile.bio,
            skills=_unique(command.skills) if "skills" in mentioned else profile.skills,
            languages=_unique(command.languages) if "languages" in mentioned else profile.languages,
            links=_unique(command.links) if "links" in mentioned else profile.links,
        )


def _unique(values: tuple[object, ...] | None) -> tuple[str, ...]:
    """As text, each once, in the order given."""
    return tuple(dict.fromkeys(str(value) for value in values or ()))
