"""Attacks on Quaere as its users run it, each with figures that must keep their limits.

``python -m benchmarks.abuse`` runs them. An attack is a function of a :class:`~benchmarks.abuse.attack.Run` that gives
an :class:`~benchmarks.abuse.attack.Outcome`; it works in the run's folder, which is deleted afterwards, and ends every
process that it starts. Needs Linux: it forks, and reads ``/proc``.
"""
