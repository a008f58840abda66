"""What notifications offers and hears: its table of contents."""

from __future__ import annotations

from chassis.context import delivered
from chassis.entrypoints import UseCasesProvider, on_event, rpc, timer
from chassis.principal import Principal
from chassis.privacy.service import privacy_service
from contracts.challenges import events as challenges
from contracts.identity import events as identity
from contracts.matching import events as matching
from contracts.messaging import events as messaging
from contracts.notifications.commands import MarkNotificationsRead, UpdatePreferences
from contracts.notifications.queries import GetPreferences, ListNotifications
from contracts.notifications.views import NotificationPage, PreferencesView, UnreadCountView
from contracts.payments import events as payments
from notifications.domain import facts, subscriptions
from notifications.wiring import UseCases, build, build_privacy


class NotificationsService:
    name = "notifications"
    use_cases: UseCases = UseCasesProvider(build)

    @rpc
    def list_notifications(self, query: ListNotifications, principal: Principal) -> NotificationPage:
        return self.use_cases.list_notifications(query, principal)

    @rpc
    def mark_notifications_read(self, command: MarkNotificationsRead, principal: Principal) -> UnreadCountView:
        return self.use_cases.mark_notifications_read(command, principal)

    @rpc
    def get_preferences(self, query: GetPreferences, principal: Principal) -> PreferencesView:
        return self.use_cases.get_preferences(query, principal)

    @rpc
    def update_preferences(self, command: UpdatePreferences, principal: Principal) -> PreferencesView:
        return self.use_cases.update_preferences(command, principal)

    @timer(seconds=1)
    def send_mails(self) -> None:
        self.use_cases.send_mails()

    @on_event
    def on_user_registered(self, event: identity.UserRegistered) -> None:
        self.use_cases.keep_contact.registered(event, delivered().sequence)

    @on_event
    def on_email_verified(self, event: identity.EmailVerified) -> None:
        self.use_cases.keep_contact.addressed(event, delivered().sequence)

    @on_event
    def on_profile_updated(self, event: identity.ProfileUpdated) -> None:
        self.use_cases.keep_contact.updated(event, delivered().sequence)

    @on_event
    def on_email_verification_requested(self, event: identity.EmailVerificationRequested) -> None:
        self.use_cases.send_verification(event)

    @on_event
    def on_password_reset_requested(self, event: identity.PasswordResetRequested) -> None:
        self.use_cases.send_verification.reset(event)

    @on_event
    def on_email_change_requested(self, event: identity.EmailChangeRequested) -> None:
        self.use_cases.send_verification.change(event)

    @on_event
    def on_email_changed(self, event: identity.EmailChanged) -> None:
        self.use_cases.keep_contact.addressed(event, delivered().sequence)

    @on_event
    def on_password_changed(self, event: identity.PasswordChanged) -> None:
        self.use_cases.tell(facts.password_changed(event), delivered().event_id)

    @on_event
    def on_second_factor_changed(self, event: identity.SecondFactorChanged) -> None:
        self.use_cases.tell(facts.second_factor_changed(event), delivered().event_id)

    @on_event
    def on_session_revoked(self, event: identity.SessionRevoked) -> None:
        self.use_cases.tell(facts.session_revoked(event), delivered().event_id)

    @on_event
    def on_invitation_sent(self, event: identity.InvitationSent) -> None:
        self.use_cases.send_verification.invitation(event)

    @on_event
    def on_credential_created(self, event: identity.CredentialCreated) -> None:
        self.use_cases.tell(facts.credential_created(event), delivered().event_id)

    @on_event
    def on_standing_changed(self, event: identity.StandingChanged) -> None:
        self.use_cases.tell(facts.standing_changed(event), delivered().event_id)

    @on_event
    def on_challenge_published(self, event: challenges.ChallengePublished) -> None:
        self.use_cases.tell_invited(event, delivered())

    @on_event
    def on_challenge_updated(self, event: challenges.ChallengeUpdated) -> None:
        self.use_cases.tell_invited(event, delivered())

    @on_event
    def on_application_submitted(self, event: challenges.ApplicationSubmitted) -> None:
        self.use_cases.tell(facts.application_submitted(event), delivered().event_id)

    @on_event
    def on_application_accepted(self, event: challenges.ApplicationAccepted) -> None:
        self.use_cases.tell(facts.application_accepted(event), delivered().event_id)

    @on_event
    def on_application_rejected(self, event: challenges.ApplicationRejected) -> None:
        self.use_cases.tell(facts.application_rejected(event), delivered().event_id)

    @on_event
    def on_application_withdrawn(self, event: challenges.ApplicationWithdrawn) -> None:
        self.use_cases.tell(facts.application_withdrawn(event), delivered().event_id)

    @on_event
    def on_work_submitted(self, event: challenges.WorkSubmitted) -> None:
        self.use_cases.tell(facts.work_submitted(event), delivered().event_id)

    @on_event
    def on_changes_requested(self, event: challenges.ChangesRequested) -> None:
        self.use_cases.tell(facts.changes_requested(event), delivered().event_id)

    @on_event
    def on_submission_approved(self, event: challenges.SubmissionApproved) -> None:
        self.use_cases.tell(facts.submission_approved(event), delivered().event_id)

    @on_event
    def on_challenge_cancelled(self, event: challenges.ChallengeCancelled) -> None:
        self.use_cases.tell(facts.challenge_cancelled(event), delivered().event_id)

    @on_event
    def on_challenge_completed(self, event: challenges.ChallengeCompleted) -> None:
        self.use_cases.tell(facts.challenge_completed(event), delivered().event_id)

    @on_event
    def on_review_published(self, event: challenges.ReviewPublished) -> None:
        self.use_cases.tell(facts.review_published(event), delivered().event_id)

    @on_event
    def on_escrow_funded(self, event: payments.EscrowFunded) -> None:
        self.use_cases.tell(facts.escrow_funded(event), delivered().event_id)

    @on_event
    def on_funding_failed(self, event: payments.FundingFailed) -> None:
        self.use_cases.tell(facts.funding_failed(event), delivered().event_id)

    @on_event
    def on_funds_released(self, event: payments.FundsReleased) -> None:
        self.use_cases.tell(facts.funds_released(event), delivered().event_id)

    @on_event
    def on_funds_refunded(self, event: payments.FundsRefunded) -> None:
        self.use_cases.tell(facts.funds_refunded(event), delivered().event_id)

    @on_event
    def on_payout_paid(self, event: payments.PayoutPaid) -> None:
        self.use_cases.tell(facts.payout_paid(event), delivered().event_id)

    @on_event
    def on_payout_failed(self, event: payments.PayoutFailed) -> None:
        self.use_cases.tell(facts.payout_failed(event), delivered().event_id)

    @on_event
    def on_extra_paid(self, event: payments.ExtraPaid) -> None:
        self.use_cases.tell(facts.extra_paid(event), delivered().event_id)

    @on_event
    def on_release_taken_back(self, event: payments.ReleaseTakenBack) -> None:
        self.use_cases.tell(facts.release_taken_back(event), delivered().event_id)

    @on_event
    def on_payout_account_due(self, event: payments.PayoutAccountDue) -> None:
        self.use_cases.tell(facts.payout_account_due(event), delivered().event_id)

    @on_event
    def on_escrow_frozen(self, event: payments.EscrowFrozen) -> None:
        self.use_cases.tell(facts.escrow_frozen(event), delivered().event_id)

    @on_event
    def on_escrow_unfrozen(self, event: payments.EscrowUnfrozen) -> None:
        self.use_cases.tell(facts.escrow_unfrozen(event), delivered().event_id)

    @on_event
    def on_chargeback_opened(self, event: payments.ChargebackOpened) -> None:
        self.use_cases.tell(facts.chargeback_opened(event), delivered().event_id)

    @on_event
    def on_chargeback_closed(self, event: payments.ChargebackClosed) -> None:
        self.use_cases.tell(facts.chargeback_closed(event), delivered().event_id)

    @on_event
    def on_dispute_opened(self, event: payments.DisputeOpened) -> None:
        self.use_cases.tell(facts.dispute_opened(event), delivered().event_id)

    @on_event
    def on_dispute_answered(self, event: payments.DisputeAnswered) -> None:
        self.use_cases.tell(facts.dispute_answered(event), delivered().event_id)

    @on_event
    def on_dispute_mediated(self, event: payments.DisputeMediated) -> None:
        self.use_cases.tell(facts.dispute_mediated(event), delivered().event_id)

    @on_event
    def on_dispute_decided(self, event: payments.DisputeDecided) -> None:
        self.use_cases.tell(facts.dispute_decided(event), delivered().event_id)

    @on_event
    def on_dispute_withdrawn(self, event: payments.DisputeWithdrawn) -> None:
        self.use_cases.tell(facts.dispute_withdrawn(event), delivered().event_id)

    @on_event
    def on_subscription_started(self, event: payments.SubscriptionStarted) -> None:
        self.use_cases.tell(subscriptions.subscription_started(event), delivered().event_id)

    @on_event
    def on_trial_ending(self, event: payments.TrialEnding) -> None:
        self.use_cases.tell(subscriptions.trial_ending(event), delivered().event_id)

    @on_event
    def on_subscription_charged(self, event: payments.SubscriptionCharged) -> None:
        self.use_cases.tell(subscriptions.subscription_charged(event), delivered().event_id)

    @on_event
    def on_subscription_payment_failed(self, event: payments.SubscriptionPaymentFailed) -> None:
        self.use_cases.tell(subscriptions.subscription_payment_failed(event), delivered().event_id)

    @on_event
    def on_subscription_ended(self, event: payments.SubscriptionEnded) -> None:
        self.use_cases.tell(subscriptions.subscription_ended(event), delivered().event_id)

    @on_event
    def on_subscription_refunded(self, event: payments.SubscriptionRefunded) -> None:
        self.use_cases.tell(subscriptions.subscription_refunded(event), delivered().event_id)

    @on_event
    def on_credit_granted(self, event: payments.CreditGranted) -> None:
        self.use_cases.tell(facts.credit_granted(event), delivered().event_id)

    @on_event
    def on_message_sent(self, event: messaging.MessageSent) -> None:
        self.use_cases.tell(facts.message_sent(event), delivered().event_id)

    @on_event
    def on_challenge_matched(self, event: matching.ChallengeMatched) -> None:
        self.use_cases.tell(facts.challenge_matched(event), delivered().event_id)

    @on_event
    def on_export_ready(self, event: identity.ExportReady) -> None:
        self.use_cases.tell(facts.export_ready(event), delivered().event_id)


SERVICES: list[type] = [NotificationsService, privacy_service("notifications", build_privacy)]
