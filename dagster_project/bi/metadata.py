"""Superset's own tables, its users and the dashboard; run by Superset's interpreter, see server.py.

    python -P metadata.py FOLDER

FOLDER holds databases, datasets, charts and dashboards as Superset exports them; everything there replaces what
Superset had under the same uuid. TILLROLL_BI_ADDRESS is the warehouse, for the login that may read Gold.
"""

import os
import sys
from pathlib import Path
from typing import Any

import flask_migrate
import superset
import yaml
from flask import g
from superset.app import create_app

STATE = Path(os.environ["TILLROLL_BI_STATE"])
READERS = "Tillroll readers"

COMMENTS = """
select pg_class.relname, pg_attribute.attname, col_description(pg_class.oid, pg_attribute.attnum)
from pg_attribute
inner join pg_class on pg_class.oid = pg_attribute.attrelid
where pg_class.relnamespace = 'gold'::regnamespace and pg_attribute.attnum > 0 and not pg_attribute.attisdropped
order by 1, 2
"""


def migrate() -> None:
    """Create or upgrade Superset's tables, permissions and roles."""
    from superset.extensions import appbuilder, security_manager

    flask_migrate.upgrade(directory=str(Path(superset.__file__).with_name("migrations")))
    appbuilder.add_permissions(update_perms=True)
    security_manager.sync_role_definitions()


def make_users() -> Any:
    """An administrator and an analyst, with the passwords that lie beside the database; return the administrator.

    The analyst sees every chart, may build charts and dashboards and ask in SQL Lab; what a metric means is changed in
    the files alone.
    """
    from superset.extensions import security_manager

    security_manager.add_role(READERS)
    for name, roles in {"admin": ["Admin"], "analyst": ["Gamma", "sql_lab", READERS]}.items():
        if security_manager.find_user(name) is None:
            password = (STATE / f"{name}_password").read_text()
            chosen = [security_manager.find_role(role) for role in roles]
            security_manager.add_user(name, name.title(), "Tillroll", f"{name}@localhost", chosen, password)
    return security_manager.find_user("admin")


def read_assets(folder: Path) -> dict[str, str]:
    """Text of each file by its path, the warehouse's address filled in."""
    assets = {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in folder.rglob("*.yaml")}
    for path in assets:
        if path.startswith("databases/"):
            database = yaml.safe_load(assets[path]) | {"sqlalchemy_uri": os.environ["TILLROLL_BI_ADDRESS"]}
            assets[path] = yaml.safe_dump(database)
    return assets


def import_assets(folder: Path) -> None:
    """Put everything of the folder into Superset, and take out what was imported once and is there no longer."""
    from superset import db
    from superset.commands.importers.v1.assets import ImportAssetsCommand
    from superset.connectors.sqla.models import SqlaTable
    from superset.extensions import security_manager
    from superset.models.core import Database
    from superset.models.slice import Slice

    assets = read_assets(folder)
    ImportAssetsCommand(assets).run()

    ours = {str(yaml.safe_load(text).get("uuid")) for text in assets.values()}
    for kind in (Slice, SqlaTable):
        for thing in db.session.query(kind).filter_by(is_managed_externally=True):
            if str(thing.uuid) not in ours:
                db.session.delete(thing)
    for dataset in db.session.query(SqlaTable).filter_by(is_managed_externally=True):
        describe_columns(dataset)
    readers = security_manager.find_role(READERS)
    for database in db.session.query(Database).filter_by(is_managed_externally=True):
        permission = security_manager.add_permission_view_menu("database_access", database.perm)
        if permission not in readers.permissions:
            readers.permissions.append(permission)
    db.session.commit()


def describe_columns(dataset: Any) -> None:
    """Give each column its type in Gold and the description that dbt left there: written once, read everywhere."""
    dataset.fetch_metadata()
    with dataset.database.get_sqla_engine() as engine, engine.connect() as connection:
        comments = connection.execute(COMMENTS).fetchall()
    # The fact that the dataset is made of comes before the dimensions beside it.
    first = [row for row in comments if row[0] == dataset.table_name]
    described = {column: text for _, column, text in [*comments, *first] if text}
    for column in dataset.columns:
        if not column.expression:
            column.description = described.get(column.column_name, column.description)


def main() -> None:
    application = create_app()
    with application.app_context():
        migrate()
        g.user = make_users()
        import_assets(Path(sys.argv[1]))


if __name__ == "__main__":
    main()
