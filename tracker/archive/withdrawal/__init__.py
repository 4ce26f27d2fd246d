"""Material withdrawn: closed, destroyed on order, or opened again, in the record and all that follows it."""
