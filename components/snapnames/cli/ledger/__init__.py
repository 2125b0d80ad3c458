"""`snapnames ledger`: which snapshot belongs to which image, what it costs at most, and what is wrong. Only reads."""
