"""Sheets: tables that people keep elsewhere, read into the record and written out of it again."""
