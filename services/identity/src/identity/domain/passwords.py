"""Which passwords are refused as the first that an attacker would try (NIST SP 800-63B, 5.1.1.2; OWASP ASVS 5.0, 6.2.4 and 6.2.12)."""

import re
from collections.abc import Container

from identity.domain.account import email_key
from identity.domain.errors import PasswordTrivial

_FEWEST_DIFFERENT_CHARACTERS = 5
_SHORTEST_TELLING_NAME = 4  # a local part such as "jo" is inside many good passphrases
_DECORATION = re.compile(r"^[\W\d_]+|[\W\d_]+$")


def refuse_trivial(password: str, email: str, known: Container[str], field: str = "password") -> None:
    """Let a password pass, or say why not. `known` holds passwords and stems in lower case; `field` is where it came from.

    A known one stays known with digits and signs around it: "password" also covers "!Password2024!".

    Raises:
        PasswordTrivial: it is common, repetitive, or made of the email address.
    """
    lowered = password.lower()
    if lowered in known or _DECORATION.sub("", lowered) in known:
        raise PasswordTrivial("is one of the passwords that attackers try first", field)
    if len(set(lowered)) < _FEWEST_DIFFERENT_CHARACTERS:
        raise PasswordTrivial("repeats too few characters", field)
    name = email_key(email).partition("@")[0]
    if len(name) >= _SHORTEST_TELLING_NAME and name in lowered:
        raise PasswordTrivial("contains the name in the email address", field)
