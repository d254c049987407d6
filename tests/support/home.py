"""A home directory with the files that settings are read from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from rcv3_tui import config
from rcv3_tui.config import ConfigError, Flags, Paths
from rcv3_tui.settings import Settings

KEY = "s3cr3t-value"
ENVIRONMENT = {"RCV3_USERNAME": "env-user", "RCV3_API_KEY": KEY}

ACME = f"""\
default_profile = "acme"

[profiles.acme]
username = "acme-ops"
api_key = "{KEY}"
regions = ["dfw", "IAD"]
identity = "uk"
read_only = true
protected = true
theme = "nord"
color = "#ff0000"
timeout = 30
ascii = true
mouse = true

[refresh]
interval = 30

[keys]
remove = "ctrl+d"
down = ["j", "down"]
"""

TWO = '[profiles.acme]\nregions = "DFW"\n[profiles.beta]\nregions = "ORD"\n'


class Home:
    """A user's configuration files, in a temporary directory."""

    def __init__(self, tmp_path: Path) -> None:
        self.root = tmp_path
        self.paths = Paths(
            config_file=tmp_path / "config.toml",
            state_dir=tmp_path / "state",
            cache_dir=tmp_path / "cache",
            pyrax_file=tmp_path / "pyrax",
            pyrax_settings=tmp_path / "pyrax.cfg",
            rack_file=tmp_path / "rack",
            openstack_dirs=(tmp_path / "here", tmp_path / "openstack"),
        )

    def write(self, text: str, mode: int = 0o600) -> Path:
        self.paths.config_file.write_text(text)
        self.paths.config_file.chmod(mode)
        return self.paths.config_file

    def write_profile(self, lines: str) -> Path:
        return self.write(f"[profiles.acme]\n{lines}\n")

    def pyrax(self, username: str = "pyrax-user", region: str = "ORD") -> None:
        self.paths.pyrax_file.write_text(
            f"[rackspace_cloud]\nusername = {username}\napi_key = {KEY}%\n"
            f"[settings]\nregion = {region}\n"
        )
        self.paths.pyrax_file.chmod(0o600)

    def openstack(
        self, text: str, name: str = "clouds.yaml", *, mode: int = 0o600, place: int = 1
    ) -> Path:
        """Write a configuration file of OpenStack's tools."""
        file = self.paths.openstack_dirs[place] / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
        file.chmod(mode)
        return file

    def load(
        self, flags: Flags | None = None, environ: Mapping[str, str] | None = None
    ) -> Settings:
        return config.load(flags or Flags(), environ or {}, self.paths)

    def error(self, flags: Flags | None = None, environ: Mapping[str, str] | None = None) -> str:
        with pytest.raises(ConfigError) as caught:
            self.load(flags, environ)
        text = str(caught.value)
        assert "\n" not in text
        assert KEY not in text
        return text.replace(f"{self.root}/", "")
