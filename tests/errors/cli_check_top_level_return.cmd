check _lib/calls_back.sox
