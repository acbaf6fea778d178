_lib
