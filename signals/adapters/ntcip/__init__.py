"""NTCIP 1202 over SNMP: controllers with phases and rings that take holds, force-offs, omits and calls."""
