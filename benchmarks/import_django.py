"""The rival of imports: django-import-export with django-sequences, on the same embedded server.

    python benchmarks/import_django.py FOLDER FILE.csv ROWS {rows,bulk}

A resource as its manual shows: the type and the region are looked up by their names, dates are
read in the three ways in which the files have them, and before each customer is saved the next
number of the scope is drawn and the code put together. `rows` saves them one by one, as is the
default; `bulk` as its manual advises for speed: by the thousand, without diffs, with look-ups
cached. Both in one transaction. Neither seals, looks for who is there already, nor keeps a ledger.
"""

import json
import sys
from importlib import import_module
from io import StringIO
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Any

import django
import psycopg
from django.conf import settings
from django.core.management import call_command
from psycopg.conninfo import conninfo_to_dict
from tablib import Dataset

from mintmark.store import embedded

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks.customer_rule import TABLES

_DATES = ["%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日"]
_DURABLE = ["fsync", "full_page_writes", "synchronous_commit"]


def main() -> None:
    """Import the first rows of the file; say as JSON how long it took and how many codes came."""
    folder, file, rows, how = sys.argv[1:]
    with embedded.running(Path(folder)) as conninfo:
        _require_durable(conninfo)
        _set_up(conninfo)
        sys.stdout.write(json.dumps(_imported(Path(file), int(rows), how)) + "\n")


def _require_durable(conninfo: str) -> None:
    off = "SELECT name FROM pg_settings WHERE name = ANY (%s) AND setting = 'off'"
    with psycopg.connect(conninfo) as connection:
        if row := connection.execute(off, (_DURABLE,)).fetchone():
            message = f"{row[0]} is off: not comparable"
            raise RuntimeError(message)


def _set_up(conninfo: str) -> None:
    names = {"host": "HOST", "port": "PORT", "user": "USER", "dbname": "NAME"}
    where = {names[name]: value for name, value in conninfo_to_dict(conninfo).items()}
    settings.configure(
        DATABASES={"default": {"ENGINE": "django.db.backends.postgresql", **where}},
        INSTALLED_APPS=["sequences", "import_export", "benchmarks.django_rival"],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        DATE_INPUT_FORMATS=_DATES,
        USE_TZ=True,
    )
    django.setup()
    call_command("migrate", run_syncdb=True, verbosity=0)


def _imported(file: Path, rows: int, how: str) -> dict[str, Any]:
    rival = "benchmarks.django_rival"  # its models can be imported now that Django is set up
    models, resources = import_module(f"{rival}.models"), import_module(f"{rival}.resources")
    for model, name in ((models.Type, "type"), (models.Region, "region")):
        entries = TABLES[name].items()
        model.objects.bulk_create([model(code=code, name=value) for code, value in entries])
    resource = {"rows": resources.ByRow, "bulk": resources.InBulk}[how]()
    begun = perf_counter()
    with file.open(encoding="utf-8-sig", newline="") as source:
        text = StringIO("".join(islice(source, rows + 1)))
    resource.import_data(
        Dataset().load(text, format="csv"), use_transactions=True, raise_errors=True
    )
    seconds = perf_counter() - begun
    coded = models.Customer.objects.exclude(code="").count()
    if coded != rows:
        message = f"only {coded} of {rows} rows were imported"
        raise RuntimeError(message)
    return {"seconds": seconds, "coded": coded}


if __name__ == "__main__":
    main()
