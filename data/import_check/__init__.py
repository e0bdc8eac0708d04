"""What an import, or a dry run of one, tells people: the report, the rows that were not taken as a workbook, private uploads."""
