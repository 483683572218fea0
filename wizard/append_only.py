"""Rows that are only ever added: the models refuse to change or delete them, and so does the database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NoReturn, TypeVar

from django.apps import apps
from django.apps.registry import Apps
from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from wizard import record

Row = TypeVar("Row", bound=models.Model)


class AppendOnlyError(TypeError):
    """Something tried to change or delete what is only ever added."""


class AppendOnlyQuerySet(models.QuerySet[Row]):
    """Rows that are only ever added, one by one."""

    def update(self, **_kwargs: Any) -> NoReturn:
        raise AppendOnlyError(f"{self.model.__name__} rows are never changed.")

    def delete(self) -> NoReturn:
        raise AppendOnlyError(f"{self.model.__name__} rows are never deleted.")

    def bulk_create(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        # It would pass by `save`, where a memo is entered in the ledger.
        raise AppendOnlyError(f"{self.model.__name__} rows are added one by one.")


class AppendOnly(models.Model):
    """A row that is added once and then neither changed nor deleted."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnlyError(f"{type(self).__name__} rows are never changed.")
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise AppendOnlyError(f"{type(self).__name__} rows are never deleted.")


def protect(
    tables: Mapping[str, Sequence[tuple[str, ...]]],
) -> Callable[[Apps, BaseDatabaseSchemaEditor], None]:
    """What a migration runs to protect new tables, each with its unique columns."""

    def install(_apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        for table, unique in tables.items():
            for statement in record.triggers(schema_editor.connection.vendor, table, unique):
                schema_editor.execute(statement, params=None)  # the statements hold % as it is

    return install


def protected() -> Iterator[type[AppendOnly]]:
    """Every model whose rows are only ever added."""
    return (model for model in apps.get_models() if issubclass(model, AppendOnly))


def protection(vendor: str, model: type[AppendOnly]) -> list[str]:
    """The statements by which the database protects the model's table, as its migration must have made them."""
    options = model._meta
    columns = {field.name: str(field.column) for field in options.concrete_fields}
    alone = [(columns[field.name],) for field in options.concrete_fields if field.unique]
    together = [
        tuple(columns[name] for name in constraint.fields)
        for constraint in options.total_unique_constraints
        if len(constraint.fields) > 1
    ]
    return list(record.triggers(vendor, options.db_table, [*alone, *together]))
