poh repl --watch
