"""Driving street controllers: the same loop as in simulation, against cabinets.

`config` reads what to drive, `arming` says why a cabinet is not taken over, `seat` follows one cabinet, `street` makes
a world of all of them, `translator` and `splits` turn what is allowed into what a cabinet understands, `service` runs
it.
"""
