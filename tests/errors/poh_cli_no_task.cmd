poh
