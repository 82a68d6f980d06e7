"""The pure core: values in, values out; no web, database, clock, files or sentences."""
