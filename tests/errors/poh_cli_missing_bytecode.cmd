poh --run-bytecode no_such.pbc
