//! Reading: lines and the words in them.

use super::assemble::AssembleError;
use super::token::Token;

/// A line of the text.
pub(super) struct Line {
    pub(super) number: u32,
    pub(super) tokens: Vec<Token>,
}

impl Line {
    /// Says which line it was that went wrong.
    pub(super) fn at<T>(&self, result: Result<T, String>) -> Result<T, AssembleError> {
        result.map_err(|message| AssembleError { line: self.number, message })
    }

    /// The word it begins with.
    pub(super) fn keyword(&self) -> &str {
        match self.tokens.first() {
            Some(Token::Word(word, None)) => word,
            _ => "",
        }
    }
}

/// Walking through the tokens of a line.
pub(super) struct Words<'l> {
    rest: &'l [Token],
}

impl<'l> Words<'l> {
    pub(super) fn new(line: &'l Line) -> Self {
        Self { rest: &line.tokens }
    }

    /// Behind the first word.
    pub(super) fn behind(line: &'l Line) -> Self {
        Self { rest: &line.tokens[1..] }
    }

    pub(super) fn peek(&self) -> Option<&'l Token> {
        self.rest.first()
    }

    pub(super) fn next(&mut self) -> Result<&'l Token, String> {
        let (first, rest) = self.rest.split_first().ok_or("something is missing at the end")?;
        self.rest = rest;
        Ok(first)
    }

    pub(super) fn word(&mut self) -> Result<&'l str, String> {
        match self.next()? {
            Token::Word(word, None) => Ok(word),
            other => Err(format!("a word is wanted, not {other:?}")),
        }
    }

    pub(super) fn expect(&mut self, wanted: &str) -> Result<(), String> {
        match self.next()? {
            Token::Word(word, None) if word == wanted => Ok(()),
            _ => Err(format!("'{wanted}' is missing")),
        }
    }

    /// Skips a sign, if it is there.
    pub(super) fn sign(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(&Token::Sign(wanted));
        if found {
            self.rest = &self.rest[1..];
        }
        found
    }

    /// Skips a word, if it is there.
    pub(super) fn skip(&mut self, wanted: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Word(word, None)) if word == wanted);
        if found {
            self.rest = &self.rest[1..];
        }
        found
    }

    pub(super) fn number<N: std::str::FromStr>(&mut self) -> Result<N, String> {
        let word = self.word()?;
        word.parse().map_err(|_| format!("'{word}' is no number that fits here"))
    }

    /// A number behind a `#`.
    pub(super) fn id(&mut self) -> Result<u32, String> {
        match self.next()? {
            Token::Word(word, Some(number)) if word.is_empty() => Ok(*number),
            _ => Err("a number such as #0 is missing".to_owned()),
        }
    }

    pub(super) fn end(&self) -> Result<(), String> {
        match self.rest {
            [] => Ok(()),
            _ => Err("there is too much in this line".to_owned()),
        }
    }
}
