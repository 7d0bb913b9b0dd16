"""Where the files hyllm ships are found, in an installed wheel and in a checkout alike."""

from pathlib import Path


def shipped(*parts: str) -> Path:
    """A file or folder that ships with hyllm: inside the package, else at the repository's root."""
    package = Path(__file__).parent
    inside = package.joinpath(*parts)
    return inside if inside.exists() else package.parent.joinpath(*parts)
