"""`python -m marktplatz` is the command line."""

from marktplatz.cli import main

main()
