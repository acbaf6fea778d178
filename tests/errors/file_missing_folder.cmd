no/such/folder/app.sox
