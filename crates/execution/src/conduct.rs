//! The end of a run: `main`, exit handlers, and the report of what was not caught.

use crate::wording::Wording;
use crate::{Ending, ErrorReport, ReportedFrame};
use sox_diagnostics::SourceMap;
use sox_library::HandlerFault;
use sox_runtime::{Cx, ErrorKind, Fault, TraceFrame, Unpacked, Value};

/// Calls the `main` that this global holds, if it is a function, for its exit status.
///
/// # Errors
/// What `main` throws, and an error if it takes other arguments than it is given.
pub fn call_main(cx: &mut Cx<'_>, global: usize) -> Result<i32, Fault> {
    let stack = cx.iso.stack();
    let base = stack.len();
    let main = cx.iso.global(global);
    let Unpacked::Closure(closure) = main.unpack() else { return Ok(0) };
    let info = cx.iso.function_info(closure.function());
    let (takes_arguments, params, required) = (info.params > 0, info.params, info.required);
    if params == 1 || required > 2 {
        // No line of the program makes this call, so the message tells who does.
        let message = format!(
            "main is called with (argc, argv) or with nothing, and cannot take {}.",
            if params == 1 { "1 argument".into() } else { format!("{required} arguments") }
        );
        return Err(Fault::error(ErrorKind::ArityError, message));
    }
    stack.push(main);
    let mut args = 0;
    if takes_arguments {
        for name in ["argc", "argv"] {
            stack.push(cx.iso.builtin(name).unwrap_or(Value::nil()));
            args += 1;
        }
    }
    cx.call(args)?;
    let status = cx.iso.stack().get(base).as_number().map_or(0, sox_semantics::exit_status);
    cx.iso.stack().truncate(base);
    Ok(i32::from(status))
}

/// Ends a run that gave `result`: runs the exit handlers and flushes the output.
pub fn finish(cx: &mut Cx<'_>, sources: &SourceMap, result: Result<i32, Fault>) -> Ending {
    let ended = ending(cx, sources, result);
    let ended = match ended {
        Ending::Exit(_) | Ending::Uncaught(_) => match sox_library::run_exit_handlers(cx) {
            Ok(()) => ended,
            Err(HandlerFault { fault, registered }) => {
                ending_within(cx, sources, Err(fault), &registered)
            }
        },
        Ending::Limit(_) | Ending::Output(_) | Ending::TooLarge(_) => ended,
    };
    match cx.iso.flush_output() {
        Ok(()) => ended,
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => ended,
        Err(error) => Ending::Output(error.to_string()),
    }
}

/// What a result of the program means for the run.
pub fn ending(cx: &mut Cx<'_>, sources: &SourceMap, result: Result<i32, Fault>) -> Ending {
    ending_within(cx, sources, result, &[])
}

/// The same for what ran on behalf of calls that are over.
fn ending_within(
    cx: &mut Cx<'_>,
    sources: &SourceMap,
    result: Result<i32, Fault>,
    calls: &[TraceFrame],
) -> Ending {
    match result {
        Ok(status) => Ending::Exit(status),
        Err(Fault::Exit(status)) => Ending::Exit(status),
        Err(Fault::Limit(limit)) => Ending::Limit(limit),
        Err(Fault::Thrown) => Ending::Uncaught(report_within(cx, sources, calls)),
        Err(fault @ Fault::Error(..)) => {
            let fault = cx.iso.raise(fault, Vec::new);
            ending_within(cx, sources, Err(fault), calls)
        }
    }
}

/// Describes the pending error and clears it.
pub fn report(cx: &mut Cx<'_>, sources: &SourceMap) -> ErrorReport {
    report_within(cx, sources, &[])
}

fn report_within(cx: &mut Cx<'_>, sources: &SourceMap, calls: &[TraceFrame]) -> ErrorReport {
    let Some(error) = cx.iso.pending() else { return ErrorReport::default() };
    let mut trace = error.trace();
    let limit = cx.iso.config().trace_limit;
    let shortened = trace.len() == limit;
    // An error that was made before has a whole trace already.
    if trace.last().is_none_or(|frame| !cx.iso.function_info(frame.function).script) {
        trace.extend_from_slice(calls);
    }
    let stack_overflow = error.kind_name().text() == "StackOverflow";
    let is_plain = error.is_plain();
    let wording = Wording::of(sox_library::words(cx.iso));
    let message = (wording.message)(error).into_owned();
    // Of what the program says itself nothing is known.
    let hint = if error.is_built_in() { wording.hint(&message) } else { None };
    let thrown = error.thrown();
    cx.iso.stack().push(thrown);
    cx.iso.set_pending(None);
    let text = if is_plain { Some(pop_text(cx)) } else { None };
    if !is_plain {
        cx.iso.stack().truncate(cx.iso.stack().len() - 1);
    }
    let message = match text {
        Some(text) => format!("{}{text}", wording.before_thrown_value),
        None => message,
    };
    let help = hint.into_iter().collect();
    let mut report = ErrorReport { message, help, ..ErrorReport::default() };
    if stack_overflow {
        let command = sox_library::command(cx.iso);
        report.notes.extend((wording.depth_limit)(cx.iso.config().max_frames, command));
    }
    if shortened {
        report.notes.push((wording.shortened_trace)(limit));
    }
    let place =
        trace.first().map(|frame| (cx.iso.function_info(frame.function).source, frame.span));
    report.place = place.filter(|(source, _)| sources.contains(*source));
    if trace.iter().any(|frame| frame.line == 0) {
        report.notes.push(wording.no_lines.into());
    }
    for frame in &trace {
        let info = cx.iso.function_info(frame.function);
        let name = (!info.script).then(|| info.name.to_string());
        report.frames.push(ReportedFrame { name, line: frame.line });
    }
    report
}

/// Pops the top of the stack as text; if its `toString` fails, the default form of its kind.
pub fn pop_text(cx: &mut Cx<'_>) -> String {
    let at = cx.iso.stack().len() - 1;
    let result = cx.to_text();
    let stack = cx.iso.stack();
    let text = match result {
        Ok(()) => stack.get(at).as_str().map_or(String::new(), |text| text.text().to_string()),
        Err(_) => {
            cx.iso.set_pending(None);
            "<value whose toString failed>".to_string()
        }
    };
    stack.truncate(at);
    text
}
