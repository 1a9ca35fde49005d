"""What plates are drawn with, named in one TOML file, so that every renderer uses the same.

glyphs = "glyphs/cn-ga36"                 # folder of STYLE_CHARACTER.jpg
fonts = ["fonts/*.woff2"]                 # for plates of other countries
chinese_fonts = ["fonts/wqy-microhei.ttc"]
backgrounds = ["streets/*.jpg"]           # pictures without plates

Relative paths lie beside the file; `*` stands for any name; a pattern listed twice counts twice.
"""

import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from models.training.plates.backgrounds import Backgrounds
from models.training.plates.render import PlateRenderer
from vision.errors import ConfigurationError


class Kit(BaseModel):
    """Files to draw with; see above."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    glyphs: Path
    fonts: tuple[Path, ...]
    chinese_fonts: tuple[Path, ...]
    backgrounds: tuple[Path, ...]

    def plates(self) -> PlateRenderer:
        """Draws plates."""
        return PlateRenderer(self.glyphs, self.fonts, self.chinese_fonts)

    def around(self) -> Backgrounds:
        """What lies around them."""
        return Backgrounds(self.backgrounds, self.chinese_fonts)


def read_kit(path: Path) -> Kit:
    """The kit that the file names.

    Raises:
        ConfigurationError: not such a file, or a pattern that no file fits.
    """
    try:
        listed = tomllib.loads(path.read_text(encoding="utf-8"))
        found = {key: _found(path.parent, listed.get(key, [])) for key in ("fonts", "chinese_fonts", "backgrounds")}
        return Kit.model_validate({**listed, **found, "glyphs": path.parent / listed.get("glyphs", "")})
    except (OSError, tomllib.TOMLDecodeError, ValidationError) as error:
        raise ConfigurationError(f"{path}: {error}") from error


def _found(folder: Path, patterns: list[str]) -> list[Path]:
    paths = []
    for pattern in patterns:
        whole = folder / pattern
        fits = sorted(whole.parent.glob(whole.name))
        if not fits:
            raise ConfigurationError(f"{pattern}: wanted a file or more, got none")
        paths += fits
    return paths
