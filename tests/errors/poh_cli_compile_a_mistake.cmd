poh --compile poh_two_texts.poh -o nowhere/x.pbc
