"""What people do with a market: gather, decide, check, say why. One function per deed."""
