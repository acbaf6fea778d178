//! Lines of assembly as words, texts and punctuation.

use std::iter::Peekable;
use std::str::CharIndices;

/// A part of a line.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// Letters, digits and most signs, perhaps with a number behind a `#`.
    Word(String, Option<u32>),
    /// What stood in quotes, perhaps with a number behind a `#`.
    Text(String, Option<u32>),
    /// One of `,`, `(`, `)`.
    Sign(char),
}

/// The tokens of a line, without what stands behind a `;`.
pub(super) fn tokens(line: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut chars = line.char_indices().peekable();
    while let Some(&(start, first)) = chars.peek() {
        match first {
            ';' => break,
            ',' | '(' | ')' => {
                chars.next();
                tokens.push(Token::Sign(first));
            }
            '"' => {
                chars.next();
                let text = text(&mut chars)?;
                tokens.push(Token::Text(text, number(line, &mut chars)?));
            }
            _ if first.is_whitespace() => drop(chars.next()),
            _ => {
                while chars
                    .next_if(|&(_, c)| !c.is_whitespace() && !";,()\"#".contains(c))
                    .is_some()
                {}
                let end = chars.peek().map_or(line.len(), |&(at, _)| at);
                let word = line[start..end].to_owned();
                tokens.push(Token::Word(word, number(line, &mut chars)?));
            }
        }
    }
    Ok(tokens)
}

/// The number behind a `#`, if there is one.
fn number(line: &str, chars: &mut Peekable<CharIndices<'_>>) -> Result<Option<u32>, String> {
    let Some((at, _)) = chars.next_if(|&(_, c)| c == '#') else { return Ok(None) };
    while chars.next_if(|&(_, c)| c.is_ascii_digit()).is_some() {}
    let end = chars.peek().map_or(line.len(), |&(at, _)| at);
    let digits = &line[at + 1..end];
    let number = digits.parse().map_err(|_| format!("'#{digits}' is no number"))?;
    Ok(Some(number))
}

/// What stands in quotes, up to and without the second one. Escapes are those of Rust.
fn text(chars: &mut Peekable<CharIndices<'_>>) -> Result<String, String> {
    let mut text = String::new();
    let open = || "a text has no end".to_owned();
    loop {
        match chars.next().ok_or_else(open)?.1 {
            '"' => return Ok(text),
            '\\' => text.push(match chars.next().ok_or_else(open)?.1 {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                '0' => '\0',
                'u' => unicode(chars)?,
                plain @ ('\\' | '"' | '\'') => plain,
                other => return Err(format!("'\\{other}' is no escape")),
            }),
            other => text.push(other),
        }
    }
}

/// The character of `{hex digits}`.
fn unicode(chars: &mut Peekable<CharIndices<'_>>) -> Result<char, String> {
    let digits: String = chars
        .by_ref()
        .map(|(_, c)| c)
        .skip_while(|&c| c == '{')
        .take_while(|&c| c != '}')
        .collect();
    let scalar = u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32);
    scalar.ok_or_else(|| format!("'\\u{{{digits}}}' is no character"))
}

/// A text as it stands in a listing.
pub(super) fn quoted(text: &str) -> String {
    format!("{text:?}")
}

/// A name as it stands in a listing: quoted unless it is a plain word.
pub(super) fn name(text: &str) -> String {
    let plain = !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_');
    if plain { text.to_owned() } else { quoted(text) }
}
