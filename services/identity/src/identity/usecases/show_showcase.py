"""How what a person shows becomes views."""

from __future__ import annotations

from collections.abc import Callable

from contracts.identity.showcase import ExpertView, FilePurpose, FileView, PortfolioItemView, ShowcaseView
from identity.domain.showcase import RULES, ExpertProfile, Showcase, StoredFile

UrlOf = Callable[[str], str]  # of a public object's key


def file_view(file: StoredFile, url_of: UrlOf) -> FileView:
    return FileView(
        id=file.id,
        purpose=file.purpose,
        name=file.name,
        media_type=file.media_type,
        size_bytes=file.size_bytes,
        url=url_of(file.key) if RULES[file.purpose].public else None,
    )


def portfolio_view(showcase: Showcase, url_of: UrlOf) -> tuple[PortfolioItemView, ...]:
    images = {file.id: url_of(file.key) for file in showcase.files}
    return tuple(
        PortfolioItemView(id=item.id, title=item.title, text=item.text, link=item.link, image_url=images.get(item.image_id or ""))
        for item in showcase.portfolio
    )


def expert_view(expert: ExpertProfile | None) -> ExpertView | None:
    if expert is None:
        return None
    return ExpertView(
        industries=expert.industries, hourly_rate=expert.hourly_rate, time_zone=expert.time_zone, availability=expert.availability
    )


def showcase_view(showcase: Showcase, url_of: UrlOf) -> ShowcaseView:
    avatar, resume = showcase.of_purpose(FilePurpose.AVATAR), showcase.of_purpose(FilePurpose.RESUME)
    return ShowcaseView(
        version=showcase.version,
        avatar=file_view(avatar, url_of) if avatar else None,
        resume=file_view(resume, url_of) if resume else None,
        portfolio=portfolio_view(showcase, url_of),
        expert=expert_view(showcase.expert),
    )
