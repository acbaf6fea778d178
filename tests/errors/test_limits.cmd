test --max-steps 5000 --max-stack 30 _lib/loops_test.sox
