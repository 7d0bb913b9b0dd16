def meetings(sheet, found): return []
