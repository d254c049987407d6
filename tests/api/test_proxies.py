from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rcv3_tui.api.proxies import proxy_for

PROXY = {"https_proxy": "http://proxy.example.net:3128"}


def goes_directly(host: str, no_proxy: str) -> bool:
    return proxy_for(f"https://{host}/v2.0", {**PROXY, "no_proxy": no_proxy}) is None


@pytest.mark.parametrize(
    ("environ", "label", "variable"),
    [
        (PROXY, "proxy.example.net:3128", "https_proxy"),
        ({"HTTPS_PROXY": "p:1"}, "p:1", "HTTPS_PROXY"),
        ({"all_proxy": "socks://127.0.0.1:1/"}, "127.0.0.1:1", "all_proxy"),
        ({"ALL_PROXY": "socks5://me:pw@h:1"}, "h:1", "ALL_PROXY"),
        ({"https_proxy": "a:1", "HTTPS_PROXY": "b:1", "all_proxy": "c:1"}, "a:1", "https_proxy"),
        ({"https_proxy": "  ", "ALL_PROXY": "c:1"}, "c:1", "ALL_PROXY"),
        ({"https_proxy": "http://u:p@ss@h:1/x?y"}, "h:1", "https_proxy"),
    ],
)
def test_variable_decides_proxy(environ: dict[str, str], label: str, variable: str) -> None:
    proxy = proxy_for("https://identity.example.com/v2.0", environ)

    assert proxy is not None
    assert (proxy.label, proxy.variable) == (label, variable)


@pytest.mark.parametrize("environ", [{}, {"http_proxy": "p:1"}, {"HTTP_PROXY": "p:1"}])
def test_other_variables_do_not_matter(environ: dict[str, str]) -> None:
    assert proxy_for("https://identity.example.com", environ) is None


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1", "127.1.2.3", "[::1]", "LOCALHOST", "localhost."]
)
def test_loopback_is_reached_directly(host: str) -> None:
    environ = {**PROXY, "http_proxy": "p:1", "all_proxy": "socks://127.0.0.1:1/"}

    assert proxy_for(f"http://{host}:8791/v2.0", environ) is None


@pytest.mark.parametrize(
    ("host", "no_proxy", "directly"),
    [
        ("a.example.com", "example.com", True),
        ("example.com", "example.com", True),
        ("a.example.com", ".example.com", True),
        ("example.com", ".example.com", True),
        ("a.example.com", "*.example.com", True),
        ("a.EXAMPLE.com", "Example.COM", True),
        ("wwwexample.com", "example.com", False),
        ("example.com.evil.net", "example.com", False),
        ("a.example.com", "b.org, example.com", True),
        ("a.example.com", "b.org example.com", True),
        ("a.example.com", "b.org\texample.com ,c.org", True),
        ("a.example.com", "*", True),
        ("a.example.com", "b.org,*", True),
        ("a.example.com", "", False),
        ("a.example.com", ",, ,", False),
        ("a.example.com", "example.com:443", True),
        ("a.example.com", "example.com:8443", False),
        ("a.example.com:8443", "example.com:8443", True),
        ("a.example.com", "https://example.com/", True),
        ("10.1.2.3", "10.0.0.0/8", True),
        ("11.1.2.3", "10.0.0.0/8", False),
        ("10.1.2.3", "10.1.2.3", True),
        ("10.1.2.3", "10.1.2.3:443", True),
        ("10.1.2.3", "10.1.2.3/8", True),
        ("[2001:db8::1]", "2001:db8::/32", True),
        ("[2001:db8::1]", "[2001:db8::1]", True),
        ("[2001:db8::1]", "[2001:db8::1]:443", True),
        ("[2001:db8::1]", "[2001:db8::]/32", True),
        ("[2001:db8::1]", "2001:db8:0::1", True),
        ("[2001:db8::1]", "::1/128", False),
        ("[::ffff:10.1.2.3]", "10.0.0.0/8", True),
        ("a.example.com", "localhost,::1/128", False),
        ("a.example.com", "[::1],fe80::/10,10.0.0.0/99,:::,[,]:x", False),
    ],
)
def test_no_proxy_is_read_as_curl_reads_it(host: str, no_proxy: str, directly: bool) -> None:
    assert goes_directly(host, no_proxy) is directly


@given(st.text(max_size=80), st.sampled_from(["a.example.com", "10.1.2.3", "[2001:db8::1]"]))
def test_no_entry_breaks_choice(no_proxy: str, host: str) -> None:
    goes_directly(host, no_proxy)


@given(st.text(max_size=60))
def test_no_value_breaks_choice(value: str) -> None:
    proxy = proxy_for("https://a.example.com/", {"https_proxy": value})

    assert proxy is None or proxy.label


@given(st.ip_addresses(), st.integers(0, 128))
def test_networks_hold_their_addresses(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address, bits: int
) -> None:
    length = min(bits, address.max_prefixlen)
    network = ipaddress.ip_network(f"{address}/{length}", strict=False)
    host = f"[{address}]" if address.version == 6 else str(address)

    assert goes_directly(host, f"x.org, {network}")


@given(
    st.from_regex(r"[a-z][a-z0-9-]{0,8}(\.[a-z]{2,5}){1,2}", fullmatch=True),
    st.sampled_from(["", ".", "*."]),
    st.sampled_from([",", " ", ", ", "\n"]),
)
def test_domain_holds_what_is_below_it(domain: str, prefix: str, separator: str) -> None:
    listed = separator.join(["q.invalid", f"{prefix}{domain}", "[::1]"])

    assert goes_directly(f"www.{domain}", listed)
    assert not goes_directly(f"www{domain}x", listed)
