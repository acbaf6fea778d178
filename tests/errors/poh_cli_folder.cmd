poh .
