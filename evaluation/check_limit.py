"""How often one address may ask for codes that lead nowhere: a guess must stay a guess."""

from ocop_portal.accounts.attempts import Attempts

# Codes that were not found, and product codes typed by hand (they follow a pattern), within a window.
# Scanning valid certificates costs nothing.
MISSES, WINDOW_SECONDS = 20, 600
misses = Attempts("check-code", MISSES, WINDOW_SECONDS)
