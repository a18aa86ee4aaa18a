"""The accuracy measurements: which pairs (cases, workloads), on what (storages, block, cgroups, fuse), how a pair is
made (pairs, program), how it is kept (results) and shown (report)."""
