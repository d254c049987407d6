"""Component styles that are worked out when something is first drawn in them.

Textual works out the style of every component of every widget at each pass over the screen. A
console of a dozen lines and tables has a hundred and forty of them, which took longer than all
the rest of the first picture together; a screen draws in a quarter of them.
"""

from __future__ import annotations

from textual.css.styles import RenderStyles
from textual.dom import DOMNode
from textual.theme import Theme
from textual.widget import Widget


class LateStyles(Widget):
    """A widget whose `COMPONENT_CLASSES` cost nothing until they are drawn in."""

    @classmethod
    def _get_component_classes(cls) -> frozenset[str]:  # type: ignore[override]
        """Tell Textual of none, so that it prepares none."""
        return frozenset()

    def get_component_styles(self, *names: str) -> RenderStyles:
        """Give a component's styles; see `DOMNode.get_component_styles`.

        Raises:
            KeyError: The class has no such component.
        """
        for name in names:
            if name not in self._component_styles:
                if name not in self.COMPONENT_CLASSES:
                    raise KeyError(f"No {name!r} key in COMPONENT_CLASSES")
                stand_in = DOMNode(classes=name)
                stand_in._attach(self)
                self.app.stylesheet.apply(stand_in)
                self._component_styles[name] = stand_in.styles
        return super().get_component_styles(*names)

    def notify_style_update(self) -> None:
        """Forget what was worked out from other styles."""
        self._component_styles.clear()
        super().notify_style_update()

    def on_mount(self) -> None:
        """Be drawn anew with another theme, which may change no style but a component's."""
        self.app.theme_changed_signal.subscribe(self, self._theme_changed)

    def _theme_changed(self, theme: Theme) -> None:
        del theme
        self.notify_style_update()
        self.refresh()
