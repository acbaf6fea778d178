test _lib/passing_test.sox
