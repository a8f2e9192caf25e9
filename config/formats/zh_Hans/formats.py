"""A day as everywhere in the product: 12月5日, not 12月05日."""

MONTH_DAY_FORMAT = "n月j日"
