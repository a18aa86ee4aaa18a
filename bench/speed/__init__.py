"""The speed benchmarks: what is measured (files, large, accelerators, generate), how (contest, measure), and how it
is kept (report)."""
