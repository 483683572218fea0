"""The legal desk: the docket of memos, acts of review, search, and what follows from them."""
