explain semicolon
