"""pyrax's and rack's files, tenants, authorities and secrets, as the tools read them."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from rcv3_tui import config
from rcv3_tui.config import Flags
from rcv3_tui.config.secrets import CommandSecret, CredentialError, FileSecret
from rcv3_tui.login.prompts import StdinPrompter
from rcv3_tui.settings import UK_IDENTITY, US_IDENTITY, Credentials, Secret
from tests.support.home import KEY, Home

RACKSPACE = f"[rackspace_cloud]\nusername = rax\napi_key = {KEY}\n"


def credentials_file(home: Home, text: str = RACKSPACE) -> None:
    home.paths.pyrax_file.write_text(text)
    home.paths.pyrax_file.chmod(0o600)


def settings_file(home: Home, text: str) -> None:
    assert home.paths.pyrax_settings is not None
    home.paths.pyrax_settings.write_text(text)


# pyrax ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "environ", "region"),
    [
        ("[settings]\nregion = DFW\n[default]\nregion = ORD\n", {}, "ORD"),
        ("[default]\nregion = ORD\n[settings]\nregion = DFW\n", {}, "DFW"),
        ("[a]\nregion = SYD\n[default]\nregion = ORD\n", {}, "ORD"),
        ("[a]\nregion = SYD\n[b]\nregion = ORD\n", {}, "SYD"),
        ("[a]\nregion = SYD\n[b]\nregion = ORD\n", {"RAX_ENV": "b"}, "ORD"),
        ("[settings]\nregion = DFW\n", {"RAX_ENV": "default"}, "DFW"),
        ("[settings]\nregion = DFW\n", {"CLOUD_REGION": "HKG"}, "DFW"),
        ("[settings]\nidentity_type = rackspace\n", {"CLOUD_REGION": "HKG"}, "HKG"),
        ("# a comment\n[settings]\n; another\nregion = DFW\n", {}, "DFW"),
    ],
)
def test_pyraxs_environments_are_those_of_pyrax(
    home: Home, text: str, environ: dict[str, str], region: str
) -> None:
    credentials_file(home)
    settings_file(home, text)
    assert home.load(environ=environ).regions == (region,)


def test_pyraxs_environment_that_is_not_there_is_named(home: Home) -> None:
    credentials_file(home)
    assert 'RAX_ENV names pyrax\'s environment "prod"' in home.error(environ={"RAX_ENV": "prod"})
    settings_file(home, "[pord]\nregion = DFW\n")
    text = home.error(environ={"RAX_ENV": "prod"})
    assert 'which is not in pyrax.cfg; did you mean "pord"?' in text


@pytest.mark.parametrize("variable", ["RAX_CREDS_FILE", "RAX_CREDENTIALS"])
def test_variable_names_another_file_of_credentials(home: Home, variable: str) -> None:
    named = home.root / "mine"
    named.write_text(f"[rackspace_cloud]\nusername = mine\napi_key = {KEY}\n")
    named.chmod(0o600)
    environ = {variable: str(named)}
    settings = home.load(environ=environ)
    assert settings.credentials == Credentials("mine", api_key=Secret(KEY))
    openrc = {"OS_USERNAME": "os", "OS_PASSWORD": "p", "OS_AUTH_SYSTEM": "rackspace"}
    assert home.load(environ=environ | openrc).credentials == settings.credentials
    named.unlink()
    assert f"{variable} names {named}: no such file".replace(f"{home.root}/", "") in home.error(
        environ=environ
    )


@pytest.mark.parametrize(
    ("line", "what"),
    [
        (f'api_key = "{KEY}"', "api_key in [rackspace_cloud] is in quotes"),
        (f"api_key = {KEY} # mine", "api_key in [rackspace_cloud] is followed by a comment"),
        (f"api_key = {KEY} ; mine", "api_key in [rackspace_cloud] is followed by a comment"),
    ],
)
def test_comment_in_a_pyrax_key_is_reported_and_not_sent(home: Home, line: str, what: str) -> None:
    credentials_file(home, f"[rackspace_cloud]\nusername = rax\n{line}\n")
    assert home.error() == (
        f"pyrax:3: {what}, which pyrax takes as part of the value; write the value alone on its "
        "line, without quotes"
    )


def test_pyrax_password_is_used_verbatim(home: Home) -> None:
    credentials_file(home, '[rackspace_cloud]\nusername = rax\npassword = "a ; b # c"\n')
    assert home.load().credentials == Credentials("rax", password=Secret('"a ; b # c"'))


def test_pyrax_tenant_is_read_verbatim(home: Home) -> None:
    credentials_file(home)
    settings_file(home, "[settings]\ntenant_id = 0123\n")
    assert home.load().tenant == "0123"
    settings_file(home, "[settings]\ntenant_name = 777\n")
    assert home.load().tenant == "777"
    settings_file(home, "[settings]\ntenant_name = acme\nverify_ssl = False\nencoding = utf-8\n")
    plan = config.load_pending(Flags(), {}, home.paths)
    assert plan.without_credentials.tenant is None
    named = "\n".join(plan.unhonored)
    assert all(word in named for word in ("tenant_name", "verify_ssl", "encoding"))


# rack ----------------------------------------------------------------------------------------


def rack_file(home: Home, text: str, mode: int = 0o600) -> Path:
    assert home.paths.rack_file is not None
    home.paths.rack_file.write_text(text)
    home.paths.rack_file.chmod(mode)
    return home.paths.rack_file


def test_racks_default_profile_suffices(home: Home) -> None:
    file = rack_file(
        home,
        f'username = "rack"  # me\napi-key = {KEY} ; mine\nregion = IAD\n[staging]\nregion = x\n',
    )
    plan = config.load_pending(Flags(), {}, home.paths)
    settings = plan.settings()
    assert settings.credentials == Credentials("rack", api_key=Secret(KEY))
    assert (settings.regions, settings.identity_url) == (("IAD",), US_IDENTITY)
    assert settings.origins["credentials"] == f"{file}:2"
    assert any("staging" in line for line in plan.unhonored)
    rack_file(home, f"username = rack\napi-key = {KEY}\nauth-url = {UK_IDENTITY}/\n")
    assert home.load().identity_url == UK_IDENTITY


def test_rack_file_of_named_profiles_alone_is_not_silently_skipped(home: Home) -> None:
    file = rack_file(home, f"[staging]\nusername = rack\napi-key = {KEY}\n")
    note = home.load().credentials_note
    assert note.startswith(f"{file} is not used: the profiles staging are not read")


def test_racks_file_comes_last_and_its_secret_is_private(home: Home) -> None:
    rack_file(home, f"username = rack\napi-key = {KEY}\n", 0o644)
    assert "others can read it" in home.error()
    home.pyrax()
    assert home.load().credentials == Credentials("pyrax-user", api_key=Secret(f"{KEY}%"))
    home.paths.pyrax_file.unlink()
    rack_file(home, f"{KEY}\n")
    text = home.error()
    assert text == "rack: this is not an ini file as rack writes it"


# Certificates --------------------------------------------------------------------------------


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_authorities_of_every_http_client_are_trusted(home: Home, variable: str) -> None:
    bundle = home.root / "ca.pem"
    bundle.write_text("")
    environ = {variable: str(bundle)}
    settings = home.load(environ=environ)
    assert settings.ca_bundle == bundle
    assert settings.origins["ca_bundle"] == variable
    openssl = environ | {"SSL_CERT_FILE": "/etc/ssl/cert.pem"}
    plan = config.load_pending(Flags(), openssl, home.paths)
    assert plan.without_credentials.ca_bundle is None
    assert plan.unhonored == (f"{variable} is not honored: SSL_CERT_FILE comes first",)
    bundle.unlink()
    assert home.error(environ=environ).startswith(f"{variable} must be a file that exists")


def test_authorities_of_an_openrc_apply_only_with_its_user(home: Home) -> None:
    bundle = home.root / "ca.pem"
    bundle.write_text("")
    environ = {"OS_CACERT": str(bundle)}
    assert home.load(environ=environ).ca_bundle is None
    environ |= {"OS_USERNAME": "os", "OS_PASSWORD": "p", "OS_AUTH_SYSTEM": "rackspace"}
    assert home.load(environ=environ).ca_bundle == bundle
    home.write_profile(f'username = "a"\napi_key = "{KEY}"')
    assert home.load(Flags(profile="acme"), environ).ca_bundle is None


# Blanks --------------------------------------------------------------------------------------


def test_secret_preserves_spaces_in_every_source(home: Home, tmp_path: Path) -> None:
    blank = Secret(f" {KEY} ")
    for name in ("RCV3", "RS", "RAX"):
        environ = {f"{name}_USERNAME": "u", f"{name}_API_KEY": blank.reveal()}
        assert home.load(environ=environ).credentials == Credentials("u", api_key=blank)
    home.write_profile(f'username = "u"\napi_key = "{blank.reveal()}"')
    assert home.load().credentials == Credentials("u", api_key=blank)
    for ending in ("", "\n", "\r\n", "\nmore\n"):
        file = tmp_path / "key"
        file.write_bytes(blank.reveal().encode() + ending.encode())
        file.chmod(0o600)
        assert FileSecret(file).read() == blank
    assert CommandSecret(f"printf '%s\\n' ' {KEY} '").read() == blank


@pytest.mark.parametrize("sign", ["\N{NO-BREAK SPACE}", "\N{IDEOGRAPHIC SPACE}", "\N{SOFT HYPHEN}"])
def test_password_may_contain_any_spaces(home: Home, sign: str) -> None:
    phrase = Secret(f"open{sign}sesame{sign}")
    environ = {"RCV3_USERNAME": "u", "RCV3_PASSWORD": phrase.reveal()}
    assert home.load(environ=environ).credentials == Credentials("u", password=phrase)


@pytest.mark.parametrize("sign", ["\n", "\t", "\N{LINE SEPARATOR}", "\udcff"])
def test_secret_of_several_lines_is_rejected(home: Home, sign: str) -> None:
    environ = {"RCV3_USERNAME": "u", "RCV3_PASSWORD": f"open{sign}"}
    assert home.error(environ=environ).startswith("RCV3_PASSWORD must be a text on one line")


def test_byte_order_mark_is_not_part_of_a_secret(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_bytes(b"\xef\xbb\xbf" + KEY.encode() + b"\r\n")
    file.chmod(0o600)
    assert FileSecret(file).read() == Secret(KEY)
    file.write_bytes(b"\xef\xbb\xbf\r\n")
    with pytest.raises(CredentialError, match="is empty"):
        FileSecret(file).read()


def test_secret_preserves_spaces_in_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f" {KEY} \r\n"))
    assert StdinPrompter().ask_secret("API key") == Secret(f" {KEY} ")


def test_secret_preserves_spaces_in_clouds_yaml(home: Home) -> None:
    home.openstack(
        f"clouds:\n  a:\n    profile: rackspace\n    auth: {{username: u, api_key: '{KEY} '}}\n"
    )
    assert home.load().credentials == Credentials("u", api_key=Secret(f"{KEY} "))


# Where files are ------------------------------------------------------------------------------


def test_deleted_directory_and_a_missing_home_stop_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*args: object) -> Path:
        raise RuntimeError("Could not determine home directory.")

    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    monkeypatch.setattr(Path, "home", missing)
    monkeypatch.setattr("os.path.expanduser", lambda path: path)
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    where = config.user_paths()
    assert all(each.is_absolute() for each in (where.config_file, where.state_dir))
    mine = {"RCV3_USERNAME": "u", "RCV3_API_KEY": KEY}
    assert config.load(Flags(), mine, where).credentials == Credentials("u", api_key=Secret(KEY))
    assert config.load(Flags(), {}, where).credentials is None


# Tenants -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environ", "tenant"),
    [
        ({"RCV3_TENANT": " 0042 "}, "0042"),
        ({"RS_TENANT_ID": "1"}, None),
        ({"OS_TENANT_ID": "1", "OS_PROJECT_ID": "2"}, None),
    ],
)
def test_tenant_of_another_source_is_not_this_users(
    home: Home, environ: dict[str, str], tenant: str | None
) -> None:
    mine = {"RCV3_USERNAME": "u", "RCV3_API_KEY": KEY}
    assert home.load(environ=mine | environ).tenant == tenant


@pytest.mark.parametrize(
    ("environ", "tenant"),
    [
        ({"OS_PROJECT_ID": "2", "OS_TENANT_ID": "1"}, "2"),
        ({"OS_TENANT_ID": "1"}, "1"),
        ({"OS_TENANT_NAME": "123"}, "123"),
        ({"OS_PROJECT_NAME": "acme", "OS_TENANT_NAME": "123"}, "123"),
        ({"OS_PROJECT_NAME": "acme"}, None),
    ],
)
def test_tenant_of_an_openrc_is_its_number(
    home: Home, environ: dict[str, str], tenant: str | None
) -> None:
    openrc = {"OS_USERNAME": "os", "OS_PASSWORD": "p", "OS_AUTH_SYSTEM": "rackspace"}
    assert home.load(environ=openrc | environ).tenant == tenant


def test_invalid_tenant_is_an_error_with_its_location(home: Home) -> None:
    assert home.error(Flags(tenant="a b")).startswith("--tenant must be the account's number")
    assert home.error(environ={"RCV3_TENANT": "MossoCloudFS_1"}).startswith("RCV3_TENANT must be")
    home.write_profile("tenant = 1.5")
    assert home.error().startswith('config.toml:2: "tenant" in [profiles.acme] must be')
    home.write_profile("tenant = true")
    assert home.error().startswith('config.toml:2: "tenant" in [profiles.acme] must be')


def test_profiles_tenant_is_its_own_users(home: Home) -> None:
    home.write_profile(f'username = "a"\napi_key = "{KEY}"\ntenant = 5')
    mine = {"RCV3_USERNAME": "u", "RCV3_API_KEY": KEY}
    assert home.load(environ=mine).tenant is None
    assert home.load(environ={"RCV3_TENANT": "6"}).tenant == "6"
    assert home.load(Flags(profile="acme"), mine | {"RCV3_TENANT": "6"}).tenant == "5"
    home.write_profile("tenant = 5")
    assert home.load(environ=mine).tenant == "5"
