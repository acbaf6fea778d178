test _lib/prints_arguments.sox
