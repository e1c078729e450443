"""Pages of long lists without counting all of them."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.utils.functional import cached_property
from typing_extensions import override

MOST_COUNTED = 2_000


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts at most 2,000 rows: who looks for an older one filters by its day."""

    @cached_property
    @override
    def count(self) -> int:
        rows: Any = self.object_list
        return len(rows.values_list("pk", flat=True)[: MOST_COUNTED + 1])

    @override
    def page(self, number: Any) -> Page[Any]:
        """The rows before the page are passed by their keys alone: what belongs to a row is read for those shown."""
        number = self.validate_number(number)
        rows: Any = self.object_list
        if number == 1:
            return super().page(number)
        first = (number - 1) * self.per_page
        keys = rows.values_list("pk", flat=True)[first : first + self.per_page]
        return Page(rows.filter(pk__in=list(keys)), number, self)
