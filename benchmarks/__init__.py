"""Timings of mlm_core beside other programs: ``python -m benchmarks``, or ``make bench``."""
