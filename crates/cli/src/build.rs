//! `sox build` and `sox targets`: executables of programs.

use crate::args::{BuildArgs, CommonArgs};
use crate::output::{Reporter, print};
use crate::run::input_of;
use sox_driver::{
    BuildError, Built, BuiltSettings, CheckedRun, Debug, Extras, Icon, Input, Look, OptLevel,
    Options, Prepared, Stub, Subsystem, Target, VersionInfo, find_stub, output_path, prepare,
    status, stub_set,
};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Builds a program for each target.
pub(crate) fn build(args: &BuildArgs, common: &CommonArgs) -> i32 {
    let reporter = Reporter::new(common);
    build_all(args, common, reporter).unwrap_or_else(|error| {
        reporter.build_error(&error);
        error.status()
    })
}

fn build_all(args: &BuildArgs, common: &CommonArgs, reporter: Reporter) -> Result<i32, BuildError> {
    let mut start = Instant::now();
    let targets = targets_of(args);
    let input = input_of(&args.file);
    let place = |target: &Target| {
        let several = targets.len() > 1;
        output_path(&input, args.output.as_deref(), *target, several)
    };
    let places = targets.iter().map(place).collect::<Result<Vec<_>, _>>()?;
    let prepared = match prepare_program(args, &input, &places, reporter)? {
        Ok(prepared) => prepared,
        Err(status) => return Ok(status),
    };
    let look = look(args)?;
    // All of them before anything is written.
    let stubs = targets.iter().map(|&target| Stub::find(target));
    let stubs = stubs.collect::<Result<Vec<_>, _>>()?;
    if !stubs.iter().any(|stub| stub.target.is_windows()) {
        warn_of_windows_flags(args, common, reporter);
    }
    let mut worst = status::OK;
    for (stub, place) in stubs.iter().zip(&places) {
        let built = prepared.build(stub, &look, place, args.check)?;
        if !common.quiet {
            let seconds = start.elapsed().as_secs_f64();
            let report = report(&prepared, stub, place, &built, seconds, args.verbose);
            worst = worst.max(print(&report));
        }
        start = Instant::now();
    }
    Ok(worst)
}

fn targets_of(args: &BuildArgs) -> Vec<Target> {
    let mut targets = args.target.clone();
    if targets.is_empty() {
        // On a system that is none of them, the first is as good as any.
        targets.push(Target::host().unwrap_or(Target::LinuxX64));
    }
    let mut seen = Vec::new();
    targets.retain(|target| {
        let new = !seen.contains(target);
        seen.push(*target);
        new
    });
    targets
}

/// Checks the program; if it has errors they are reported, and the exit status says so.
fn prepare_program(
    args: &BuildArgs,
    input: &Input,
    places: &[PathBuf],
    reporter: Reporter,
) -> Result<Result<Prepared, i32>, BuildError> {
    let options = Options {
        module_paths: args.module_path.clone(),
        passes: args.optimizer.passes_or(OptLevel::O2),
        ..Options::default()
    };
    let settings = settings(args);
    let debug = if args.debug { Debug::Texts } else { Debug::Places };
    let (include, compress) = (&*args.include, args.compress);
    let extras = Extras { include, outputs: places, settings, compress, debug };
    Ok(match prepare(input, &options, &extras)? {
        Ok(prepared) => {
            reporter.list(&prepared.diagnostics, &prepared.sources);
            Ok(prepared)
        }
        Err(rejected) => {
            let errors = reporter.list(&rejected.diagnostics, &rejected.sources);
            reporter.count(errors, "; nothing was built");
            Err(rejected.status)
        }
    })
}

/// What the program may do.
fn settings(args: &BuildArgs) -> BuiltSettings {
    let settings = args.rights.denied().fold(BuiltSettings::default(), BuiltSettings::deny);
    let mut settings = if args.rights.sandbox { settings.sandbox() } else { settings };
    settings.max_steps = args.limits.max_steps;
    settings.max_memory = args.limits.max_memory.map(|bytes| bytes as u64);
    settings.max_stack = args.limits.max_stack;
    settings
}

/// What Windows shows of the executable.
fn look(args: &BuildArgs) -> Result<Look, BuildError> {
    let icon = args.icon.as_deref().map(read_icon).transpose()?;
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let version = VersionInfo {
        product_name: text(&args.product_name),
        company_name: text(&args.company),
        description: text(&args.description),
        copyright: text(&args.copyright),
        version: text(&args.version_info),
    };
    let version = (version != VersionInfo::default()).then_some(version);
    let subsystem = args.gui.then_some(Subsystem::Gui);
    Ok(Look { icon, version, subsystem, ..Look::default() })
}

fn read_icon(path: &Path) -> Result<Icon, BuildError> {
    let error = |why: String, was_read| {
        let path = path.to_path_buf();
        let why = why.split(" (os error").next().unwrap_or_default().into();
        BuildError::Icon { path, why, was_read }
    };
    let bytes = std::fs::read(path).map_err(|why| error(why.to_string(), false))?;
    Icon::read(&bytes).map_err(|why| error(why.to_string(), true))
}

fn warn_of_windows_flags(args: &BuildArgs, common: &CommonArgs, reporter: Reporter) {
    let given = [
        ("--icon", args.icon.is_some()),
        ("--product-name", args.product_name.is_some()),
        ("--company", args.company.is_some()),
        ("--description", args.description.is_some()),
        ("--copyright", args.copyright.is_some()),
        ("--version-info", args.version_info.is_some()),
        ("--gui", args.gui),
    ];
    let names: Vec<_> = given.iter().filter(|(_, given)| *given).map(|(name, _)| *name).collect();
    if !names.is_empty() && !common.quiet {
        reporter.warning(&format!("only Windows has a place for {}", names.join(", ")));
    }
}

/// The line that says what was made, and with `verbose` what it consists of.
fn report(
    prepared: &Prepared,
    stub: &Stub,
    place: &Path,
    built: &Built,
    seconds: f64,
    verbose: bool,
) -> String {
    let checked = match built.checked {
        None => "",
        Some(CheckedRun::Ran) => ", runs",
        Some(CheckedRun::Started) => ", starts (and was ended)",
        Some(CheckedRun::OnlyRead) => ", reads back (it cannot be run here)",
    };
    let (size, target) = (size(built.size), stub.target);
    let mut text =
        format!("{}: {target}, {size}, {:.0} ms{checked}\n", place.display(), seconds * 1000.0);
    if verbose {
        for part in built.parts.iter().filter(|part| part.size > 0) {
            let what = match part.name {
                "runtime" => format!("runtime ({})", stub.path.display()),
                "assets" => format!("assets ({} files)", prepared.assets),
                name => name.to_owned(),
            };
            text += &format!("{:>12}  {what}\n", grouped(part.size));
        }
        text += &format!("{:>12}  in all\n", grouped(built.size));
    }
    text
}

/// A size for a sentence.
fn size(bytes: usize) -> String {
    match bytes as f64 / 1000.0 {
        kilo if kilo < 1000.0 => format!("{kilo:.0} KB"),
        kilo => format!("{:.2} MB", kilo / 1000.0),
    }
}

/// A number with its digits in groups of three.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A line for `sox --version`: what programs can be built for, and with which stubs.
pub(crate) fn print_stub_set() {
    if let (targets, Some(hash)) = stub_set() {
        let targets = targets.iter().map(|target| target.name()).collect::<Vec<_>>().join(", ");
        print(&format!("builds for {targets} (stubs {hash})\n"));
    }
}

/// Lists the targets, what there is for them, and how to get the rest.
pub(crate) fn targets() -> i32 {
    let mut text = String::new();
    let mut missing = Vec::new();
    for target in Target::ALL {
        let here = if Target::host() == Some(target) { "runs here" } else { "" };
        let built = match find_stub(target) {
            Ok(path) => {
                let bytes = std::fs::metadata(&path).map_or(0, |metadata| metadata.len());
                format!("build: {} ({})", path.display(), size(bytes as usize))
            }
            Err(looked) => {
                let looked = looked.iter().map(|path| path.display().to_string());
                let looked = looked.collect::<Vec<_>>().join(", ");
                missing.push((target, looked));
                "build: no runtime".to_owned()
            }
        };
        text += &format!("{target:14} {here:10} {built}\n");
    }
    if !missing.is_empty() {
        text += "\nA missing runtime is the folder stubs/TARGET of a Sox release of the same version, or\n\
                 `cargo xtask dist --target TARGET` makes it from the sources. Looked for:\n";
        for (target, looked) in missing {
            text += &format!("  {target:14} {looked}\n");
        }
    }
    print(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_for_people() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([1500, 999_400, 1_234_567].map(size), ["2 KB", "999 KB", "1.23 MB"]);
    }
}
