"""RSMP 3.1.3 to 3.2.2 with the signal exchange list TLC 1.2.1: a supervisor's side and a virtual site."""
