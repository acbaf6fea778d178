_lib/prints_arguments.sox --max-steps x -q
