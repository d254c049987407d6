"""The same files read by this program, by OpenStack's SDK and by pyrax say the same.

Left out where those are not installed; docs/configuration.md lists the differences on purpose.
"""

from __future__ import annotations

import configparser
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from rcv3_tui import config
from rcv3_tui.config import Flags
from rcv3_tui.settings import Settings, normalize_identity_url
from tests.support.home import Home

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

SECRET = "s3cr3t-value"

# OpenStack's SDK -----------------------------------------------------------------------------

VENDORS = """\
public-clouds:
  ours:
    auth: {auth_url: https://id.example/v2.0}
    region_name: LON
"""

CLOUDS = {
    "a key by the plug-in": """
        profile: rackspace
        auth_type: rackspace_apikey
        auth: {username: u, api_key: s3cr3t-value}
        region_name: IAD""",
    "a password and a project": """
        profile: rackspace
        auth: {username: u, password: s3cr3t-value, project_id: '0042'}
        region_name: ORD""",
    "a project next to auth": """
        profile: rackspace
        project_id: '7'
        auth: {username: u, password: s3cr3t-value, project_id: '8', tenant_id: '9'}""",
    "a tenant by its old name": """
        profile: rackspace
        auth: {username: u, password: s3cr3t-value, tenant-id: '9'}""",
    "an address of its own": """
        profile: rackspace
        auth: {username: u, password: s3cr3t-value, auth_url: https://id.example/v2.0}""",
    "the old word for a vendor": """
        cloud: rackspace
        auth: {username: u, password: s3cr3t-value}""",
    "a vendor of the file": """
        profile: ours
        auth: {username: u, password: s3cr3t-value}""",
    "several regions": """
        profile: rackspace
        auth: {username: u, password: s3cr3t-value}
        regions: [DFW, {name: ORD, values: {}}]""",
    "authorities": """
        profile: rackspace
        auth: {username: u, password: s3cr3t-value}
        cacert: @HERE@/ca.pem""",
    "authorities by verify": """
        profile: rackspace
        auth: {username: u, password: s3cr3t-value}
        verify: @HERE@/ca.pem""",
}


@pytest.mark.parametrize("with_secure", [False, True], ids=["alone", "with secure.yaml"])
@pytest.mark.parametrize("text", CLOUDS.values(), ids=CLOUDS.keys())
def test_entry_means_what_it_means_to_the_sdk(home: Home, text: str, with_secure: bool) -> None:
    sdk = pytest.importorskip("openstack.config")
    here = home.root / "openstack"
    here.mkdir()
    (here / "ca.pem").write_text("")
    entry = f"clouds:\n  a:{text.replace('@HERE@', str(here))}\n"
    vendors = home.openstack(VENDORS, "clouds-public.yaml")
    if with_secure:
        key = "api_key" if "api_key" in text else "password"
        secure = home.openstack(f"clouds:\n  a:\n    auth: {{{key}: {SECRET}}}\n", "secure.yaml")
        entry = entry.replace(SECRET, "overruled")
    else:
        secure = here / "secure.yaml"
    file = home.openstack(entry)
    theirs = sdk.OpenStackConfig(
        config_files=[str(file)],
        secure_files=[str(secure)],
        vendor_files=[str(vendors)],
        load_envvars=False,
    ).get_one(validate=False)

    ours = home.load(environ={"OS_CLOUD": "a"})

    assert_same(ours, theirs.config)
    verify, _ = theirs.get_requests_verify_args()
    assert (str(ours.ca_bundle) if ours.ca_bundle else True) == verify
    if "region" in text or "ours" in text:
        assert ours.regions[0] == theirs.region_name
    # The only entry needs no name, to either of them.
    assert home.load().credentials == ours.credentials


def assert_same(ours: Settings, theirs: Mapping[str, Any]) -> None:
    # Of the environment, the SDK moves them into `auth` when it signs in.
    auth = {**theirs, **theirs["auth"]}
    assert ours.credentials is not None
    secret = ours.credentials.api_key or ours.credentials.password
    assert secret is not None
    wanted = auth.get("api_key") or auth.get("password")
    assert (ours.credentials.username, secret.reveal()) == (auth["username"], wanted)
    assert ours.identity_url == normalize_identity_url(auth["auth_url"])
    assert ours.tenant == auth.get("project_id")


@pytest.mark.parametrize(
    "environ",
    [
        {"OS_PROJECT_ID": "42", "OS_REGION_NAME": "IAD"},
        {"OS_TENANT_ID": "42"},
        {"OS_TENANT_ID": "42", "OS_PROJECT_ID": "43", "OS_CACERT": "@HERE@/ca.pem"},
    ],
)
def test_openrc_means_what_it_means_to_the_sdk(
    home: Home, monkeypatch: pytest.MonkeyPatch, environ: dict[str, str]
) -> None:
    sdk = pytest.importorskip("openstack.config")
    (home.root / "ca.pem").write_text("")
    openrc = {
        "OS_USERNAME": "u",
        "OS_PASSWORD": SECRET,
        "OS_AUTH_URL": "https://id.example/v2.0",
        **{name: value.replace("@HERE@", str(home.root)) for name, value in environ.items()},
    }
    for name, value in openrc.items():
        monkeypatch.setenv(name, value)
    theirs = sdk.OpenStackConfig(config_files=[], secure_files=[], vendor_files=[]).get_one(
        validate=False
    )

    ours = home.load(environ=openrc)

    assert_same(ours, theirs.config)
    verify, _ = theirs.get_requests_verify_args()
    assert (str(ours.ca_bundle) if ours.ca_bundle else True) == verify
    assert ours.regions == ((theirs.region_name,) if theirs.region_name else ())


# pyrax ---------------------------------------------------------------------------------------

SETTINGS = {
    "settings": "[settings]\nidentity_type = rackspace\nregion = DFW\ntenant_id = 0042\n",
    "default after": "[settings]\nregion = DFW\n[default]\nidentity_type = rackspace\n"
    "region = ORD\n",
    "settings after": "[default]\nregion = ORD\n[settings]\nidentity_type = rackspace\n"
    "region = DFW\n",
    "the first": "[one]\nidentity_type = rackspace\nregion = SYD\n[two]\nregion = HKG\n",
    "default, not the first": "[one]\nregion = SYD\n[default]\nidentity_type = Rackspace\n"
    "region = HKG\n",
    "an address": "[settings]\nidentity_type = rackspace\nauth_endpoint = https://id.example/v2.0\n"
    "region = DFW\n",
    "by a variable": "[settings]\nidentity_type = rackspace\n",
    "comments": "# one\n[settings]\n; two\nidentity_type = rackspace\nregion: DFW\n",
}

CREDENTIALS = {
    "a key": f"[rackspace_cloud]\nusername = u\napi_key = {SECRET}%\n",
    "a password": f'[rackspace_cloud]\nusername: u\npassword: "{SECRET} ; x"\n',
    "both": f"[rackspace_cloud]\nusername = u\npassword = p\napi_key = {SECRET}\n",
    "comments": f"; one\n[rackspace_cloud]\n# two\nusername=u\napi_key={SECRET}   \n",
}


def installed_pyrax() -> ModuleType:
    """Import pyrax, which needs libraries of its time."""
    try:
        return import_module("pyrax")
    except Exception as error:  # what those libraries raise is theirs
        pytest.skip(f"pyrax cannot be imported: {error}")


@pytest.mark.parametrize("text", SETTINGS.values(), ids=SETTINGS.keys())
def test_pyraxs_settings_mean_what_they_mean_to_pyrax(
    home: Home, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    pyrax = installed_pyrax()
    environ = {"CLOUD_REGION": "LON"} if "region" not in text else {}
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    write(home.paths.pyrax_file, CREDENTIALS["a key"])
    assert home.paths.pyrax_settings is not None
    home.paths.pyrax_settings.write_text(text)
    theirs = pyrax.Settings()
    theirs._settings = {"default": dict.fromkeys(theirs.env_dct)}
    theirs._default_set = False
    theirs.read_config(str(home.paths.pyrax_settings))

    ours = home.load(environ=environ)

    assert ours.regions == (theirs.get("region"),)
    assert ours.tenant == theirs.get("tenant_id")
    if (address := theirs.get("auth_endpoint")) is not None:
        assert ours.identity_url == address


@pytest.mark.parametrize("text", CREDENTIALS.values(), ids=CREDENTIALS.keys())
def test_pyraxs_credentials_mean_what_they_mean_to_pyrax(home: Home, text: str) -> None:
    installed_pyrax()
    from pyrax.identity.rax_identity import RaxIdentity

    write(home.paths.pyrax_file, text)
    parser = configparser.ConfigParser()
    parser.read(home.paths.pyrax_file)
    theirs = RaxIdentity.__new__(RaxIdentity)
    theirs._read_credential_file(parser)

    ours = home.load().credentials

    assert ours is not None
    secret = ours.api_key or ours.password
    assert secret is not None
    assert (ours.username, secret.reveal()) == (theirs.username, theirs.password)


def test_keystone_user_of_pyraxs_file_is_pyraxs(home: Home) -> None:
    installed_pyrax()
    from pyrax.identity.keystone_identity import KeystoneIdentity

    text = "[rackspace_cloud]\nusername = r\napi_key = k\n[keystone]\nusername = ks\n"
    write(home.paths.pyrax_file, text + f"password = {SECRET}\ntenant_id = 0042\n")
    assert home.paths.pyrax_settings is not None
    home.paths.pyrax_settings.write_text(
        "[settings]\nidentity_type = keystone\nauth_endpoint = https://id.example/v2.0\n"
    )
    parser = configparser.ConfigParser()
    parser.read(home.paths.pyrax_file)
    theirs = KeystoneIdentity.__new__(KeystoneIdentity)
    theirs._read_credential_file(parser)

    ours = config.load(Flags(), {}, home.paths)

    assert ours.credentials is not None
    assert ours.credentials.password is not None
    assert ours.credentials.username == theirs.username
    assert ours.credentials.password.reveal() == theirs.password
    assert ours.tenant == theirs.tenant_id


def write(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o600)
