"""`~/.rackspace_cloud_credentials`, the ini file of pyrax and of the tools beside it."""

from __future__ import annotations

import configparser
from pathlib import Path

from rcv3_tui import credentials
from rcv3_tui.config import values
from rcv3_tui.config.errors import ConfigError
from rcv3_tui.config.sources import Entry, Source
from rcv3_tui.config.user_files import short
from rcv3_tui.credentials import Offer
from rcv3_tui.settings import Secret


def from_pyrax(path: Path) -> Source:
    """What pyrax's file of credentials holds; nothing if there is none.

    Raises:
        ConfigError: It cannot be read.
    """
    shown = short(path)
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Source()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ConfigError(shown, None, f"cannot be read: {reason}") from None
    except UnicodeDecodeError:
        raise ConfigError(shown, None, "this is not UTF-8 text") from None
    except configparser.Error as error:
        # The parser's own text quotes the line, which may be the one with the key.
        number = getattr(error, "lineno", None)
        line = number if isinstance(number, int) else None
        raise ConfigError(shown, line, "this is not an ini file as pyrax writes it") from None
    username = parser.get("rackspace_cloud", "username", fallback="").strip()
    api_key = parser.get("rackspace_cloud", "api_key", fallback="").strip()
    region = parser.get("settings", "region", fallback="").strip()
    return Source(
        offer=Offer(
            username=username or None,
            secret=credentials.WrittenSecret(Secret(api_key)) if api_key else None,
            username_origin=shown,
            secret_origin=shown,
            missing="[rackspace_cloud] lacks " + ("api_key" if username else "username"),
        ),
        regions=Entry(region, values.regions, f"region in [settings] of {shown}")
        if region
        else None,
    )
