build missing.sox
