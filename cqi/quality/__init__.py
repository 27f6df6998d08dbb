"""What a file can and cannot say: findings by county, official limits, best and worst case, and what changed since the last
extract. Counts only; never a row and never a child's value."""

from cqi.quality.bounds import bounds
from cqi.quality.changes import changed_cohorts, changed_stays, changes
from cqi.quality.findings import FINDING_COLUMNS, GAPS, findings
from cqi.quality.limits import broken_limits, limit_reasons, with_limits
from cqi.quality.monthly import monthly

__all__ = ["FINDING_COLUMNS", "GAPS", "bounds", "broken_limits", "changed_cohorts", "changed_stays", "changes", "findings", "limit_reasons", "monthly",
           "with_limits"]
