poh --engine fast x.poh
