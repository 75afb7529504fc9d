"""What a result looks like: figures, summary, workbook, page."""
