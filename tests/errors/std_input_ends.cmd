_lib/reads_input.sox
one
two
