build app.sox --target linux-x86
