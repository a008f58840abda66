"""Who may ask what: one line for every RPC there is, checked at the services and at the gateway by `test_authorisation.py`.

A new request without a line here fails `tests/architecture/test_authorisation_is_declared.py`. The callers are people with one
role each who have nothing to do with the objects a request names. Those objects exist (`authorisation_world.py`) and belong to
others; the challenge is a public one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from contracts.identity.roles import Role

ANONYMOUS = "anonymous"
CALLERS: tuple[str, ...] = (ANONYMOUS, *(role.value for role in Role))


class Decision(StrEnum):
    """`ALLOWED`: the request got past every question of who asks; it may still be a conflict or invalid."""

    ALLOWED = "allowed"
    NOT_FOUND = "not_found"
    FORBIDDEN = "forbidden"
    UNAUTHENTICATED = "unauthenticated"


@dataclass(frozen=True, slots=True)
class Rule:
    """What a stranger gets, whatever the role; `exceptions` for some roles."""

    others: Decision
    anonymous: Decision = Decision.UNAUTHENTICATED
    exceptions: Mapping[str, Decision] = field(default_factory=dict)
    needs_secret: bool = False  # the request itself carries what proves the right to it: 401 then says that this was wrong

    def but(self, decision: Decision, *roles: Role) -> Rule:
        return replace(self, exceptions={**self.exceptions, **{role.value: decision for role in roles}})

    def of(self, caller: str) -> Decision:
        return self.anonymous if caller == ANONYMOUS else self.exceptions.get(caller, self.others)


ANYBODY = Rule(Decision.ALLOWED, Decision.ALLOWED)  # logged in or not
SECRET = replace(ANYBODY, needs_secret=True)  # a password, a token, a signature
OWN = Rule(Decision.ALLOWED)  # everybody logged in: works on nothing but the caller's own
OWN_WITH_SECRET = replace(OWN, needs_secret=True)
HIDDEN_TO_ALL = Rule(Decision.NOT_FOUND, Decision.NOT_FOUND)  # the sample names nothing that exists
HIDDEN = Rule(Decision.NOT_FOUND)  # what belongs to others does not exist for anybody else
REFUSED = Rule(Decision.FORBIDDEN)  # it is no secret that it exists, but it is not theirs


def only(*roles: Role) -> Rule:
    """These roles; the others are told no."""
    return REFUSED.but(Decision.ALLOWED, *roles)


STAFF = only(Role.SUPPORT, Role.MODERATOR, Role.FINANCE, Role.ADMIN)
ALLOWED, FORBIDDEN = Decision.ALLOWED, Decision.FORBIDDEN

RULES: dict[str, Rule] = {
    # identity
    "identity.register_user": ANYBODY,
    "identity.verify_email": SECRET,
    "identity.resend_verification": ANYBODY,
    "identity.log_in": SECRET,
    "identity.refresh_session": SECRET,
    "identity.log_out": SECRET,
    "identity.update_profile": OWN,
    "identity.get_me": OWN,
    "identity.get_user": ANYBODY,
    "identity.list_skills": ANYBODY,
    # authentication
    "authentication.step_up": OWN_WITH_SECRET,
    "authentication.step_up_with_passkey": OWN_WITH_SECRET,
    "authentication.check_availability": ANYBODY,
    "authentication.request_password_reset": ANYBODY,
    "authentication.reset_password": SECRET,
    "authentication.change_password": OWN_WITH_SECRET,
    "authentication.request_email_change": OWN,
    "authentication.confirm_email_change": SECRET,
    "authentication.list_sessions": OWN,
    "authentication.revoke_session": HIDDEN,
    "authentication.revoke_other_sessions": OWN,
    "authentication.list_logins": OWN,
    "authentication.list_factors": OWN,
    "authentication.begin_totp": OWN,
    "authentication.confirm_totp": OWN,
    "authentication.renew_recovery_codes": OWN,
    "authentication.remove_factor": HIDDEN,
    "authentication.begin_passkey": OWN,
    "authentication.add_passkey": OWN_WITH_SECRET,
    "authentication.begin_passkey_login": ANYBODY,
    "authentication.log_in_with_passkey": SECRET,
    "authentication.get_key_set": ANYBODY,
    "authentication.start_sign_in": HIDDEN_TO_ALL,
    "authentication.start_link": HIDDEN,
    "authentication.complete_sign_in": SECRET,
    "authentication.list_links": OWN,
    "authentication.remove_link": HIDDEN,
    # showcase
    "showcase.begin_upload": OWN,
    "showcase.complete_upload": HIDDEN,
    "showcase.get_file_link": HIDDEN,
    "showcase.remove_file": HIDDEN,
    "showcase.get_showcase": OWN,
    "showcase.add_portfolio_item": OWN,
    "showcase.edit_portfolio_item": HIDDEN,
    "showcase.remove_portfolio_item": HIDDEN,
    "showcase.order_portfolio": OWN,
    "showcase.set_expert_profile": OWN,
    # personal data
    "personal_data.request_deletion": REFUSED,  # asked with an old proof, see below
    "personal_data.get_deletion": SECRET,
    "personal_data.list_deletions": STAFF,
    "personal_data.request_export": OWN,
    "personal_data.get_export": OWN,
    # of every service, about the caller alone: identity asks in their name
    "privacy.list_obligations": OWN,
    "privacy.export_personal_data": OWN,
    "person_keys.get_person_key": ANYBODY,  # wrapped: worth nothing without the master key, and no route leads there
    # administration
    "administration.grant_role": only(Role.ADMIN),
    "administration.revoke_role": only(Role.ADMIN),
    "administration.suspend_user": only(Role.MODERATOR, Role.ADMIN),
    "administration.ban_user": only(Role.ADMIN),
    "administration.restore_user": only(Role.MODERATOR, Role.ADMIN),
    "administration.get_account": STAFF,
    "administration.list_accounts": STAFF,
    "administration.search_audit": only(Role.ADMIN),
    # configuration
    "configuration.get_client_configuration": ANYBODY,
    "configuration.list_settings": only(Role.ADMIN),
    "configuration.change_setting": only(Role.ADMIN),
    "configuration.list_flags": only(Role.ADMIN),
    "configuration.set_flag": only(Role.ADMIN),
    # organisations
    "organisations.create_organisation": OWN,
    "organisations.get_organisation": HIDDEN.but(ALLOWED, Role.SUPPORT, Role.ADMIN),
    "organisations.list_my_organisations": OWN,
    "organisations.update_organisation": HIDDEN,
    "organisations.list_members": HIDDEN,
    "organisations.change_member_role": HIDDEN,
    "organisations.remove_member": HIDDEN,
    "organisations.leave_organisation": HIDDEN,
    "organisations.invite_member": HIDDEN,
    "organisations.list_invitations": HIDDEN,
    "organisations.resend_invitation": HIDDEN,
    "organisations.revoke_invitation": HIDDEN,
    "organisations.claim_domain": HIDDEN,
    "organisations.get_domain": HIDDEN,
    "organisations.verify_domain": HIDDEN,
    "organisations.release_domain": HIDDEN,
    "organisations.set_sso": HIDDEN,
    "organisations.get_sso": HIDDEN,
    "organisations.remove_sso": HIDDEN,
    "organisations.start_bulk_invite": HIDDEN,
    "organisations.get_bulk_invite": HIDDEN,
    "organisations.list_bulk_invite_rows": HIDDEN,
    "organisations.set_support_tier": only(Role.ADMIN),
    "organisations.get_branding": HIDDEN_TO_ALL,
    "organisations.accept_invitation": OWN_WITH_SECRET,
    "organisations.find_sign_in": ANYBODY,
    # credentials and referrals
    "credentials.create_api_key": OWN,
    "credentials.list_api_keys": OWN,
    "credentials.rotate_api_key": HIDDEN,
    "credentials.revoke_api_key": HIDDEN,
    "credentials.register_client": HIDDEN,
    "credentials.list_clients": HIDDEN,
    "credentials.rotate_client_secret": HIDDEN,
    "credentials.revoke_client": HIDDEN,
    "credentials.exchange_api_key": SECRET,
    "credentials.issue_client_token": SECRET,
    "referrals.get_referral": OWN,
    "referrals.claim_referral": OWN,
    # challenges
    "challenges.create_challenge": only(Role.CHALLENGER),
    "challenges.edit_challenge": REFUSED,
    "challenges.publish_challenge": REFUSED,
    "challenges.cancel_challenge": REFUSED,
    "challenges.delete_challenge": REFUSED,
    "challenges.get_challenge": ANYBODY,
    "challenges.list_challenges": ANYBODY,
    # applications
    "applications.submit_application": only(Role.SOLVER),
    "applications.edit_application": HIDDEN,
    "applications.accept_application": HIDDEN,
    "applications.reject_application": HIDDEN,
    "applications.withdraw_application": HIDDEN,
    "applications.get_application": HIDDEN,
    "applications.list_applications": OWN,
    # submissions
    "submissions.submit_work": REFUSED,
    "submissions.request_changes": HIDDEN,
    "submissions.approve_submission": HIDDEN,
    "submissions.get_submission": HIDDEN,
    "submissions.list_submissions": REFUSED,
    # reviews
    "reviews.write_review": REFUSED,
    "reviews.list_reviews": ANYBODY,
    # payments
    "payments.fund_escrow": HIDDEN.but(FORBIDDEN, Role.FINANCE, Role.ADMIN),
    "payments.release_escrow": HIDDEN.but(FORBIDDEN, Role.FINANCE, Role.ADMIN),
    "payments.refund_escrow": HIDDEN.but(ALLOWED, Role.FINANCE, Role.ADMIN),
    "payments.add_payment_method": OWN,
    "payments.list_payment_methods": OWN,
    "payments.set_default_payment_method": HIDDEN,
    "payments.remove_payment_method": HIDDEN,
    "payments.open_payout_account": OWN,
    "payments.get_payout_account": OWN,
    "payments.create_coupon": only(Role.FINANCE, Role.ADMIN),
    "payments.list_coupons": only(Role.FINANCE, Role.ADMIN),
    "payments.end_coupon": only(Role.FINANCE, Role.ADMIN),
    "payments.grant_credit": only(Role.FINANCE, Role.ADMIN),
    "payments.list_chargebacks": only(Role.FINANCE, Role.ADMIN),
    "payments.submit_chargeback_evidence": REFUSED.but(Decision.NOT_FOUND, Role.FINANCE, Role.ADMIN),
    "payments.list_refunds_by_hand": only(Role.FINANCE, Role.ADMIN),
    "payments.settle_refund": REFUSED.but(Decision.NOT_FOUND, Role.FINANCE, Role.ADMIN),
    "payments.reconcile_day": only(Role.FINANCE, Role.ADMIN),
    "payments.list_reconciliations": only(Role.FINANCE, Role.ADMIN),
    "payments.get_reconciliation": REFUSED.but(Decision.NOT_FOUND, Role.FINANCE, Role.ADMIN),  # no books were compared on that day
    "payments.request_payout": OWN,
    "payments.receive_stripe_webhook": SECRET,
    "payments.get_escrow": HIDDEN.but(ALLOWED, Role.FINANCE, Role.ADMIN),
    "payments.get_challenge_escrow": HIDDEN.but(ALLOWED, Role.FINANCE, Role.ADMIN),
    "payments.get_balance": OWN,
    "payments.get_statement": OWN,
    "payments.pay_extra": HIDDEN.but(FORBIDDEN, Role.FINANCE, Role.ADMIN),
    "payments.set_team_split": HIDDEN.but(FORBIDDEN, Role.FINANCE, Role.ADMIN),
    "payments.freeze_escrow": HIDDEN.but(ALLOWED, Role.FINANCE, Role.ADMIN),
    "payments.take_back_release": HIDDEN.but(ALLOWED, Role.FINANCE, Role.ADMIN),
    "payments.unfreeze_escrow": HIDDEN.but(ALLOWED, Role.FINANCE, Role.ADMIN),
    "payments.get_escrow_proof": HIDDEN.but(ALLOWED, Role.FINANCE, Role.ADMIN),
    "payments.open_dispute": HIDDEN.but(FORBIDDEN, Role.FINANCE, Role.ADMIN),
    "payments.list_disputes": HIDDEN.but(ALLOWED, Role.FINANCE, Role.ADMIN, Role.MODERATOR),
    "payments.get_dispute": HIDDEN.but(ALLOWED, Role.FINANCE, Role.ADMIN, Role.MODERATOR),
    "payments.answer_dispute": HIDDEN.but(FORBIDDEN, Role.FINANCE, Role.ADMIN, Role.MODERATOR),
    "payments.add_dispute_evidence": HIDDEN.but(ALLOWED, Role.FINANCE, Role.ADMIN, Role.MODERATOR),
    "payments.mediate_dispute": HIDDEN.but(ALLOWED, Role.FINANCE, Role.ADMIN, Role.MODERATOR),
    "payments.decide_dispute": HIDDEN.but(ALLOWED, Role.FINANCE, Role.ADMIN, Role.MODERATOR),
    "payments.confirm_decision": HIDDEN.but(ALLOWED, Role.FINANCE, Role.ADMIN, Role.MODERATOR),
    "payments.withdraw_dispute": HIDDEN.but(FORBIDDEN, Role.FINANCE, Role.ADMIN, Role.MODERATOR),
    "payments.get_payout": HIDDEN.but(ALLOWED, Role.FINANCE, Role.ADMIN),
    "payments.list_payouts": OWN,
    "documents.list_documents": OWN,
    "documents.get_document": HIDDEN.but(ALLOWED, Role.FINANCE, Role.ADMIN),
    "documents.get_document_file": HIDDEN.but(ALLOWED, Role.FINANCE, Role.ADMIN),
    "documents.get_statement_file": OWN,
    "documents.list_transactions": OWN,
    "documents.export_transactions": OWN,
    "documents.get_billing_details": OWN,
    "documents.set_billing_details": OWN,
    "documents.get_evidence_bundle": HIDDEN.but(ALLOWED, Role.FINANCE, Role.ADMIN, Role.MODERATOR),
    "documents.get_evidence_keys": ANYBODY,
    "documents.get_revenue_report": only(Role.FINANCE, Role.ADMIN),
    "documents.export_revenue_report": only(Role.FINANCE, Role.ADMIN),
    "documents.get_fee_report": only(Role.FINANCE, Role.ADMIN),
    "documents.export_fee_report": only(Role.FINANCE, Role.ADMIN),
    "subscriptions.list_plans": ANYBODY,
    "subscriptions.put_plan": only(Role.FINANCE, Role.ADMIN),
    "subscriptions.start_subscription": OWN,
    "subscriptions.list_subscriptions": OWN,
    "subscriptions.get_subscription": HIDDEN.but(ALLOWED, Role.FINANCE, Role.ADMIN),
    "subscriptions.preview_plan_change": HIDDEN.but(ALLOWED, Role.FINANCE, Role.ADMIN),
    "subscriptions.change_plan": HIDDEN.but(FORBIDDEN, Role.FINANCE, Role.ADMIN),
    "subscriptions.cancel_subscription": HIDDEN.but(FORBIDDEN, Role.FINANCE, Role.ADMIN),
    "subscriptions.undo_cancellation": HIDDEN.but(FORBIDDEN, Role.FINANCE, Role.ADMIN),
    "subscriptions.resume_subscription": HIDDEN.but(FORBIDDEN, Role.FINANCE, Role.ADMIN),
    "subscriptions.set_subscription_payment_method": HIDDEN.but(FORBIDDEN, Role.FINANCE, Role.ADMIN),
    "subscriptions.list_bills": HIDDEN.but(ALLOWED, Role.FINANCE, Role.ADMIN),
    "subscriptions.get_entitlements": OWN,
    "subscriptions.list_all_subscriptions": only(Role.FINANCE, Role.ADMIN),
    "subscriptions.end_subscription": HIDDEN.but(ALLOWED, Role.FINANCE, Role.ADMIN),
    "subscriptions.list_bill_chargebacks": only(Role.FINANCE, Role.ADMIN),
    "subscriptions.submit_bill_chargeback_evidence": REFUSED.but(Decision.NOT_FOUND, Role.FINANCE, Role.ADMIN),
    "subscriptions.refund_bill": REFUSED.but(Decision.NOT_FOUND, Role.FINANCE, Role.ADMIN),
    # dead letters, of every service
    "dead_letters.list_dead_letters": HIDDEN.but(ALLOWED, Role.SUPPORT, Role.ADMIN),
    "dead_letters.get_dead_letter": HIDDEN.but(FORBIDDEN, Role.SUPPORT),  # admins: there is none of that id, see below
    "dead_letters.replay_dead_letter": HIDDEN.but(FORBIDDEN, Role.SUPPORT),
    "dead_letters.replay_dead_letters": HIDDEN.but(FORBIDDEN, Role.SUPPORT).but(ALLOWED, Role.ADMIN),
    "dead_letters.discard_dead_letter": HIDDEN.but(FORBIDDEN, Role.SUPPORT),
    # messaging
    "messaging.send_message": HIDDEN,
    "messaging.mark_read": HIDDEN,
    "messaging.get_conversation": HIDDEN,
    "messaging.list_conversations": OWN,
    "messaging.list_messages": HIDDEN,
    # matching
    "matching.search_challenges": ANYBODY,
    "matching.autocomplete_challenges": ANYBODY,
    "matching.match_solvers": HIDDEN,
    "matching.match_challenges": OWN,
    # notifications
    "notifications.list_notifications": OWN,
    "notifications.mark_notifications_read": OWN,
    "notifications.get_preferences": OWN,
    "notifications.update_preferences": OWN,
}

# Readable by some, but there is none in the world of the tests.
NOT_IN_THE_WORLD = {"dead_letters.get_dead_letter"}

# Asked with an old proof of identity, and so refused: whoever were let through would be gone for the questions after it.
WITH_AN_OLD_PROOF = {"personal_data.request_deletion"}

# What the gateway serves by itself, in no route table: who may ask is said here all the same.
GATEWAY_ALONE: dict[str, Rule] = {
    "POST /v1/webhooks/stripe": SECRET,
    "POST /v1/oauth/token": SECRET,
    "GET /v1/auth/oauth/{provider}/start": ANYBODY,
    "GET /v1/auth/oauth/{provider}/callback": SECRET,
    "POST /v1/me/links/{provider}/start": OWN,
    "GET /health/live": ANYBODY,
    "GET /health/ready": ANYBODY,
    "GET /metrics": ANYBODY,
    "GET /openapi.json": ANYBODY,
    "GET /asyncapi.json": ANYBODY,
    "GET /docs": ANYBODY,
}
