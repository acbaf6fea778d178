build std_chr.sox --include ../x -o never
