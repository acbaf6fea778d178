poh --run-bytecode x.pbc --engine ast
