explain E00050
