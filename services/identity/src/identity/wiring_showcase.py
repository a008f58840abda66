"""Where the adapters and use cases of what people show of themselves meet."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from chassis.native_threads import NativeThreads
from chassis.wiring import Resources
from identity.adapters.checked_files import CheckedFiles
from identity.adapters.reference import is_time_zone
from identity.adapters.showcase import MongoRemovals, MongoShowcases, MongoUploads
from identity.adapters.unit_of_work import IdentityUnitOfWork
from identity.settings import Settings
from identity.usecases.add_portfolio_item import AddPortfolioItemHandler
from identity.usecases.begin_upload import BeginUploadHandler
from identity.usecases.complete_upload import CompleteUploadHandler
from identity.usecases.edit_portfolio_item import EditPortfolioItemHandler
from identity.usecases.get_file_link import GetFileLinkHandler
from identity.usecases.get_showcase import GetShowcaseHandler
from identity.usecases.order_portfolio import OrderPortfolioHandler
from identity.usecases.remove_file import RemoveFileHandler
from identity.usecases.remove_portfolio_item import RemovePortfolioItemHandler
from identity.usecases.set_expert_profile import SetExpertProfileHandler
from identity.usecases.tidy_files import TidyFilesHandler
from identity.wiring import object_store, person_keys


@dataclass(frozen=True, slots=True)
class ShowcaseUseCases:
    """All about files, portfolio and the expert's side."""

    begin_upload: BeginUploadHandler
    complete_upload: CompleteUploadHandler
    get_file_link: GetFileLinkHandler
    remove_file: RemoveFileHandler
    get_showcase: GetShowcaseHandler
    add_portfolio_item: AddPortfolioItemHandler
    edit_portfolio_item: EditPortfolioItemHandler
    remove_portfolio_item: RemovePortfolioItemHandler
    order_portfolio: OrderPortfolioHandler
    set_expert_profile: SetExpertProfileHandler
    tidy_files: TidyFilesHandler


@cache
def checked_files(settings: Settings) -> CheckedFiles:  # noqa: ARG001 - one for the process, as its settings are
    """Pictures are decoded one at a time: each may take a hundred megabytes."""
    return CheckedFiles(NativeThreads(1, 10))


def build_showcase(resources: Resources[Settings]) -> ShowcaseUseCases:
    store, settings, keys = resources.store, resources.settings, person_keys(resources)
    now, new_id, files = resources.clock.now, resources.new_id, object_store(settings)
    showcases, uploads, url_of = MongoShowcases(keys), MongoUploads(keys), files.public_url

    def begin() -> IdentityUnitOfWork:
        return IdentityUnitOfWork(store, keys)

    return ShowcaseUseCases(
        begin_upload=BeginUploadHandler(begin, files, new_id, now),
        complete_upload=CompleteUploadHandler(begin, uploads, files, checked_files(settings), new_id, now),
        get_file_link=GetFileLinkHandler(showcases, files, now),
        remove_file=RemoveFileHandler(begin, now),
        get_showcase=GetShowcaseHandler(showcases, url_of),
        add_portfolio_item=AddPortfolioItemHandler(begin, url_of, new_id),
        edit_portfolio_item=EditPortfolioItemHandler(begin, url_of),
        remove_portfolio_item=RemovePortfolioItemHandler(begin, url_of),
        order_portfolio=OrderPortfolioHandler(begin, url_of),
        set_expert_profile=SetExpertProfileHandler(begin, url_of, is_time_zone),
        tidy_files=TidyFilesHandler(begin, uploads, MongoRemovals(), files, now),
    )
