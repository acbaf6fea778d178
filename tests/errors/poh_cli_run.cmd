poh --run poh_run_in_functions.poh
