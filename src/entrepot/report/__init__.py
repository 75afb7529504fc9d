"""Figures as data, the summary on screen, the workbook, and the report in one file."""

from entrepot.report.figures import frames
from entrepot.report.page import write_report
from entrepot.report.summary import print_summary
from entrepot.report.workbook import write_workbook

__all__ = ["frames", "print_summary", "write_report", "write_workbook"]
