poh x.poh --nope
