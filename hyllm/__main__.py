"""`python -m hyllm`: the command line."""

from hyllm.cli import main

main()
