"""The JSON API under /api/v1; one module a family of deeds, each with its own In and Out."""
