"""A data set: a directory of CSV files that people can edit, read into the record and written out of it.

Each file holds the rows of one model under columns named as the model's fields. What is special to a model stands in
`TABLES`; the rest comes from its fields. Where a cell means another row it holds that row's name (`nmpa`, `CN-SH`,
`cgt-industry-2024#3`), which must stand in an earlier file, or above.
"""

from proposals.dataset.reading import load
from proposals.dataset.tables import TABLES, DatasetError
from proposals.dataset.writing import dump

__all__ = ["TABLES", "DatasetError", "dump", "load"]
