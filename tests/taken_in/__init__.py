"""Images that others built, taken in as releases."""
