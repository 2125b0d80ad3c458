"""What the components register, and the reads that go through their own provider."""
