test --filter Count _lib/mixed_test.sox
