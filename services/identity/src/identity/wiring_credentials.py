"""Where the adapters and use cases of API keys, programs and referrals meet."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.wiring import Resources
from identity.adapters.accounts import MongoAccounts
from identity.adapters.credentials import MongoCredentials
from identity.adapters.key_tokens import SignedKeyTokens
from identity.adapters.organisations import MongoOrganisations
from identity.adapters.referral_codes import new_referral_code
from identity.adapters.signed_tokens import AUDIENCE
from identity.adapters.unit_of_work import IdentityUnitOfWork
from identity.settings import Settings
from identity.usecases.claim_referral import ClaimReferralHandler
from identity.usecases.create_api_key import CreateApiKeyHandler
from identity.usecases.exchange_api_key import ExchangeApiKeyHandler
from identity.usecases.get_referral import GetReferralHandler
from identity.usecases.issue_client_token import IssueClientTokenHandler
from identity.usecases.list_api_keys import ListApiKeysHandler
from identity.usecases.list_clients import ListClientsHandler
from identity.usecases.make_credential import MakeCredential
from identity.usecases.qualify_referrals import QualifyReferralsHandler
from identity.usecases.register_client import RegisterClientHandler
from identity.usecases.revoke_api_key import RevokeApiKeyHandler
from identity.usecases.revoke_client import RevokeClientHandler
from identity.usecases.rotate_api_key import RotateApiKeyHandler
from identity.usecases.rotate_client_secret import RotateClientSecretHandler
from identity.wiring import person_keys, signed_tokens


@dataclass(frozen=True, slots=True)
class CredentialUseCases:
    """What keys, programs and referrals do."""

    create_api_key: CreateApiKeyHandler
    list_api_keys: ListApiKeysHandler
    rotate_api_key: RotateApiKeyHandler
    revoke_api_key: RevokeApiKeyHandler
    register_client: RegisterClientHandler
    list_clients: ListClientsHandler
    rotate_client_secret: RotateClientSecretHandler
    revoke_client: RevokeClientHandler
    exchange_api_key: ExchangeApiKeyHandler
    issue_client_token: IssueClientTokenHandler
    get_referral: GetReferralHandler
    claim_referral: ClaimReferralHandler
    qualify_referrals: QualifyReferralsHandler


def build_credentials(resources: Resources[Settings]) -> CredentialUseCases:
    store, settings, now, new_id = resources.store, resources.settings, resources.clock.now, resources.new_id
    keys = person_keys(resources)

    def unit_of_work() -> IdentityUnitOfWork:
        return IdentityUnitOfWork(store, keys)

    accounts, organisations, kept = MongoAccounts(keys), MongoOrganisations(), MongoCredentials()
    credentials = MakeCredential(unit_of_work, SignedKeyTokens(signed_tokens(settings), now), new_id, now)
    resources_of_tokens = frozenset({AUDIENCE, settings.public_url.rstrip("/")})
    return CredentialUseCases(
        create_api_key=CreateApiKeyHandler(credentials),
        list_api_keys=ListApiKeysHandler(unit_of_work),
        rotate_api_key=RotateApiKeyHandler(credentials),
        revoke_api_key=RevokeApiKeyHandler(credentials),
        register_client=RegisterClientHandler(credentials),
        list_clients=ListClientsHandler(unit_of_work),
        rotate_client_secret=RotateClientSecretHandler(credentials),
        revoke_client=RevokeClientHandler(credentials),
        exchange_api_key=ExchangeApiKeyHandler(accounts, organisations, kept, credentials, now),
        issue_client_token=IssueClientTokenHandler(accounts, organisations, kept, credentials, resources_of_tokens, now),
        get_referral=GetReferralHandler(unit_of_work, new_referral_code),
        claim_referral=ClaimReferralHandler(unit_of_work, now),
        qualify_referrals=QualifyReferralsHandler(unit_of_work),
    )
