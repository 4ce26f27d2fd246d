"""Web archives (WARC), read within bounds and written as other archives read them."""
