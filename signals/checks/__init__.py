"""Checks: what is wrong with a plan, a site card or a record, and where.

``check_file`` looks at whatever a file is; ``report_lines`` and ``to_object`` say what it found, to people and to
programs. The rules themselves are pure and know no files: `lamp_rules`, `pair_rules`, `place_rules`.
"""

from __future__ import annotations

from signals.checks.breaches import RULES, Breach, Report, to_object
from signals.checks.kinds import Kind, check_file, kind_of
from signals.checks.lines import report_lines

__all__ = ["RULES", "Breach", "Kind", "Report", "check_file", "kind_of", "report_lines", "to_object"]
