"""Which sources there are and in which order; the way from them to the settings of a run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from rcv3_tui import credentials
from rcv3_tui.config import values
from rcv3_tui.config.clouds_file import from_clouds
from rcv3_tui.config.config_file import ConfigFile
from rcv3_tui.config.environment import FAMILIES, from_environment
from rcv3_tui.config.errors import ConfigError
from rcv3_tui.config.flags import Flags, from_flags
from rcv3_tui.config.merging import merge
from rcv3_tui.config.pyrax_file import from_pyrax
from rcv3_tui.config.sources import Entry, Source
from rcv3_tui.config.user_files import Paths, paths, short
from rcv3_tui.credentials import CredentialError
from rcv3_tui.settings import Credentials, Settings

_VARIABLES = frozenset(family.username for family in FAMILIES)


class Plan(Struct, frozen=True):
    """Settings that are complete but for the secret, which is not read yet.

    Between the two the command line can still find that it has nothing to do; a command that
    asks for a key is not run in vain.
    """

    without_credentials: Settings
    choice: credentials.Choice
    overruled: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Setting name to the places that have it too, and did not win."""
    unread: tuple[Callable[[], Source], ...] = ()
    """The sources that nobody needed to look at, since what comes before them is enough."""
    config_file: Path | None = None
    """The file of profiles that was read; None where there is none."""

    def settings(self) -> Settings:
        """Read the secret and give the settings.

        Raises:
            ConfigError: The secret cannot be had.
        """
        offer = self.choice.offer
        if offer is None or offer.username is None or offer.secret is None:
            return replace(self.without_credentials, username_hint=self.choice.username_hint)
        try:
            secret = offer.secret.read()
        except CredentialError as error:
            file, _, line = offer.secret_origin.rpartition(":")
            if not line.isdigit():
                raise ConfigError(offer.secret_origin, None, str(error)) from None
            raise ConfigError(file, int(line), str(error)) from None
        return replace(
            self.without_credentials,
            credentials=Credentials(
                offer.username,
                api_key=None if offer.is_password else secret,
                password=secret if offer.is_password else None,
            ),
        )


def read(flags: Flags, environ: Mapping[str, str], where: Paths | None = None) -> Plan:
    """Gather the settings from every source; only the secret itself is left for later.

    Args:
        flags: What the command line says.
        environ: The environment.
        where: The user's files; those of this system's user if left out.

    Raises:
        ConfigError: Something is wrong, missing or contradictory.
    """
    where = where or paths()
    file = _config_file(flags, environ, where)
    profile, asked_for_by = _profile_name(flags, environ, file)
    sources = [from_flags(flags), *(from_environment(family, environ) for family in FAMILIES)]
    if file is not None and profile is not None:
        sources.append(file.profile(profile, asked_for_by))
    elif profile is not None:
        raise ConfigError(
            None, None, f'{asked_for_by} "{profile}": there is no {short(where.config_file)} yet'
        )
    later = _later_sources(flags, environ, where, file, profile)
    choice = _choose(sources)
    if later and later[0].is_wanted:
        sources.append(later.pop(0).read())
        choice = _choose(sources)
    while choice.offer is None and later:
        sources.append(later.pop(0).read())
        choice = _choose(sources)
    if file is not None:
        sources.append(file.rest)
        if choice.offer is None and choice.username_hint is None and profile is None:
            _refuse_to_guess(file)
    if file is not None and profile is not None:
        own = file.profiles[profile].offer
        named = own.username_origin if own else ""
        if (cloud := file.cloud(profile)) is not None and not named:
            named = cloud.origin
        used = choice.username_origin
        if used and named and used in _VARIABLES:
            choice = _noted(choice, f"{used} stands before the user of [profiles.{profile}]")
    settings, overruled = merge(sources, choice)
    return Plan(
        replace(
            settings,
            profile=profile or "default",
            credentials_note=choice.note,
            log_level=flags.log_level,
            state_dir=where.state_dir,
            cache_dir=where.cache_dir,
        ),
        choice,
        overruled,
        tuple(each.read for each in later),
        file.path if file is not None else None,
    )


def load(flags: Flags, environ: Mapping[str, str], where: Paths | None = None) -> Settings:
    """Gather the settings and read the secret: `read` and `Plan.settings` at once.

    Raises:
        ConfigError: Something is wrong, missing or contradictory.
    """
    return read(flags, environ, where).settings()


class LoginStart(Struct, frozen=True):
    """What is known before credentials are asked for."""

    settings: Settings
    """Where, and how to get there; without credentials."""
    config_file: Path
    """The file that a profile is to be written into; it need not be there."""
    profile: str | None
    """The profile's name, where it was said."""
    username: str | None
    """Whom the profile or the environment names."""


def for_login(flags: Flags, environ: Mapping[str, str], where: Paths | None = None) -> LoginStart:
    """Gather what a login begins with: flags, this program's own variables, and the profile.

    Args:
        flags: What the command line says; the profile that it names need not be there yet.
        environ: The environment.
        where: The user's files; those of this system's user if left out.

    Raises:
        ConfigError: A value is wrong, or the file is.
    """
    where = where or paths()
    named = flags.config if flags.config is not None else environ.get("RCV3_CONFIG", "").strip()
    path = Path(named).expanduser() if named else where.config_file
    file = ConfigFile.read(path)
    profile = flags.profile or environ.get("RCV3_PROFILE", "").strip() or None
    sources = [from_flags(flags), from_environment(FAMILIES[0], environ)]
    if file is not None and profile in file.profiles and profile is not None:
        sources.append(file.profiles[profile])
    offers = [source.offer for source in sources if source.offer]
    settings, _ = merge(sources, credentials.Choice(None))
    return LoginStart(
        replace(
            settings,
            profile=profile or "default",
            log_level=flags.log_level,
            state_dir=where.state_dir,
            cache_dir=where.cache_dir,
        ),
        path,
        profile,
        next((offer.username for offer in offers if offer.username), None),
    )


class _Later(Struct, frozen=True):
    """A source that is read only when it is needed."""

    read: Callable[[], Source]
    is_wanted: bool = False
    """The profile names it, so that it counts whoever the credentials are from."""


def _later_sources(
    flags: Flags,
    environ: Mapping[str, str],
    where: Paths,
    file: ConfigFile | None,
    profile: str | None,
) -> list[_Later]:
    """Give the sources that come after the profile, in their order."""
    found: list[_Later] = []
    own = file.cloud(profile) if file is not None and profile is not None else None
    shared = environ.get("OS_CLOUD", "").strip()
    # A profile that was asked for by name is meant before a variable of all OpenStack tools; one
    # that is only the default is not.
    chosen = flags.profile is not None or bool(environ.get("RCV3_PROFILE", "").strip())
    named = Entry(shared, values.text, "OS_CLOUD") if shared and not (own and chosen) else own
    if named is not None:
        found.append(
            _Later(
                partial(
                    from_clouds,
                    named.value(),
                    named,
                    environ,
                    where.openstack_dirs,
                    settles=named is own,
                ),
                is_wanted=named is own,
            )
        )
    found.append(_Later(partial(from_pyrax, where.pyrax_file, where.pyrax_settings)))
    return found


def _choose(sources: Iterable[Source]) -> credentials.Choice:
    return credentials.choose(source.offer for source in sources if source.offer)


def profile_names(
    environ: Mapping[str, str], where: Paths | None = None, flags: Flags | None = None
) -> tuple[str, ...]:
    """List the profiles that there are, in the file's order.

    Args:
        environ: The environment.
        where: The user's files; those of this system's user if left out.
        flags: What the command line says, for the file that it may name.

    Raises:
        ConfigError: The file is wrong.
    """
    file = _config_file(flags or Flags(), environ, where or paths())
    return tuple(file.profiles) if file is not None else ()


def _config_file(flags: Flags, environ: Mapping[str, str], where: Paths) -> ConfigFile | None:
    named = {"--config": flags.config, "RCV3_CONFIG": environ.get("RCV3_CONFIG", "").strip()}
    for name, raw in named.items():
        if raw is not None and (raw or name == "--config"):
            return ConfigFile.read(Entry(raw, values.file(Path()), name).value(), name)
    return ConfigFile.read(where.config_file)


def _profile_name(
    flags: Flags, environ: Mapping[str, str], file: ConfigFile | None
) -> tuple[str | None, str]:
    """The profile to use, and who asked for it; None where none is meant."""
    if flags.profile is not None:
        return Entry(flags.profile, values.text, "--profile").value(), "--profile"
    if environ.get("RCV3_PROFILE", "").strip():
        return environ["RCV3_PROFILE"].strip(), "RCV3_PROFILE"
    if file is None:
        return None, ""
    if file.default_profile is not None:
        return file.default_profile, "default_profile"
    if len(file.profiles) == 1 or "default" in file.profiles:
        return ("default" if "default" in file.profiles else next(iter(file.profiles))), ""
    return None, ""


def _noted(choice: credentials.Choice, note: str) -> credentials.Choice:
    return replace(choice, note="; ".join(filter(None, (choice.note, note))))


def _refuse_to_guess(file: ConfigFile) -> None:
    if file.profiles:
        names = ", ".join(sorted(file.profiles))
        raise ConfigError(
            file.shown,
            None,
            f"has the profiles {names} but no default_profile; choose one with --profile NAME",
        )
