"""A market file into a stored market: told before it is done, done as a whole or not at all."""

from marktplatz.usecases.importing.deed import import_into_new_market, import_market
from marktplatz.usecases.importing.plan import ImportPlan, plan_first_import, plan_import, tell_some

__all__ = ["ImportPlan", "import_into_new_market", "import_market", "plan_first_import", "plan_import", "tell_some"]
