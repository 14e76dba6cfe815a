"""`python -m taximeter`."""

from taximeter.cli import main

main()
