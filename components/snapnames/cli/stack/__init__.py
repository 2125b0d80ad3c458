"""A stack as `pulumi` sees it: its config file, its previews and updates, its locks. Knows no AWS."""
