lex_lone_quote.sox/app.sox
