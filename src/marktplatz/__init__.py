"""Partner matching for a "Marktplatz Gute Geschäfte"; nothing is imported here, so that every part loads alone."""

__version__ = "0.1.0"
