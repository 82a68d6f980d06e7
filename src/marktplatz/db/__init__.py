"""Records and how they are kept: models with the rules of one record, the engine, queries. No deeds, no HTTP."""
