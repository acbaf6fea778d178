poh --version
