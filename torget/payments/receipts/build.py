class ReceiptView: number=""
def build_receipt(**k): return ReceiptView()
