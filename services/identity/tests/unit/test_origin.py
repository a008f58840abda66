"""What is kept of where a session is used."""

import pytest

from identity.domain.origin import Origin


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0", "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36 Edg/130.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Version/18.0 Safari/604.1", "Safari on iPhone"),
        ("curl/8.5.0", "curl"),
        ("", "unknown"),
    ],
)
def test_a_device_has_a_name(agent, device):
    assert Origin.of("", agent).device == device


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2::/64", "2001:db8:1::/48"),
        ("2001:db8:1:2::9", "2001:db8:1::/48"),
        ("unknown", "unknown"),
    ],
)
def test_only_the_range_of_an_address_is_kept(address, network):
    assert Origin.of(address, "").address_range == network
