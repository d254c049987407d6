"""Containers that their children cover, and that are painted as plain ground."""

from __future__ import annotations

from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget


class Covered(Widget):
    """Paints its ground alone. Comes last of a class's bases: styles follow the first one.

    Textual paints every container line by line, with padding, border and outline, also where
    nothing is seen of it: a third of what painting a whole screen takes.
    """

    def render_lines(self, crop: Region) -> list[Strip]:
        """Give blank lines of the container's own ground."""
        _, ground = self.background_colors
        blank = Strip.blank(crop.width, Style.from_color(bgcolor=ground.rich_color))
        return [blank] * crop.height
