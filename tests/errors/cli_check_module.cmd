check --module _lib/calls_back.sox
