"""Benchmarks: never timed asserts in tests."""
