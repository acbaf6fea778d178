poh no_such.poh
