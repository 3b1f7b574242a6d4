"""The benchmark: every controller on every map under the same rules, demand and faults, and one leaderboard.

A suite (`suites`) names maps (`sites`), a rule set (`rule_sets`), sensing tiers (`tiers`), demands and seeds. Every
combination is a `cases.Case`; each runs in a process of its own (`campaign`, `engines`, `task`) and leaves one small
file (`results`). Tables, leaderboard and pictures are made of those files and of nothing else.
"""
