"""Figures as data, the summary on screen, the workbook, and the report in one file."""

from entrepot.report.contest import contest_frames
from entrepot.report.contest_document import contest_document, reply_scenario
from entrepot.report.contest_summary import print_contest
from entrepot.report.figures import frames
from entrepot.report.outlook import outlook_frames
from entrepot.report.outlook_document import outlook_document
from entrepot.report.outlook_page import outlook_page
from entrepot.report.outlook_summary import print_outlook
from entrepot.report.page import write_report
from entrepot.report.summary import print_summary
from entrepot.report.workbook import write_workbook

__all__ = [
    "contest_document", "contest_frames", "frames", "outlook_document", "outlook_frames", "outlook_page",
    "print_contest",
    "print_outlook", "print_summary", "reply_scenario", "write_report", "write_workbook",
]  # fmt: skip
