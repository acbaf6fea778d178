poh --run-bytecode poh_two_texts.poh
