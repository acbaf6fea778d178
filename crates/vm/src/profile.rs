//! Sampling: which functions run, at the ticks of a clock.
//!
//! Somebody's clock calls [`sox_runtime::InterruptHandle::tick`], which lowers the word that calls
//! and loop turns compare with anyway; so a program that is not sampled pays nothing. On the slow
//! path the machine notes the functions of its frames, with the number of ticks since the last time
//! as weight: a native that works for long without a safepoint counts for the function that called
//! it. In the threaded form returns notice ticks too ([`crate::dispatch`]); so the time between two
//! of these places, which is all spent in the function that comes to the second, counts for it.

use crate::dispatch::Form;
use crate::vm::Vm;
use sox_runtime::FunctionRef;
use std::collections::{BTreeMap, HashMap};

/// Frames of a sample that are noted; of deeper ones the innermost.
const DEEPEST: usize = 256;

/// What [`Profile::folded`] has in the place of frames that were not noted.
const OUTER_FRAMES: &str = "...";

/// The samples of a machine.
#[derive(Debug, Default)]
pub(crate) struct Samples {
    /// Ticks by functions, the innermost first.
    stacks: HashMap<Box<[u32]>, u64>,
    /// Used again by each sample.
    scratch: Vec<u32>,
}

/// A function in a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfiledFunction {
    /// As in traces; `script` for the top level of a program's file.
    pub name: String,
    /// The source it stands in: a path as given, `std/math` ….
    pub source: String,
    /// Where it begins there, from 1; 0 if that is not known.
    pub line: u32,
}

/// Where a program spent its time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// The functions that occur.
    pub functions: Vec<ProfiledFunction>,
    /// Ticks by calls: indices of functions, the outermost first.
    pub stacks: Vec<(Vec<usize>, u64)>,
    /// Samples whose outer frames were not noted begin with this, if there are any.
    outer_frames: Option<usize>,
}

impl Vm {
    /// From now on notes the running functions at each tick. The machine takes the threaded form if
    /// the build has it: in a loop, the time in a function that neither calls nor loops counts for
    /// its caller.
    pub fn start_profile(&mut self) {
        if Form::AVAILABLE.contains(&Form::Threaded) {
            self.form = Form::Threaded;
        }
        self.samples = Some(Samples::default());
    }

    /// What was noted since [`Vm::start_profile`], which is then over; `None` if it was not called.
    pub fn finish_profile(&mut self) -> Option<Profile> {
        let samples = self.samples.take()?;
        let mut profile = Profile::default();
        let mut numbers = HashMap::new();
        for (stack, ticks) in samples.stacks {
            let mut indices: Vec<usize> = Vec::with_capacity(stack.len() + 1);
            if stack.len() > DEEPEST {
                indices.push(profile.outer_frames());
            }
            for &function in stack.iter().take(DEEPEST).rev() {
                let index = *numbers.entry(function).or_insert_with(|| {
                    profile.functions.push(self.profiled_function(FunctionRef(function)));
                    profile.functions.len() - 1
                });
                indices.push(index);
            }
            profile.stacks.push((indices, ticks));
        }
        Some(profile)
    }

    /// Notes the functions that run, if there was a tick.
    #[cold]
    pub(crate) fn sample(&mut self) {
        // SAFETY: the machine runs.
        let ticks = unsafe { &*self.iso }.take_ticks();
        let Some(mut samples) = self.samples.take() else { return };
        if ticks > 0 {
            samples.scratch.clear();
            let frames = self.functions_running().map(|function| function.0);
            samples.scratch.extend(frames.take(DEEPEST + 1));
            // Before `main` is called there may be no frame at all.
            if !samples.scratch.is_empty() {
                let stack = samples.stacks.entry(samples.scratch.as_slice().into());
                *stack.or_default() += u64::from(ticks);
            }
        }
        self.samples = Some(samples);
    }

    fn profiled_function(&self, function: FunctionRef) -> ProfiledFunction {
        let (module, id) = self.origin(function);
        let function = module.function(id);
        let source = module.source_of(function);
        let is_top_level = module.module(function.module).body == id;
        ProfiledFunction {
            name: match is_top_level && !module.module(function.module).library {
                true => "script".into(),
                false => module.name(function.name).into(),
            },
            source: source.name.to_string(),
            line: source.line(function.debug.span.start),
        }
    }
}

impl Profile {
    fn outer_frames(&mut self) -> usize {
        let functions = &mut self.functions;
        *self.outer_frames.get_or_insert_with(|| {
            let name = OUTER_FRAMES.into();
            functions.push(ProfiledFunction { name, source: String::new(), line: 0 });
            functions.len() - 1
        })
    }

    /// The ticks of all samples.
    pub fn ticks(&self) -> u64 {
        self.stacks.iter().map(|(_, ticks)| ticks).sum()
    }

    /// The samples as tools that draw flame graphs read them: a line for each chain of calls, names
    /// from the outermost on with `;` between them, a space, ticks. Sorted.
    pub fn folded(&self) -> String {
        let mut lines: BTreeMap<String, u64> = BTreeMap::new();
        for (stack, ticks) in &self.stacks {
            let names: Vec<&str> =
                stack.iter().map(|&index| &*self.functions[index].name).collect();
            *lines.entry(names.join(";")).or_default() += ticks;
        }
        lines.into_iter().map(|(names, ticks)| format!("{names} {ticks}\n")).collect()
    }

    /// Per function: ticks in itself, ticks in it and what it called; most in themselves first.
    pub fn by_function(&self) -> Vec<(&ProfiledFunction, u64, u64)> {
        let mut own = vec![0; self.functions.len()];
        let mut total = vec![0; self.functions.len()];
        for (stack, ticks) in &self.stacks {
            if let Some(&innermost) = stack.last() {
                own[innermost] += ticks;
            }
            for (at, &index) in stack.iter().enumerate() {
                // A function that called itself counts once.
                if !stack[..at].contains(&index) {
                    total[index] += ticks;
                }
            }
        }
        let mut rows: Vec<_> = (self.functions.iter().zip(own).zip(total))
            .map(|((function, own), total)| (function, own, total))
            .filter(|row| Some(row.0) != self.outer_frames.map(|at| &self.functions[at]))
            .collect();
        rows.sort_by(|a, b| (b.1, b.2, &a.0.name, a.0.line).cmp(&(a.1, a.2, &b.0.name, b.0.line)));
        rows
    }
}
