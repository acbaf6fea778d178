//! The flags of `cargo xtask bench`.

/// What to measure.
pub(super) struct Options<'a> {
    /// Small sizes and few rounds: to see that all is well.
    pub(super) quick: bool,
    /// Whether to install missing peers.
    pub(super) install: bool,
    pub(super) rounds: usize,
    /// Engines of Sox in the main table.
    pub(super) engines: Vec<&'a str>,
    /// Whether the evaluator is compared with the machine.
    pub(super) evaluator: bool,
    /// Measure the way from source to bytecode instead.
    pub(super) front_end: bool,
    /// Measure how bytecode files and cached programs start instead.
    pub(super) load: bool,
    /// Compare the levels of the optimizer instead.
    pub(super) levels: bool,
    /// Compare PohLang with Sox instead.
    pub(super) poh: bool,
    /// Measure built executables instead.
    pub(super) executables: bool,
    /// Measure the kernels of the native back end instead.
    pub(super) native: bool,
    /// Measure how fast the native back end compiles instead.
    pub(super) compile: bool,
    /// Build Cranelift to compare that with.
    pub(super) cranelift: bool,
    filters: Vec<&'a str>,
    peers: Vec<&'a str>,
}

const HELP: &str = "\
cargo xtask bench [FLAG…]

  --front-end      instead of programs, the way from source text to bytecode
  --load           instead of programs, bytecode files and starts from the cache
  --levels         instead of languages, the levels of the optimizer
  --poh            instead of the suite, programs in PohLang, beside Sox and Python
  --executables    instead of programs, what `sox build` makes of one, for every target that
                   `cargo xtask dist` has built a stub for
  --native         instead of programs, the kernels of the native back end, beside gcc
  --compile        instead of programs, how fast the native back end compiles, beside C compilers
  --cranelift      with --compile: beside Cranelift too, which is built first (some minutes)
  --quick          small sizes, two rounds, nothing recorded
  --filter NAME    only benchmarks whose name contains it (may be given several times)
  --engine NAME    a column for this engine: ast, vm, vm-O0, vm-O1, vm-O2 (may be given several
                   times; vm if not given)
  --peer NAME      only these peers, by their column's name; `none` for none
  --rounds N       how often each program runs (5)
  --no-evaluator   without the comparison of evaluator and machine
  --no-install     missing peers are not installed, only named";

impl<'a> Options<'a> {
    pub(super) fn parse(flags: &[&'a str]) -> Result<Self, String> {
        let mut options = Options {
            quick: false,
            install: true,
            rounds: 0,
            engines: Vec::new(),
            evaluator: true,
            front_end: false,
            load: false,
            levels: false,
            poh: false,
            executables: false,
            native: false,
            compile: false,
            cranelift: false,
            filters: Vec::new(),
            peers: Vec::new(),
        };
        let mut flags = flags.iter().copied();
        while let Some(flag) = flags.next() {
            let mut value = || flags.next().ok_or(format!("{flag} needs a value\n{HELP}"));
            match flag {
                "--quick" => options.quick = true,
                "--no-install" => options.install = false,
                "--front-end" => options.front_end = true,
                "--load" => options.load = true,
                "--levels" => options.levels = true,
                "--poh" => options.poh = true,
                "--executables" => options.executables = true,
                "--native" => options.native = true,
                "--compile" => options.compile = true,
                "--cranelift" => options.cranelift = true,
                "--no-evaluator" => options.evaluator = false,
                "--filter" => options.filters.push(value()?),
                "--engine" => options.engines.push(value()?),
                "--peer" => options.peers.push(value()?),
                "--rounds" => {
                    let count = value()?.parse().ok().filter(|&count| count > 0);
                    options.rounds = count.ok_or("--rounds needs a number above 0")?;
                }
                _ => return Err(format!("unknown flag {flag}\n{HELP}")),
            }
        }
        if options.engines.is_empty() {
            options.engines.push("vm");
        }
        if options.rounds == 0 {
            options.rounds = if options.quick { 2 } else { 5 };
        }
        Ok(options)
    }

    /// Whether a benchmark is to run.
    pub(super) fn wants(&self, benchmark: &str) -> bool {
        self.filters.is_empty() || self.filters.iter().any(|filter| benchmark.contains(filter))
    }

    /// Whether a peer is to run.
    pub(super) fn wants_peer(&self, name: &str) -> bool {
        self.peers.is_empty() || self.peers.contains(&name)
    }

    /// Whether the figures are those of the whole suite, to be recorded.
    pub(super) fn whole(&self) -> bool {
        !self.quick && self.evaluator && self.filters.is_empty() && self.peers.is_empty()
    }
}
