test _lib/broken_test.sox _lib/passing_test.sox
