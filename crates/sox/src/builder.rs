//! Settings of an interpreter.

use crate::{Permission, Sox};
use sox_driver::{EngineKind, Options, Repl};
use std::io::Write;
use std::path::PathBuf;

/// Settings of a [`Sox`]; the default is that of the command line.
#[derive(Default)]
pub struct Builder {
    options: Options,
    output: Option<Box<dyn Write + Send>>,
}

impl Builder {
    /// Ends a program, or a call from the host, after this many calls and loop turns.
    pub fn max_steps(mut self, steps: u64) -> Self {
        self.options.max_steps = Some(steps);
        self
    }

    /// Ends a program that needs more than this many bytes.
    pub fn max_memory(mut self, bytes: usize) -> Self {
        self.options.max_memory = Some(bytes);
        self
    }

    /// Bounds the depth of the call stack, in frames.
    pub fn max_stack(mut self, frames: u32) -> Self {
        self.options.max_stack = Some(frames);
        self
    }

    /// Takes one right away.
    pub fn deny(mut self, permission: Permission) -> Self {
        self.options.permissions.deny(permission);
        self
    }

    /// Takes all rights away.
    pub fn sandbox(mut self) -> Self {
        self.options.permissions = sox_library::Permissions::sandbox();
        self
    }

    /// Runs on the tree-walking reference interpreter instead of the virtual machine.
    pub fn reference_engine(mut self) -> Self {
        self.options.engine = EngineKind::Ast;
        self
    }

    /// Looks for imported modules here too.
    pub fn module_path(mut self, folder: impl Into<PathBuf>) -> Self {
        self.options.module_paths.push(folder.into());
        self
    }

    /// Arguments of the program, as `argv` gives them after the first two.
    pub fn args(mut self, args: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.options.argv = vec!["sox".into(), "sox".into()];
        self.options.argv.extend(args.into_iter().map(Into::into));
        self
    }

    /// Where `print` writes; standard output by default.
    ///
    /// ```
    /// use std::sync::{Arc, Mutex};
    ///
    /// #[derive(Clone, Default)]
    /// struct Shared(Arc<Mutex<Vec<u8>>>);
    /// impl std::io::Write for Shared {
    ///     fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
    ///         self.0.lock().unwrap().write(bytes)
    ///     }
    ///     fn flush(&mut self) -> std::io::Result<()> {
    ///         Ok(())
    ///     }
    /// }
    ///
    /// let printed = Shared::default();
    /// let mut sox = sox::Sox::builder().output(printed.clone()).build();
    /// sox.run("print 1 + 1")?;
    /// assert_eq!(*printed.0.lock().unwrap(), b"2\n");
    /// # Ok::<(), sox::Error>(())
    /// ```
    pub fn output(mut self, output: impl Write + Send + 'static) -> Self {
        self.output = Some(Box::new(output));
        self
    }

    /// The interpreter.
    pub fn build(self) -> Sox {
        let output = self.output.unwrap_or_else(|| Box::new(std::io::stdout()));
        Sox::over(sox_driver::on_big_stack(|| Repl::new(&self.options, output)))
    }
}
