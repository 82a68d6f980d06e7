"""What holds for every test: no deadlines that a slow machine breaks, and tests only for what the machine has."""

from hypothesis import settings

pytest_plugins = ["system_packages", "service_fixtures", "browsing"]

# On top of whatever Hypothesis chose itself: on a CI machine that is its profile with repeatable examples.
settings.register_profile("marktplatz", settings(), deadline=None)
settings.load_profile("marktplatz")
