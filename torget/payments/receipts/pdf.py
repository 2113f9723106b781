def receipt_pdf(v): return b""
