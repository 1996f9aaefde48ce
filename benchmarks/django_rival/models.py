"""Customers as a Django project has them: a unique code, types and regions in other tables."""

from django.db import models


class Type(models.Model):
    """A type of customer; `code` is its part in codes."""

    code = models.CharField(max_length=4)
    name = models.CharField(max_length=60, unique=True)

    def __str__(self) -> str:
        return str(self.name)


class Region(models.Model):
    """A region; `code` is its part in codes."""

    code = models.CharField(max_length=4)
    name = models.CharField(max_length=60, unique=True)

    def __str__(self) -> str:
        return str(self.name)


class Customer(models.Model):
    """A customer with a code."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=200)
    type = models.ForeignKey(Type, models.PROTECT)
    region = models.ForeignKey(Region, models.PROTECT)
    registered = models.DateField()
    phone = models.CharField(max_length=40, blank=True, db_index=True)
    email = models.CharField(max_length=200, blank=True)
    id_number = models.CharField(max_length=18, blank=True, db_index=True)
    address = models.CharField(max_length=500, blank=True)
    owner = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return str(self.code)
