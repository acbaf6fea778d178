-
import lib "_lib/calls_back"
lib.divide(1, 0)
