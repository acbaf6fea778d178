disasm lex_lone_quote.sox
