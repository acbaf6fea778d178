explain E0005
