"""How the synthetic networks under ``scenarios/`` were made: `make.py` writes all of their files."""
