"""The options of the command line as a source of settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from msgspec import Struct

from rcv3_tui.config import validators
from rcv3_tui.config.paths import Paths
from rcv3_tui.config.source import ConfigSource, SettingValue

T = TypeVar("T")


class Flags(Struct, frozen=True):
    """The options of the command line, as typed; None and False: not given."""

    profile: str | None = None
    region: str | None = None
    tenant: str | None = None
    config: str | None = None
    identity_url: str | None = None
    ca_bundle: str | None = None
    timeout: str | None = None
    refresh: str | None = None
    read_only: bool = False
    ascii: bool = False
    mouse: bool = False
    no_cache: bool = False
    theme: str | None = None
    log_level: str = "info"


def from_flags(flags: Flags) -> ConfigSource:
    """Return the settings of the options."""

    def given(name: str, raw: object, check: Callable[[object], T]) -> SettingValue[T] | None:
        return None if raw is None or raw is False else SettingValue(raw, check, name)

    return ConfigSource(
        is_own=True,
        is_flags=True,
        regions=given("--region", flags.region, validators.parse_regions),
        tenant=given("--tenant", flags.tenant, validators.parse_tenant),
        identity=given("--identity-url", flags.identity_url, validators.parse_identity),
        ca_bundle=given("--ca-bundle", flags.ca_bundle, validators.existing_path_below(Path())),
        timeout=given(
            "--timeout", flags.timeout, validators.from_typed_text(validators.parse_timeout)
        ),
        interval=given(
            "--refresh", flags.refresh, validators.from_typed_text(validators.parse_interval)
        ),
        read_only=given("--read-only", flags.read_only, validators.parse_bool),
        ascii=given("--ascii", flags.ascii, validators.parse_bool),
        mouse=given("--mouse", flags.mouse, validators.parse_bool),
        cache=SettingValue(False, validators.parse_bool, "--no-cache") if flags.no_cache else None,
        theme=given("--theme", flags.theme, validators.parse_text),
    )


def config_file_path(
    flags: Flags, environ: Mapping[str, str], where: Paths
) -> tuple[Path, str | None]:
    """Return the path of `config.toml`, and the option or variable that names it.

    Raises:
        ConfigError: It is not a path.
    """
    named = {"--config": flags.config, "RCV3_CONFIG": environ.get("RCV3_CONFIG", "").strip()}
    for name, raw in named.items():
        if raw is not None and (raw or name == "--config"):
            return SettingValue(raw, validators.path_below(Path()), name).value(), name
    return where.config_file, None
