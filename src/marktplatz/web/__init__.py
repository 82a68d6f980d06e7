"""The service: routes, who may call them, errors as problem+json. Thin: a route calls one use case."""
