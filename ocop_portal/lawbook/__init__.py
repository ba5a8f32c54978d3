"""The law as the office keeps it: versions entered and checked here, the reading room, the rehearsal.

`ocop_portal.law` is the law itself, pure and read from files. This room adds what needs a database
and people: which version of a set is current, who compared it with the signed text, and the pages
on which everyone reads the law and tries a sheet out.
"""
