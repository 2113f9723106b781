"""Decision tables as spreadsheets, one sheet a table; needs the optional dependency openpyxl."""

from torget_dmn.spreadsheet.exchange import export_workbook, import_workbook
from torget_dmn.spreadsheet.read_sheets import read_tables
from torget_dmn.spreadsheet.write_sheets import write_tables

__all__ = ["export_workbook", "import_workbook", "read_tables", "write_tables"]
