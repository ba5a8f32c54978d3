"""Papers of a round and of a recognition: PDF, Word, Excel and the package for the next level.

They are printed from closed data: results, sheets and pinned sets, which no longer change, and
`RoundRecord`, the names of the day. `record` keeps that, `content` puts it into words, `pdf`,
`word`, `workbook` and `package` draw it, `views` hands it out.
"""
