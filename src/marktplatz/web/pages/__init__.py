"""Pages for people: HTML from templates, forms that keep what was typed, the same use cases as the API."""
