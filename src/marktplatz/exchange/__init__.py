"""Files in and out, pure: bytes <-> rows <-> values; what a market means is not decided here."""
