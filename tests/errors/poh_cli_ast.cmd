poh --engine ast poh_run_in_functions.poh
