"""A study's files and their checked columns."""
