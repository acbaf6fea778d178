build syn_catch_alone.sox -o never
