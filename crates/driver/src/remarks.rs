//! Warnings as text, so that a program that comes from the cache is warned of as if it had been
//! compiled.

use serde_json::{Value, json};
use sox_diagnostics::{Diagnostic, SourceId, Span};

/// Warnings as JSON; `number` gives the new number of a source. None if one cannot be kept.
pub(crate) fn write(
    warnings: &[Diagnostic],
    number: impl Fn(SourceId) -> Option<u32>,
) -> Option<String> {
    let one = |it: &Diagnostic| {
        let secondary = it.secondary.iter().map(|(span, text)| json!([span.start, span.end, text]));
        Some(json!({
            "code": it.code.id,
            "source": number(it.source)?,
            "span": [it.span.start, it.span.end],
            "message": it.message,
            "label": it.label,
            "secondary": secondary.collect::<Vec<_>>(),
            "help": it.help,
        }))
    };
    if warnings.is_empty() {
        return Some(String::new());
    }
    let all = warnings.iter().map(one).collect::<Option<Vec<Value>>>()?;
    Some(Value::from(all).to_string())
}

/// The warnings that a text is of, about so many sources. None if it is of none.
pub(crate) fn read(text: &str, sources: u32) -> Option<Vec<Diagnostic>> {
    if text.is_empty() {
        return Some(Vec::new());
    }
    let all: Value = serde_json::from_str(text).ok()?;
    all.as_array()?.iter().map(|value| one(value, sources)).collect()
}

fn one(value: &Value, sources: u32) -> Option<Diagnostic> {
    let id = value["code"].as_str()?;
    let code = crate::codes().iter().copied().find(|code| code.id == id)?;
    let source = number(&value["source"]).filter(|&source| source < sources)?;
    let text = |value: &Value| Some(value.as_str()?.to_owned());
    let place = span(&value["span"])?;
    let message = text(&value["message"])?;
    let mut warning = Diagnostic::warning(code, SourceId(source), place, message);
    warning.label = text(&value["label"])?;
    for other in value["secondary"].as_array()? {
        warning.secondary.push((span(other)?, text(&other[2])?));
    }
    for help in value["help"].as_array()? {
        warning.help.push(text(help)?);
    }
    Some(warning)
}

fn number(value: &Value) -> Option<u32> {
    u32::try_from(value.as_u64()?).ok()
}

fn span(value: &Value) -> Option<Span> {
    let (start, end) = (number(&value[0])?, number(&value[1])?);
    (start <= end).then_some(Span { start, end })
}
