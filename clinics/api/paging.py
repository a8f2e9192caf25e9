"""Pages of a list; at home among the doors, named here for those of the institutions."""

from permissions.doors.paging import PAGE, PageQuery, page_of, paged

__all__ = ["PAGE", "PageQuery", "page_of", "paged"]
