"""Lamps on a bench over Modbus TCP. Not for a road: nothing here watches what the lamps really show."""
