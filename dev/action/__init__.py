"""What `action.yml` runs on a machine of GitHub: files that need only Python, and that tests run here."""
