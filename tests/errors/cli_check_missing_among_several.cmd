check lex_lone_quote.sox no_such.sox file_only_comments.sox
