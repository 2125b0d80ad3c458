"""What the benchmarks say, not what they measure."""
