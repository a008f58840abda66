"""Every REST route there is."""

from __future__ import annotations

from contracts.admin import commands as admin
from contracts.admin import queries as admin_queries
from contracts.challenges import commands as challenges
from contracts.challenges import queries as challenge_queries
from contracts.identity import administration, authentication, configuration, skills
from contracts.identity import commands as identity
from contracts.identity import queries as identity_queries
from contracts.matching import queries as matching
from contracts.messaging import commands as messaging
from contracts.messaging import queries as messaging_queries
from contracts.notifications import commands as notifications
from contracts.notifications import queries as notification_queries
from contracts.payments import commands as payments
from contracts.payments import queries as payment_queries
from gateway.rest.routes import Auth, act, change, create, credential, read, secured

ROUTES = (
    # Accounts and sessions
    credential("/v1/auth/register", identity.RegisterUser, success=201, idempotent=True),
    credential("/v1/auth/verify-email", identity.VerifyEmail),
    credential("/v1/auth/resend-verification", identity.ResendVerification),
    credential("/v1/auth/login", identity.LogIn),
    credential("/v1/auth/refresh", identity.RefreshSession),
    credential("/v1/auth/logout", identity.LogOut),
    secured("POST", "/v1/auth/step-up", authentication.StepUp),
    secured("POST", "/v1/auth/step-up/passkey", authentication.StepUpWithPasskey),
    credential("/v1/auth/availability", authentication.CheckAvailability),
    credential("/v1/auth/password-reset", authentication.RequestPasswordReset),
    credential("/v1/auth/password-reset/confirm", authentication.ResetPassword),
    secured("POST", "/v1/auth/password", authentication.ChangePassword),
    credential("/v1/auth/passkey/start", authentication.BeginPasskeyLogin),
    credential("/v1/auth/passkey", authentication.LogInWithPasskey),
    secured("POST", "/v1/me/email", authentication.RequestEmailChange),
    credential("/v1/auth/confirm-email", authentication.ConfirmEmailChange),
    read("/v1/me/sessions", authentication.ListSessions),
    change("DELETE", "/v1/me/sessions/{session_id}", authentication.RevokeSession),
    act("/v1/me/sessions/revoke-others", authentication.RevokeOtherSessions),
    read("/v1/me/logins", authentication.ListLogins),
    read("/v1/me/factors", authentication.ListFactors),
    secured("POST", "/v1/me/factors/totp", authentication.BeginTotp),
    secured("POST", "/v1/me/factors/totp/confirm", authentication.ConfirmTotp),
    secured("POST", "/v1/me/factors/recovery-codes", authentication.RenewRecoveryCodes),
    secured("POST", "/v1/me/factors/passkeys", authentication.BeginPasskey),
    secured("POST", "/v1/me/factors/passkeys/confirm", authentication.AddPasskey),
    change("DELETE", "/v1/me/factors/{factor_id}", authentication.RemoveFactor),
    read("/.well-known/jwks.json", authentication.GetKeySet, auth=Auth.NONE),
    read("/v1/me/links", authentication.ListLinks),
    change("DELETE", "/v1/me/links/{provider}", authentication.RemoveLink),
    read("/v1/me", identity_queries.GetMe),
    change("PATCH", "/v1/me", identity.UpdateProfile),
    read("/v1/users/{user_id}", identity_queries.GetUser, auth=Auth.OPTIONAL),
    read("/v1/skills", skills.ListSkills, auth=Auth.OPTIONAL),
    # Challenges
    create("/v1/challenges", challenges.CreateChallenge, location="/v1/challenges/{id}"),
    read("/v1/challenges", challenge_queries.ListChallenges, auth=Auth.OPTIONAL, search=matching.SearchChallenges),
    read("/v1/challenges/{challenge_id}", challenge_queries.GetChallenge, auth=Auth.OPTIONAL),
    change("PATCH", "/v1/challenges/{challenge_id}", challenges.EditChallenge),
    change("DELETE", "/v1/challenges/{challenge_id}", challenges.DeleteChallenge),
    act("/v1/challenges/{challenge_id}/publish", challenges.PublishChallenge),
    act("/v1/challenges/{challenge_id}/cancel", challenges.CancelChallenge),
    # Applications
    create("/v1/challenges/{challenge_id}/applications", challenges.SubmitApplication, location="/v1/applications/{id}"),
    read("/v1/challenges/{challenge_id}/applications", challenge_queries.ListApplications),
    read("/v1/applications/{application_id}", challenge_queries.GetApplication),
    change("PATCH", "/v1/applications/{application_id}", challenges.EditApplication),
    act("/v1/applications/{application_id}/accept", challenges.AcceptApplication),
    act("/v1/applications/{application_id}/reject", challenges.RejectApplication),
    act("/v1/applications/{application_id}/withdraw", challenges.WithdrawApplication),
    # Deliveries
    create("/v1/challenges/{challenge_id}/submissions", challenges.SubmitWork, location="/v1/submissions/{id}"),
    read("/v1/challenges/{challenge_id}/submissions", challenge_queries.ListSubmissions),
    read("/v1/submissions/{submission_id}", challenge_queries.GetSubmission),
    act("/v1/submissions/{submission_id}/request-changes", challenges.RequestChanges),
    act("/v1/submissions/{submission_id}/approve", challenges.ApproveSubmission),
    # Reviews
    create("/v1/challenges/{challenge_id}/reviews", challenges.WriteReview),
    read("/v1/challenges/{challenge_id}/reviews", challenge_queries.ListReviews, auth=Auth.OPTIONAL),
    # Money
    act("/v1/challenges/{challenge_id}/escrow", payments.FundEscrow),
    read("/v1/challenges/{challenge_id}/escrow", payment_queries.GetChallengeEscrow),
    read("/v1/escrows/{escrow_id}", payment_queries.GetEscrow),
    act("/v1/escrows/{escrow_id}/release", payments.ReleaseEscrow),
    act("/v1/escrows/{escrow_id}/refund", payments.RefundEscrow),
    create("/v1/payment-methods", payments.AddPaymentMethod),
    read("/v1/payment-methods", payment_queries.ListPaymentMethods),
    act("/v1/payment-methods/{payment_method}/default", payments.SetDefaultPaymentMethod),
    change("DELETE", "/v1/payment-methods/{payment_method}", payments.RemovePaymentMethod),
    act("/v1/escrows/{escrow_id}/extras", payments.PayExtra),
    change("PUT", "/v1/escrows/{escrow_id}/team", payments.SetTeamSplit),
    act("/v1/escrows/{escrow_id}/freeze", payments.FreezeEscrow),
    act("/v1/escrows/{escrow_id}/unfreeze", payments.UnfreezeEscrow),
    read("/v1/escrows/{escrow_id}/proof", payment_queries.GetEscrowProof),
    create("/v1/escrows/{escrow_id}/dispute", payments.OpenDispute, location="/v1/disputes/{id}"),
    read("/v1/escrows/{escrow_id}/disputes", payment_queries.ListDisputes),
    read("/v1/disputes/{dispute_id}", payment_queries.GetDispute),
    act("/v1/disputes/{dispute_id}/answer", payments.AnswerDispute),
    act("/v1/disputes/{dispute_id}/evidence", payments.AddDisputeEvidence),
    act("/v1/disputes/{dispute_id}/mediate", payments.MediateDispute),
    act("/v1/disputes/{dispute_id}/decide", payments.DecideDispute),
    act("/v1/disputes/{dispute_id}/confirm", payments.ConfirmDecision),
    act("/v1/disputes/{dispute_id}/withdraw", payments.WithdrawDispute),
    read("/v1/balance", payment_queries.GetBalance),
    read("/v1/statements", payment_queries.GetStatement),
    act("/v1/payout-account", payments.OpenPayoutAccount),
    read("/v1/payout-account", payment_queries.GetPayoutAccount),
    create("/v1/payouts", payments.RequestPayout, location="/v1/payouts/{id}"),
    read("/v1/payouts", payment_queries.ListPayouts),
    read("/v1/payouts/{payout_id}", payment_queries.GetPayout),
    read("/v1/admin/chargebacks", payment_queries.ListChargebacks),
    act("/v1/admin/chargebacks/{chargeback_id}/evidence", payments.SubmitChargebackEvidence),
    act("/v1/admin/reconciliations", payments.ReconcileDay),
    read("/v1/admin/reconciliations", payment_queries.ListReconciliations),
    read("/v1/admin/reconciliations/{day}", payment_queries.GetReconciliation),
    # Conversations
    read("/v1/conversations", messaging_queries.ListConversations),
    read("/v1/conversations/{conversation_id}", messaging_queries.GetConversation),
    act("/v1/conversations/{conversation_id}/read", messaging.MarkRead),
    create("/v1/conversations/{conversation_id}/messages", messaging.SendMessage),
    read("/v1/conversations/{conversation_id}/messages", messaging_queries.ListMessages),
    # Search and matches
    read("/v1/search/challenges", matching.SearchChallenges, auth=Auth.OPTIONAL),
    read("/v1/search/autocomplete", matching.AutocompleteChallenges, auth=Auth.OPTIONAL),
    read("/v1/challenges/{challenge_id}/matches", matching.MatchSolvers),
    read("/v1/matches", matching.MatchChallenges),
    # Notifications
    read("/v1/notifications", notification_queries.ListNotifications),
    act("/v1/notifications/read", notifications.MarkNotificationsRead),
    read("/v1/me/notification-preferences", notification_queries.GetPreferences),
    change("PUT", "/v1/me/notification-preferences", notifications.UpdatePreferences),
    # Administration
    read("/v1/admin/dead-letters", admin_queries.ListDeadLetters),
    act("/v1/admin/dead-letters/replay", admin.ReplayDeadLetters),
    read("/v1/admin/dead-letters/{letter_id}", admin_queries.GetDeadLetter),
    act("/v1/admin/dead-letters/{letter_id}/replay", admin.ReplayDeadLetter),
    act("/v1/admin/dead-letters/{letter_id}/discard", admin.DiscardDeadLetter),
    read("/v1/admin/users", administration.ListAccounts),
    read("/v1/admin/users/{user_id}", administration.GetAccount),
    act("/v1/admin/users/{user_id}/grant-role", administration.GrantRole),
    act("/v1/admin/users/{user_id}/revoke-role", administration.RevokeRole),
    act("/v1/admin/users/{user_id}/suspend", administration.SuspendUser),
    act("/v1/admin/users/{user_id}/ban", administration.BanUser),
    act("/v1/admin/users/{user_id}/restore", administration.RestoreUser),
    read("/v1/admin/audit", administration.SearchAudit),
    # Settings and feature flags
    read("/v1/configuration", configuration.GetClientConfiguration, auth=Auth.OPTIONAL),
    read("/v1/admin/settings", configuration.ListSettings),
    change("PUT", "/v1/admin/settings/{name}", configuration.ChangeSetting),
    read("/v1/admin/flags", configuration.ListFlags),
    change("PUT", "/v1/admin/flags/{name}", configuration.SetFlag),
)
