test --filter Nowhere _lib/mixed_test.sox
