"""A profile is added to a config.toml, and the rest of the file stays as it is."""

from __future__ import annotations

import tomllib

import pytest

from rcv3_tui.config.toml_edit import set_profile

ONE = """\
# my accounts
default_profile = "acme"   # the usual one

[profiles.acme]  # production
# ask Jo before changing this
username = "old"
api_key_command = "pass show acme"
regions = [
  "DFW",  # dallas
  "IAD",
]
read_only = true

[keys]
remove = "ctrl+d"
"""
NEW = {"username": "new", "api_key_file": "acme.key", "regions": ["ORD"]}


def test_profile_is_added_to_an_empty_file(tmp_path: object) -> None:
    assert set_profile("", "acme", NEW, default=False) == (
        '[profiles.acme]\nusername = "new"\napi_key_file = "acme.key"\nregions = ["ORD"]\n'
    )


def test_new_profile_is_appended_and_nothing_else_changes() -> None:
    text = set_profile(ONE, "beta", NEW, default=False)
    assert text.startswith(ONE)
    assert tomllib.loads(text)["profiles"]["beta"] == NEW
    assert text.removeprefix(ONE).startswith("\n[profiles.beta]\n")


def test_account_is_replaced_and_comments_and_other_keys_stay() -> None:
    text = set_profile(ONE, "acme", NEW, default=False)
    read = tomllib.loads(text)
    assert read["profiles"]["acme"] == {**NEW, "read_only": True}
    assert read["keys"] == {"remove": "ctrl+d"}
    for comment in ("# my accounts", "# the usual one", "# production", "# ask Jo before"):
        assert comment in text
    assert "pass show" not in text
    assert "dallas" not in text


@pytest.mark.parametrize(
    "before",
    [
        "",
        "# a comment\n\n[refresh]\ninterval = 3\n",
        "[profiles.x]\n",
        'default_profile = "x"\n[profiles.x]\n',
        ONE,
        "# only a comment",
        "[keys]\nremove = 'x'",
    ],
)
def test_profile_can_become_the_default(before: str) -> None:
    text = set_profile(before, "acme", NEW, default=True)
    read = tomllib.loads(text)
    assert read["default_profile"] == "acme"
    assert read["profiles"]["acme"]["username"] == "new"
    old = tomllib.loads(before)
    assert {k: v for k, v in read.items() if k not in ("default_profile", "profiles")} == {
        k: v for k, v in old.items() if k not in ("default_profile", "profiles")
    }
    assert all(line in text for line in before.splitlines() if line.startswith("#"))


@pytest.mark.parametrize("value", ['a"b\\c', "tab\there", "é\x7f", "'''", "#no comment"])
def test_any_text_is_read_back_unchanged(value: str) -> None:
    text = set_profile("", "a.b", {"username": value, "keyring": True}, default=False)
    assert tomllib.loads(text)["profiles"]["a.b"] == {"username": value, "keyring": True}


def test_quoted_table_is_the_same_profile() -> None:
    text = set_profile('["profiles"."acme"]\nusername = "old"\n', "acme", NEW, default=False)
    assert tomllib.loads(text)["profiles"] == {"acme": NEW}
