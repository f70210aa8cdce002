"""A few proposals side by side: one value, made of an address's parameters, and its copies as Markdown and XLSX."""

from proposals.comparison.asked import MOST, Asked
from proposals.comparison.compared import Column, Comparison, compare
from proposals.comparison.markdown import as_markdown
from proposals.comparison.workbook import as_workbook

__all__ = ["MOST", "Asked", "Column", "Comparison", "as_markdown", "as_workbook", "compare"]
