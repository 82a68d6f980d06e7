"""Only what pyproject.toml cannot say: a wheel carries the migrations, which stand at the top of a checkout, inside the package."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

MIGRATIONS = Path(__file__).parent / "alembic"


class BuildWithMigrations(build_py):
    def run(self) -> None:
        super().run()
        if not self.editable_mode:
            target = Path(self.build_lib) / "marktplatz" / "db" / "migrations"
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(MIGRATIONS, target, ignore=shutil.ignore_patterns("__pycache__"))


setup(cmdclass={"build_py": BuildWithMigrations})
