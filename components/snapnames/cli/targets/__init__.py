"""Commands that work on many accounts and regions."""
