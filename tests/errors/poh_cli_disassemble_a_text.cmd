poh --disassemble poh_two_texts.poh
