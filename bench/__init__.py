"""How fast the portal is, as ratios within one run: `make bench`, or `python -m bench PART …`."""
