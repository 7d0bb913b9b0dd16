"""The version of this hyllm, as its package says it."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("hyllm")
except PackageNotFoundError:  # imported from a checkout that is not installed
    __version__ = "0+unknown"
