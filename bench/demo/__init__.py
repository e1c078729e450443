"""`make demo-check`: the demo as a visitor gets it, in a folder thrown away afterwards, played, measured and judged."""
