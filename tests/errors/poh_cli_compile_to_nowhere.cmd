poh --compile poh_lost_copy_warning.poh -o nowhere/x.pbc
