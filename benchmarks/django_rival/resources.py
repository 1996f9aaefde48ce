"""How django-import-export reads customers: row by row as is its default, or in bulk."""

from typing import Any

from benchmarks.customer_files import HEADINGS
from benchmarks.django_rival.models import Customer, Region, Type
from import_export.fields import Field
from import_export.resources import ModelResource
from import_export.widgets import (
    CachedForeignKeyWidget,
    CharWidget,
    DateWidget,
    ForeignKeyWidget,
)
from sequences import get_next_value


def _column(name: str, widget: Any) -> Any:
    return Field(attribute=name, column_name=HEADINGS[name], widget=widget)


class ByRow(ModelResource):
    """Saves one customer after the other."""

    name = _column("name", CharWidget())
    type = _column("type", ForeignKeyWidget(Type, "name"))
    region = _column("region", ForeignKeyWidget(Region, "name"))
    registered = _column("registered", DateWidget())
    phone = _column("phone", CharWidget())
    email = _column("email", CharWidget())
    id_number = _column("id_number", CharWidget())
    address = _column("address", CharWidget())
    owner = _column("owner", CharWidget())

    class Meta:
        """What the manual begins with."""

        model = Customer
        fields = ("id", *HEADINGS)

    def before_save_instance(self, instance: Any, row: Any, **given: Any) -> None:  # noqa: ARG002 - its interface
        """Number the customer: the scope's counter stays locked until all are committed."""
        day = f"{instance.registered:%Y%m%d}"
        scope = f"{instance.type.code}-{instance.region.code}-{day}"
        instance.code = f"{scope}-{get_next_value(scope):05}"


class InBulk(ByRow):
    """Saves them by the thousand, as the manual advises for speed."""

    type = _column("type", CachedForeignKeyWidget(Type, "name"))
    region = _column("region", CachedForeignKeyWidget(Region, "name"))

    class Meta:
        """What the manual says of large files."""

        model = Customer
        fields = ("id", *HEADINGS)
        use_bulk, batch_size = True, 1000
        skip_diff = skip_html_diff = True
