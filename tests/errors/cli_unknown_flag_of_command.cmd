check --modul lex_lone_quote.sox
