disasm no_such.sox
