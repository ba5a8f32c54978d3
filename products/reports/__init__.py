"""The usual reports to the province: one module a report, each registered in `registry`.

A report answers with tables; page, Excel and PDF are drawn from the same tables. To add one: a
module here with a function under `@report`, and its name in `ALL` below.
"""

from importlib import import_module

ALL = ("taking_part", "recognised", "producers", "progress", "granted", "expiring")

for _name in ALL:
    import_module(f"{__name__}.{_name}")
