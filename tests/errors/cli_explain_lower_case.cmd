explain w0003
