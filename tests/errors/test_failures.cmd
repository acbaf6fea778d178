test _lib/mixed_test.sox
