"""Pictures and pages: one self-contained HTML file about a run or a comparison."""

from signals.report.page import render

__all__ = ["render"]
