chekc app.sox
