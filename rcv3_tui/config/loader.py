"""Reads all sources in their order and merges them into the settings of a run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from rcv3_tui.config import validators
from rcv3_tui.config.clouds_file import from_clouds, from_only_cloud, has_cloud
from rcv3_tui.config.config_file import ConfigFile
from rcv3_tui.config.credentials import (
    CredentialCandidate,
    ResolvedCredentials,
    resolve_credentials,
)
from rcv3_tui.config.environment import (
    VARIABLE_SETS,
    from_bundles,
    from_environment,
    unhonored_variables,
)
from rcv3_tui.config.errors import ConfigError
from rcv3_tui.config.flags import Flags, config_file_path, from_flags
from rcv3_tui.config.identity_rule import RACKSPACE, IdentityMismatch, identity_for
from rcv3_tui.config.merge import AccountChoice, merge
from rcv3_tui.config.paths import Paths, current_directory, display_path, user_paths
from rcv3_tui.config.pyrax_file import from_pyrax, pyrax_files
from rcv3_tui.config.rack_file import from_rack
from rcv3_tui.config.secrets import (
    CommandSecret,
    CredentialError,
    InlineSecret,
    KeyringSecret,
)
from rcv3_tui.config.source import ConfigSource, SettingValue
from rcv3_tui.settings import Credentials, Settings

ENVIRONMENT_LABEL = "environment"
"""Replaces the name of a default profile in the header where another user is signed in."""

_VARIABLES = frozenset(
    name for family in VARIABLE_SETS for name in (family.username, *family.tokens)
)


class PendingConfig(Struct, frozen=True):
    """The settings without the secret, which is not read yet.

    The command line may still find an error; a command that prints a key then does not run in
    vain.
    """

    without_credentials: Settings
    resolved: ResolvedCredentials
    overridden: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Setting name to its overridden origins."""
    unused: tuple[Callable[[], ConfigSource], ...] = ()
    """The sources that were not read because earlier ones were complete."""
    config_file: Path | None = None
    """The `config.toml` that was read; None if there is none."""
    unhonored: tuple[str, ...] = ()
    """Settings of other tools without effect here, one line each."""

    @property
    def may_prompt(self) -> bool:
        """Whether reading the secret may ask for something on the terminal."""
        candidate = self.resolved.candidate
        return candidate is not None and isinstance(
            candidate.secret, (CommandSecret, KeyringSecret)
        )

    def settings(self) -> Settings:
        """Read the secret and return the complete settings.

        Raises:
            ConfigError: The secret cannot be read.
        """
        candidate = self.resolved.candidate
        if candidate is None or not candidate.names_account or candidate.secret is None:
            return replace(self.without_credentials, username_hint=self.resolved.username_hint)
        try:
            secret = candidate.secret.read()
        except CredentialError as error:
            raise _error_at(candidate.secret_origin, str(error)) from None
        # A variable stays as it is: there is no newer token in it.
        source = None if isinstance(candidate.secret, InlineSecret) else candidate.secret
        return replace(
            self.without_credentials,
            credentials=Credentials.of(
                candidate.kind, candidate.username or "", secret, token_source=source
            ),
        )


def _error_at(origin: str, text: str) -> ConfigError:
    """Return an error about a setting at a file and line, or in a variable."""
    file, _, line = origin.rpartition(":")
    if not line.isdigit():
        return ConfigError(origin, None, text)
    return ConfigError(file, int(line), text)


def load_pending(
    flags: Flags, environ: Mapping[str, str], where: Paths | None = None
) -> PendingConfig:
    """Load the settings from all sources, except the secret.

    Args:
        flags: The options of the command line.
        environ: The environment.
        where: The user's files; None: in the usual places.

    Raises:
        ConfigError: A setting is wrong, missing or contradictory.
    """
    where = where or user_paths()
    file = _config_file(flags, environ, where)
    wanted = _wanted_profile(flags, environ, file, where)
    sources: list[ConfigSource] = []
    unused: list[Callable[[], ConfigSource]] = []
    chosen = AccountChoice(ResolvedCredentials(None))
    for step in _steps(flags, environ, where, file, wanted):
        if chosen.resolved.candidate is not None and step.is_optional:
            unused.append(step.read)
            continue
        sources.append(step.read())
        if step.may_choose:
            sources, chosen = _choose(sources)
    if file is not None and chosen.source is None and wanted.profile is None:
        _refuse_to_guess(file)
    choice = _with_note_of_another_user(chosen.resolved, file, wanted)
    settings, overridden = merge(sources, replace(chosen, resolved=choice))
    found = choice.candidate is not None
    if choice.candidate is not None and choice.candidate.is_token and settings.tenant is None:
        raise _error_at(
            choice.candidate.secret_origin,
            "a token also needs the account's number: set RCV3_TENANT, tenant in the profile, or "
            "--tenant",
        )
    return PendingConfig(
        replace(
            settings,
            profile=_label(wanted, chosen, file, environ.get("OS_CLOUD", "").strip()),
            credentials_note=choice.note,
            sources_searched="" if found else _searched(environ, where, file),
            log_level=flags.log_level,
            state_dir=where.state_dir,
            cache_dir=where.cache_dir,
        ),
        choice,
        overridden,
        tuple(unused),
        file.path if file is not None else None,
        tuple(_unhonored(sources, chosen, environ)),
    )


def load(flags: Flags, environ: Mapping[str, str], where: Paths | None = None) -> Settings:
    """Load the settings and the secret: `load_pending` and `PendingConfig.settings` in one call.

    Raises:
        ConfigError: A setting is wrong, missing or contradictory.
    """
    return load_pending(flags, environ, where).settings()


class LoginDefaults(Struct, frozen=True):
    """The known settings before credentials are asked for."""

    settings: Settings
    """The account and the connection, without credentials."""
    config_file: Path
    """The file to write the profile to; it need not exist."""
    profile: str | None
    """The name of the profile, if there is an option or a variable for it."""
    username: str | None
    """The user name in the profile or the environment."""


def load_login_defaults(
    flags: Flags, environ: Mapping[str, str], where: Paths | None = None
) -> LoginDefaults:
    """Load the defaults of a login from options, this program's variables and the profile.

    Args:
        flags: The options; the profile that they name need not exist.
        environ: The environment.
        where: The user's files; None: in the usual places.

    Raises:
        ConfigError: A value or the file is wrong.
    """
    where = where or user_paths()
    named = flags.config if flags.config is not None else environ.get("RCV3_CONFIG", "").strip()
    path = Path(named).expanduser() if named else where.config_file
    file = ConfigFile.read(path)
    profile = flags.profile or environ.get("RCV3_PROFILE", "").strip() or None
    sources = [from_flags(flags), from_environment(VARIABLE_SETS[0], environ)]
    if file is not None and profile in file.profiles and profile is not None:
        sources.append(file.profiles[profile])
    candidates = [source.candidate for source in sources if source.candidate]
    identity = next((each.identity for each in sources if each.identity), RACKSPACE)
    settings, _ = merge(sources, AccountChoice(ResolvedCredentials(None), None, identity))
    return LoginDefaults(
        replace(
            settings,
            profile=profile or "default",
            log_level=flags.log_level,
            state_dir=where.state_dir,
            cache_dir=where.cache_dir,
        ),
        path,
        profile,
        next((candidate.username for candidate in candidates if candidate.username), None),
    )


class _Wanted(Struct, frozen=True):
    """The selected profile, or cloud of `clouds.yaml`."""

    profile: str | None = None
    """Its name; None: none is selected."""
    asked_for_by: str = ""
    """The option, variable or key that names it; empty: it is the only one."""
    is_cloud: bool = False
    """It is an entry of `clouds.yaml`, not a profile."""


class _SourceStep(Struct, frozen=True):
    """One source in the order of preference, not read yet."""

    read: Callable[[], ConfigSource]
    is_optional: bool = False
    """It is read only if no earlier source has complete credentials."""
    may_choose: bool = True
    """It can have credentials."""


def _steps(
    flags: Flags,
    environ: Mapping[str, str],
    where: Paths,
    file: ConfigFile | None,
    wanted: _Wanted,
) -> Iterator[_SourceStep]:
    """Yield the sources in order of preference.

    A source selected by name precedes variables that happen to be set: `--profile` precedes
    everything, `RCV3_PROFILE` and `OS_CLOUD` precede the variables of other tools.
    """
    own, rs, rax, openstack = (
        _SourceStep(partial(from_environment, family, environ)) for family in VARIABLE_SETS
    )
    profile = list(_profile_steps(file, wanted, environ, where))
    by_flag = wanted.asked_for_by == "--profile"
    by_variable = wanted.asked_for_by == "RCV3_PROFILE"
    yield _SourceStep(partial(from_flags, flags), may_choose=False)
    if by_flag:
        yield from profile
    yield own
    if by_variable:
        yield from profile
    cloud = environ.get("OS_CLOUD", "").strip()
    if cloud:
        entry = SettingValue(cloud, validators.parse_text, "OS_CLOUD")
        read = partial(from_clouds, cloud, entry, environ, where.openstack_dirs)
        yield _SourceStep(read, is_optional=True)
    is_named = by_flag or by_variable or bool(cloud)
    files = pyrax_files(environ, where.pyrax_file, where.pyrax_settings)
    pyrax = _SourceStep(partial(from_pyrax, files, environ), is_optional=True)
    for step in (rs, rax):
        # A region in the shell does not apply to an account selected by name.
        yield _SourceStep(partial(_unshared, step.read)) if is_named else step
    if files.named_by:
        yield pyrax
    yield openstack
    if not by_flag and not by_variable:
        yield from profile
    if not cloud:
        yield _SourceStep(partial(from_only_cloud, environ, where.openstack_dirs), is_optional=True)
    if not files.named_by:
        yield pyrax
    if where.rack_file is not None:
        yield _SourceStep(partial(from_rack, where.rack_file), is_optional=True)
    if file is not None:
        rest = file.rest
        yield _SourceStep(lambda: rest, may_choose=False)
    yield _SourceStep(partial(from_bundles, environ), may_choose=False)


def _profile_steps(
    file: ConfigFile | None, wanted: _Wanted, environ: Mapping[str, str], where: Paths
) -> Iterator[_SourceStep]:
    """Yield the selected profile, and the entry of `clouds.yaml` that it names."""
    name = wanted.profile
    if name is None:
        return
    places = where.openstack_dirs
    if wanted.is_cloud:
        entry = SettingValue(name, validators.parse_text, wanted.asked_for_by)
        yield _SourceStep(partial(from_clouds, name, entry, environ, places))
    elif file is not None:
        yield _SourceStep(partial(file.profile, name, wanted.asked_for_by))
        if (cloud := file.cloud(name)) is not None:
            yield _SourceStep(
                partial(from_clouds, cloud.value(), cloud, environ, places, is_linked=True)
            )


def _unshared(read: Callable[[], ConfigSource]) -> ConfigSource:
    return replace(read(), is_shared=False)


def _choose(sources: Sequence[ConfigSource]) -> tuple[list[ConfigSource], AccountChoice]:
    """Choose the credentials, each only for the Identity it may be sent to; see `identity_rule`.

    Returns:
        The sources, with those marked whose credentials may not be sent anywhere, and the account.
    """
    judged: list[ConfigSource] = []
    places: list[SettingValue[str]] = []
    for number, source in enumerate(sources, start=1):
        place = RACKSPACE
        if source.candidate is not None and not source.candidate.unusable:
            try:
                place = identity_for(source, judged, sources[number:])
            except IdentityMismatch as error:
                candidate = replace(source.candidate, unusable=str(error))
                source = replace(source, candidate=candidate)
        judged.append(source)
        places.append(place)
    choice = resolve_credentials(each.candidate for each in judged if each.candidate)
    for source, place in zip(judged, places, strict=True):
        if source.candidate is not None and _is_meant(source.candidate, choice):
            return judged, AccountChoice(choice, source, place)
    named = next((each.identity for each in judged if each.is_own and each.identity), RACKSPACE)
    return judged, AccountChoice(choice, None, named)


def _is_meant(candidate: CredentialCandidate, choice: ResolvedCredentials) -> bool:
    if choice.candidate is not None:
        return candidate is choice.candidate
    origin = choice.username_origin
    return bool(origin) and not candidate.unusable and candidate.username_origin == origin


def _label(wanted: _Wanted, chosen: AccountChoice, file: ConfigFile | None, cloud: str) -> str:
    """Return the name of the account for the header, never that of another user's profile.

    Only the default profile can be overridden by another user; one selected by name cannot.

    Args:
        wanted: The selected profile or cloud.
        chosen: The account.
        file: The `config.toml`.
        cloud: The entry of `clouds.yaml` that `OS_CLOUD` names; empty: none.
    """
    candidate = chosen.resolved.candidate
    is_entry = candidate is not None and candidate.is_exclusive
    if wanted.is_cloud and wanted.profile is not None:
        return wanted.profile
    if is_entry and cloud and chosen.source is not None and not chosen.source.is_linked:
        # A profile of the same name is another account.
        return ENVIRONMENT_LABEL if file is not None and cloud in file.profiles else cloud
    if wanted.profile is None:
        return "default"
    if file is None or candidate is None or chosen.source is None:
        return wanted.profile
    source = file.profiles[wanted.profile]
    own = source.candidate.username if source.candidate is not None else None
    is_own = own == candidate.username and (own is not None or source.candidate is candidate)
    if chosen.source.is_linked or is_own:
        return wanted.profile
    has_account = source.candidate is not None and source.candidate.names_account
    has_user = has_account or file.cloud(wanted.profile) is not None
    return ENVIRONMENT_LABEL if has_user else wanted.profile


def _with_note_of_another_user(
    choice: ResolvedCredentials, file: ConfigFile | None, wanted: _Wanted
) -> ResolvedCredentials:
    """Add a note if the user in the environment overrides that of the profile."""
    if file is None or wanted.profile is None or wanted.is_cloud:
        return choice
    own = file.profiles[wanted.profile].candidate
    named = (own.username_origin or (own.secret_origin if own.is_token else "")) if own else ""
    if not named and (cloud := file.cloud(wanted.profile)) is not None:
        named = cloud.origin
    candidate = choice.candidate
    used = choice.username_origin or (candidate.secret_origin if candidate else "")
    if used in _VARIABLES and named:
        note = f"{used} comes before the user of [profiles.{wanted.profile}]"
        return _noted(choice, note)
    return choice


def _unhonored(
    sources: Sequence[ConfigSource], chosen: AccountChoice, environ: Mapping[str, str]
) -> Iterator[str]:
    """Yield the settings without effect, of the sources that apply."""
    for source in sources:
        if source is chosen.source or source.is_own or source.is_linked or chosen.source is None:
            yield from source.unhonored
    yield from unhonored_variables(environ)


def _clouds_places(where: Paths) -> Iterator[str]:
    here = current_directory()
    return ("." if place == here else display_path(place) for place in where.openstack_dirs)


def _searched(environ: Mapping[str, str], where: Paths, file: ConfigFile | None) -> str:
    """Return the variables and files that were searched for credentials, in one line."""
    names = [name for group in VARIABLE_SETS for name in (group.username, *group.tokens)]
    files = pyrax_files(environ, where.pyrax_file, where.pyrax_settings)
    found = [
        *names,
        display_path(file.path if file is not None else where.config_file),
        *(f"{place}/clouds.yaml" for place in _clouds_places(where)),
        "secure.yaml next to them",
        display_path(files.credentials),
        *(display_path(each) for each in (files.settings, where.rack_file) if each is not None),
    ]
    return ", ".join(found)


def profile_names(
    environ: Mapping[str, str], where: Paths | None = None, flags: Flags | None = None
) -> tuple[str, ...]:
    """Return the names of the profiles, in the order of the file.

    Args:
        environ: The environment.
        where: The user's files; None: in the usual places.
        flags: The options, which may name the file.

    Raises:
        ConfigError: The file is wrong.
    """
    file = _config_file(flags or Flags(), environ, where or user_paths())
    return tuple(file.profiles) if file is not None else ()


def _config_file(flags: Flags, environ: Mapping[str, str], where: Paths) -> ConfigFile | None:
    return ConfigFile.read(*config_file_path(flags, environ, where))


def _wanted_profile(
    flags: Flags, environ: Mapping[str, str], file: ConfigFile | None, where: Paths
) -> _Wanted:
    """Return the selected profile, or cloud of that name, and what selects it.

    Raises:
        ConfigError: There is neither.
    """
    asked_for_by = ""
    name: str | None = None
    if flags.profile is not None:
        asked_for_by = "--profile"
        name = SettingValue(flags.profile, validators.parse_text, asked_for_by).value()
    elif environ.get("RCV3_PROFILE", "").strip():
        asked_for_by, name = "RCV3_PROFILE", environ["RCV3_PROFILE"].strip()
    if name is not None:
        if file is not None and name in file.profiles:
            return _Wanted(name, asked_for_by)
        if has_cloud(name, environ, where.openstack_dirs):
            return _Wanted(name, asked_for_by, is_cloud=True)
        if file is None:
            missing = f'{asked_for_by} "{name}": there is no {display_path(where.config_file)} yet'
            raise ConfigError(None, None, missing)
        file.profile(name, asked_for_by)
    if file is None:
        return _Wanted()
    if file.default_profile is not None:
        return _Wanted(file.default_profile, "default_profile")
    if "default" in file.profiles:
        return _Wanted("default")
    return _Wanted(next(iter(file.profiles))) if len(file.profiles) == 1 else _Wanted()


def _noted(choice: ResolvedCredentials, note: str) -> ResolvedCredentials:
    return replace(choice, note="; ".join(filter(None, (choice.note, note))))


def _refuse_to_guess(file: ConfigFile) -> None:
    if file.profiles:
        names = ", ".join(sorted(file.profiles))
        raise ConfigError(
            file.shown,
            None,
            f"has the profiles {names} but no default_profile; choose one with --profile NAME",
        )
