poh poh_import_circle.poh
