test _lib/top_level_test.sox
