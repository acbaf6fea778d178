//! Errors of imports: E0050 to E0059.

super::table! {
IMPORT_FAILED = "E0050", "import not found", "\
The imported file was not found or could not be read. A path is looked for beside the importing file,
then in the working directory, then in each `--module-path`; `.sox` may be left out. Paths that begin
with `std/` are built in.

```sox
import \"no/such/file\"
```

```sox
import math \"std/math\"
```
";
IMPORT_NAME = "E0051", "import needs a name", "\
An import binds the last part of its path, which here is no possible name. Put one before the path.

```sox
import \"my-module\"
```

```sox
import m \"std/math\"
```
";
IMPORT_PATH = "E0052", "import path must be a plain string", "\
Imported files are found before anything runs, so the path is a string without interpolation.

```sox
var name = \"math\"
import m \"std/${name}\"
```

```sox
import m \"std/math\"
```
";
}
