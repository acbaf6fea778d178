//! The interpreter a host holds.

use crate::{Arguments, Builder, Error, Trace, Value, convert};
use sox_diagnostics::Renderer;
use sox_driver::{Ending, Entry, ErrorReport, Repl, limit_message, on_big_stack};

/// One isolated interpreter. It can be sent to another thread; two of them share nothing.
pub struct Sox {
    session: Repl,
}

impl Default for Sox {
    fn default() -> Self {
        Self::new()
    }
}

impl Sox {
    /// An interpreter with the settings of the command line: all rights, no limits.
    pub fn new() -> Sox {
        Builder::default().build()
    }

    /// Settings to choose.
    pub fn builder() -> Builder {
        Builder::default()
    }

    pub(crate) fn over(session: Repl) -> Sox {
        Sox { session }
    }

    /// Runs a program; gives the value of its last statement if that is an expression, or of its
    /// `return`, else nil. Names declared at its top level are known to later programs.
    ///
    /// # Errors
    /// If it has compile errors, fails, or reaches a limit. What it did until then stays done.
    pub fn run(&mut self, program: &str) -> Result<Value, Error> {
        let session = &mut self.session;
        on_big_stack(|| {
            let ran = session.evaluate(program, &mut Vec::new());
            take_result(session, ran)
        })
    }

    /// Calls a module-level function that an earlier program declared.
    ///
    /// # Errors
    /// If there is none, or the call fails or reaches a limit.
    pub fn call(&mut self, function: &str, args: impl Arguments) -> Result<Value, Error> {
        let args = args.into_values();
        let session = &mut self.session;
        on_big_stack(|| {
            let ran = session.call(function, |iso| {
                args.iter().try_for_each(|arg| convert::push(iso, arg))?;
                Ok(args.len())
            });
            match ran {
                Some(ran) => take_result(session, ran),
                None => Err(Error::NoFunction(function.into())),
            }
        })
    }

    /// Makes a function of the host callable under a name, with this many arguments. The text of
    /// an `Err` becomes the message of an error that the script can catch.
    pub fn register(
        &mut self,
        name: &str,
        arguments: u32,
        function: impl Fn(&[Value]) -> Result<Value, String> + Send + 'static,
    ) {
        let run = move |cx: &mut sox_runtime::Cx<'_>, args: sox_runtime::Args| {
            let mut values = Vec::with_capacity(args.count);
            for index in 0..args.count {
                let value = args.get(cx.iso, index).unwrap_or(sox_runtime::Value::nil());
                values.push(convert::copy(cx.iso, value)?);
            }
            let result = function(&values).map_err(|message| {
                sox_runtime::Fault::error(sox_runtime::ErrorKind::Error, message)
            })?;
            convert::push(cx.iso, &result)
        };
        self.session.register(name, arguments, Box::new(run));
    }
}

/// Takes the result of a run off the stack, or says how it ended otherwise.
fn take_result(session: &mut Repl, ran: Result<(), Entry>) -> Result<Value, Error> {
    match ran {
        Ok(()) => session
            .take_value(convert::copy)
            .map_err(|fault| Error::Limit(format!("The result cannot be copied: {fault:?}"))),
        Err(Entry::Rejected(diagnostics)) => {
            let renderer = Renderer::default();
            let sources = session.runner().sources();
            let text = diagnostics.iter().map(|diagnostic| renderer.render(diagnostic, sources));
            Err(Error::Compile(text.collect()))
        }
        Err(Entry::Failed(ErrorReport { message, frames, .. })) => {
            Err(Error::Runtime(message, Trace(frames)))
        }
        Err(Entry::Ended(ending)) => Err(match ending {
            Ending::Exit(status) => Error::Exit(status),
            Ending::Uncaught(report) => Error::Runtime(report.message, Trace(report.frames)),
            Ending::Limit(limit) => Error::Limit(limit_message(&limit)),
            Ending::TooLarge(diagnostic) => Error::Limit(diagnostic.message),
            Ending::Output(reason) => Error::Output(reason),
        }),
        Err(Entry::Value(_)) => Ok(Value::Nil),
    }
}
