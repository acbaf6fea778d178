poh --run a.poh --compile b.poh
