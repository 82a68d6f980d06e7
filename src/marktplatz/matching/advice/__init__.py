"""The engine's advice while a market is collected: whom an entry could suit, what is missing, what looks wrong; no sentences."""
