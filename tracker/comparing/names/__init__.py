"""Names that the whole of one text has, and the whole of the other in no form."""
