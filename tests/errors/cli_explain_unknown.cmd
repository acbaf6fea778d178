explain E0555
