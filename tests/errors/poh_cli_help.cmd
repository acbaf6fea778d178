poh --help
