"""Benchmarks: what Narthex costs beside the least that this machine and the chosen libraries would cost.

`python -m bench` measures the budgets of docs/architecture.md, `python -m bench growth` what a million users add.
docs/reference/benchmarks.md explains the table. The figure is always CPU time of the process under test, user and
system together: wall time on a shared machine says more about its neighbours.
"""
