"""Passkeys by the library webauthn: options for browsers, and what their answers prove."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, parse_client_data_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from identity.domain.errors import PasskeyInvalid
from identity.domain.second_factors import Passkey

_NAME = "OpenChance"
_DEFECTS = (WebAuthnException, ValueError, KeyError, TypeError, AttributeError)


class WebauthnPasskeys:
    """The port Passkeys. User verification is always asked for: a passkey then stands for possession and knowledge together."""

    def __init__(self, rp_id: str, origins: tuple[str, ...]) -> None:
        self._rp_id = rp_id
        self._origins = list(origins)

    def creation_options(self, user_id: str, email: str, name: str, challenge: str, known: tuple[Passkey, ...]) -> Mapping[str, Any]:
        options = webauthn.generate_registration_options(
            rp_id=self._rp_id,
            rp_name=_NAME,
            user_id=user_id.encode(),
            user_name=email,
            user_display_name=name,
            challenge=challenge.encode(),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=base64url_to_bytes(passkey.credential_id)) for passkey in known],
        )
        return _json(webauthn.options_to_json(options))

    def request_options(self, challenge: str) -> Mapping[str, Any]:
        options = webauthn.generate_authentication_options(
            rp_id=self._rp_id, challenge=challenge.encode(), user_verification=UserVerificationRequirement.REQUIRED
        )
        return _json(webauthn.options_to_json(options))

    def challenge_of(self, credential: Mapping[str, Any]) -> str:
        try:
            return parse_client_data_json(base64url_to_bytes(credential["response"]["clientDataJSON"])).challenge.decode()
        except _DEFECTS as error:
            raise PasskeyInvalid from error

    def claimed(self, credential: Mapping[str, Any]) -> tuple[str, str]:
        try:
            return base64url_to_bytes(credential["response"]["userHandle"]).decode(), str(credential["id"])
        except _DEFECTS as error:
            raise PasskeyInvalid from error

    def created(self, credential: Mapping[str, Any], challenge: str, passkey_id: str, label: str, at: datetime) -> Passkey:
        try:
            verified = webauthn.verify_registration_response(
                credential=dict(credential),
                expected_challenge=challenge.encode(),
                expected_rp_id=self._rp_id,
                expected_origin=self._origins,
                require_user_verification=True,
            )
        except _DEFECTS as error:
            raise PasskeyInvalid from error
        credential_id, public_key = (bytes_to_base64url(part) for part in (verified.credential_id, verified.credential_public_key))
        return Passkey(passkey_id, label, credential_id, public_key, verified.sign_count, at)

    def used(self, credential: Mapping[str, Any], challenge: str, passkey: Passkey, at: datetime) -> Passkey:
        try:
            verified = webauthn.verify_authentication_response(
                credential=dict(credential),
                expected_challenge=challenge.encode(),
                expected_rp_id=self._rp_id,
                expected_origin=self._origins,
                credential_public_key=base64url_to_bytes(passkey.public_key),
                credential_current_sign_count=passkey.sign_count,
                require_user_verification=True,
            )
        except _DEFECTS as error:
            raise PasskeyInvalid from error
        return Passkey(
            passkey.id, passkey.label, passkey.credential_id, passkey.public_key, verified.new_sign_count, passkey.created_at, at
        )


def _json(text: str) -> Mapping[str, Any]:
    read: Mapping[str, Any] = json.loads(text)
    return read
