"""Where adapters meet use cases."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from chassis.privacy.keeping import Keeper
from chassis.wiring import Resources
from notifications.adapters.catalogue import TextCatalogue
from notifications.adapters.personal_data import personal_data
from notifications.adapters.repositories import MongoMails, MongoNotifications, MongoPreferences
from notifications.adapters.sendgrid_mailer import SendGridMailer
from notifications.adapters.unit_of_work import NotificationsUnitOfWork
from notifications.settings import Settings
from notifications.usecases.get_preferences import GetPreferencesHandler
from notifications.usecases.keep_contact import KeepContactHandler
from notifications.usecases.list_notifications import ListNotificationsHandler
from notifications.usecases.mark_notifications_read import MarkNotificationsReadHandler
from notifications.usecases.send_mails import SendMailsHandler
from notifications.usecases.send_verification import SendVerificationHandler
from notifications.usecases.tell import TellHandler
from notifications.usecases.tell_invited import TellInvitedHandler
from notifications.usecases.update_preferences import UpdatePreferencesHandler


@dataclass(frozen=True, slots=True)
class UseCases:
    list_notifications: ListNotificationsHandler
    mark_notifications_read: MarkNotificationsReadHandler
    get_preferences: GetPreferencesHandler
    update_preferences: UpdatePreferencesHandler
    tell: TellHandler
    tell_invited: TellInvitedHandler
    keep_contact: KeepContactHandler
    send_verification: SendVerificationHandler
    send_mails: SendMailsHandler


def build(resources: Resources[Settings]) -> UseCases:
    settings, now, new_id = resources.settings, resources.clock.now, resources.new_id
    unit_of_work = partial(NotificationsUnitOfWork, resources.store)
    catalogue = TextCatalogue(settings.public_url)
    tell = TellHandler(unit_of_work, catalogue, new_id, now)
    mailer = SendGridMailer(settings.sendgrid_api_key.get_secret_value(), settings.sendgrid_api_base, settings.mail_from)
    return UseCases(
        list_notifications=ListNotificationsHandler(MongoNotifications()),
        mark_notifications_read=MarkNotificationsReadHandler(unit_of_work, now),
        get_preferences=GetPreferencesHandler(MongoPreferences()),
        update_preferences=UpdatePreferencesHandler(unit_of_work),
        tell=tell,
        tell_invited=TellInvitedHandler(unit_of_work, tell),
        keep_contact=KeepContactHandler(unit_of_work),
        send_verification=SendVerificationHandler(unit_of_work, catalogue, new_id, now),
        send_mails=SendMailsHandler(unit_of_work, MongoMails(), mailer, now),
    )


def build_privacy(resources: Resources[Settings]) -> Keeper:
    return personal_data(resources.store.database)
