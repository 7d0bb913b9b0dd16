"""`report.html`: a run for people to look at, in one file that loads nothing."""

from hyllm.report._report import RunReport, report

__all__ = ["RunReport", "report"]
