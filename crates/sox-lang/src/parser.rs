//! Tokens to the syntax tree: recursive descent for statements, operator precedence for expressions.
//!
//! An error is reported where it is found and travels up as [`Abandoned`] to the innermost place
//! that can go on: the head of a block, an arm of a `switch`, a member of a class, a statement (see
//! [`recovery`]). So each mistake is reported once.
//!
//! Every construct that nests counts against [`MAX_NESTING`]; chains of operators, calls and members
//! are loops here and bounded by the height of their tree. After either limit is hit nothing more is
//! read: such a text is generated, and recovering through the rest of it helps nobody.

mod classes;
mod control;
mod declarations;
mod expressions;
mod functions;
mod literals;
mod recovery;
mod statements;

pub(crate) use declarations::module_name;

use crate::ast::{Ast, Block, Declared, ExprId, ExprKind, Function, Id, Run, Stmt, VariableId};
use crate::codes;
use crate::lexer::Lexed;
use crate::pieces::Pieces;
use crate::report::Reports;
use crate::token::{Token, TokenKind};
use sox_diagnostics::{Code, Diagnostic, Span};
use sox_program::{Interner, MAX_HEIGHT, Symbol};

/// Most levels of brackets, blocks, functions, operators that nest to the right.
pub(crate) const MAX_NESTING: u32 = 1_000;

/// Levels of the resolved tree that one level of statements may become: a `switch` is a block with a
/// chain of tests with blocks.
const TREE_LEVELS_PER_STATEMENT: u32 = 4;

/// Levels of the resolved tree that desugaring may put on top of an expression.
const TREE_LEVELS_RESERVED: u32 = 64;

/// An error was reported; what was being read is given up.
#[derive(Debug)]
pub(crate) struct Abandoned;

/// What a parsing function gives.
pub(crate) type Parse<T> = Result<T, Abandoned>;

/// Parses a whole file, given its text and tokens.
pub(crate) fn parse(text: &str, lexed: Lexed, names: &mut Interner, reports: &mut Reports) -> Ast {
    let Lexed { tokens, unterminated } = lexed;
    let count = tokens.len();
    let mut parser = Parser {
        text,
        tokens,
        at: 0,
        names,
        reports,
        // What is reserved and not used costs nothing, what grows is moved: so a bit more than usual.
        ast: Ast {
            exprs: Pieces::with_capacity(count * 5 / 8),
            items: Vec::with_capacity(count / 4),
            stmts: Vec::with_capacity(count / 7),
            variables: Vec::with_capacity(count / 12),
            functions: Vec::with_capacity(count / 36),
            params: Vec::with_capacity(count / 32),
            arms: Vec::with_capacity(count / 80),
            methods: Vec::with_capacity(count / 80),
            ..Ast::default()
        },
        heights: Vec::with_capacity(count * 5 / 8),
        items: Vec::new(),
        stmts: Vec::new(),
        nesting: 0,
        statement_levels: 0,
        statement_start: 0,
        open: Vec::new(),
        open_outside: 0,
        body_follows: false,
        condition_paren: usize::MAX,
        body_at: usize::MAX,
        array_brace: usize::MAX,
        unterminated,
        stopped: false,
        outdented: None,
    };
    let body = parser.script();
    Ast { body, ..parser.ast }
}

pub(crate) struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    /// Number of the token to read next.
    at: usize,
    names: &'a mut Interner,
    reports: &'a mut Reports,
    ast: Ast,
    /// Height of the tree below each expression, itself included.
    heights: Vec<u16>,
    /// Items of lists that are not complete, those of inner lists behind those of outer ones.
    items: Vec<ExprId>,
    /// Statements of blocks that are not complete, in the same way.
    stmts: Vec<Stmt>,
    /// Constructs being read.
    nesting: u32,
    /// Blocks and bodies around the statement being read, in the innermost function.
    statement_levels: u32,
    /// First token of the innermost statement being read.
    statement_start: usize,
    /// Opening brackets, by token number, of the expressions being read.
    open: Vec<usize>,
    /// How many of them are open around the innermost function.
    open_outside: usize,
    /// A `{` here is the body of the statement whose head is being read, not a literal.
    body_follows: bool,
    /// The `(` that a condition begins with.
    condition_paren: usize,
    /// The token after the `)` of `condition_paren`, if it begins the body.
    body_at: usize,
    /// The token after the `=` of `var a[] = …`: braces that begin there hold an array.
    array_brace: usize,
    /// The lexer ran into the end of the text inside of something.
    unterminated: bool,
    /// A limit was hit: nothing more is read or reported.
    stopped: bool,
    /// The answer of [`Parser::outdented_brace`], once it was asked for.
    outdented: Option<Option<Span>>,
}

// Reading tokens.
impl Parser<'_> {
    fn current(&self) -> Token {
        self.tokens[self.at]
    }

    fn kind(&self) -> TokenKind {
        self.tokens[self.at].kind
    }

    /// The kind of the token `ahead` of the current one.
    fn kind_ahead(&self, ahead: usize) -> TokenKind {
        self.tokens.get(self.at + ahead).map_or(TokenKind::Eof, |token| token.kind)
    }

    /// The token read last; the first one before any was read.
    fn previous(&self) -> Token {
        self.tokens[self.at.saturating_sub(1)]
    }

    fn check(&self, kind: TokenKind) -> bool {
        self.kind() == kind
    }

    /// Reads the current token; the end of the text stays current.
    fn advance(&mut self) -> Token {
        let token = self.current();
        if token.kind != TokenKind::Eof {
            self.at += 1;
        }
        token
    }

    /// Reads the current token if it is of this kind.
    fn take(&mut self, kind: TokenKind) -> bool {
        let found = self.check(kind);
        if found {
            self.at += 1;
        }
        found
    }

    /// Reads a token that must be there.
    fn expect(&mut self, kind: TokenKind, message: &str) -> Parse<Token> {
        if self.check(kind) { Ok(self.advance()) } else { Err(self.error_expected(message)) }
    }

    /// Reads the bracket that closes the one at token `opener`.
    #[inline]
    fn expect_closer(&mut self, kind: TokenKind, opener: usize, message: &str) -> Parse<()> {
        if self.take(kind) { Ok(()) } else { self.error_unclosed(kind, opener, message) }
    }

    #[cold]
    fn error_unclosed(&mut self, kind: TokenKind, opener: usize, message: &str) -> Parse<()> {
        if self.stopped {
            return Err(Abandoned);
        }
        let span = self.tokens[opener].span;
        let is_brace = kind == TokenKind::RightBrace;
        let suspect = if is_brace { self.outdented_brace_once() } else { None };
        self.report(&codes::EXPECT_TOKEN, message, |report| {
            report.secondary.push((span, "opened here".into()));
            if let Some(suspect) = suspect.filter(|&suspect| suspect != span) {
                report.secondary.push((suspect, "this seems to have no `}`".into()));
            }
        });
        Err(Abandoned)
    }

    /// [`Parser::outdented_brace`], looked for once.
    fn outdented_brace_once(&mut self) -> Option<Span> {
        match self.outdented {
            Some(found) => found,
            None => *self.outdented.insert(self.outdented_brace()),
        }
    }

    /// The first `{` that is closed further to the left than its own line begins: when a `}` is
    /// missing, it is likely that of this one.
    fn outdented_brace(&self) -> Option<Span> {
        let mut open: Vec<(Span, usize)> = Vec::new();
        let mut indent = 0;
        for token in &self.tokens {
            if token.newline {
                let before = &self.text[..token.span.start as usize];
                indent = before.len() - before.rfind('\n').map_or(0, |at| at + 1);
            }
            match token.kind {
                TokenKind::LeftBrace => open.push((token.span, indent)),
                TokenKind::RightBrace => {
                    let (span, opened_at) = open.pop()?;
                    if token.newline && indent < opened_at {
                        return Some(span);
                    }
                }
                _ => {}
            }
        }
        None
    }

    /// Reads the bracket that closes a list whose parts are separated by commas.
    fn expect_list_closer(&mut self, kind: TokenKind, opener: usize, message: &str) -> Parse<()> {
        self.expect_closer_or(kind, opener, message, "is a `,` missing here?")
    }

    /// The same with the help for an operand that stands there instead.
    fn expect_closer_or(
        &mut self,
        kind: TokenKind,
        opener: usize,
        message: &str,
        help: &str,
    ) -> Parse<()> {
        if self.take(kind) {
            return Ok(());
        }
        let token = self.current();
        let error = self.error_unclosed(kind, opener, message);
        if token.kind.begins_operand()
            && !token.newline
            && let Some(report) = self.reports.last_at(token.span.start)
        {
            report.help.push(help.into());
        }
        error
    }

    fn text_of(&self, token: Token) -> &str {
        &self.text[token.span.start as usize..token.span.end as usize]
    }

    fn symbol(&mut self, token: Token) -> Symbol {
        self.names.intern_part(self.text, token.span.start as usize..token.span.end as usize)
    }

    /// From the first byte of token number `start` to the end of the token read last.
    fn span_from(&self, start: usize) -> Span {
        Span::new(
            self.tokens[start].span.start,
            self.previous().span.end.max(self.tokens[start].span.start),
        )
    }
}

// Reporting.
impl Parser<'_> {
    /// Reports that something is missing here, unless what stands here was reported already.
    fn report(&mut self, code: &'static Code, message: &str, extend: impl FnOnce(&mut Diagnostic)) {
        let token = self.current();
        let at_end = token.kind == TokenKind::Eof;
        if self.stopped || token.kind == TokenKind::Error || (at_end && self.unterminated) {
            return;
        }
        extend(self.reports.error(code, self.gap_span(), message));
        // At the end of the text everything that is open would be reported again.
        if at_end || self.reports.is_full() {
            self.stop();
        }
    }

    /// Where something is missing: the token that stands there instead, or, if that begins the next
    /// line, the end of the line before it.
    fn gap_span(&self) -> Span {
        let token = self.current();
        let at_end = token.kind == TokenKind::Eof && self.at > 0;
        if at_end || token.newline && self.at > self.statement_start {
            let end = self.previous().span.end;
            return Span::new(end, end);
        }
        self.first_line(token)
    }

    /// What to underline of a token that is in the way: the `}` of a string that goes on after an
    /// interpolation, and no more than one line of a string.
    fn first_line(&self, token: Token) -> Span {
        let Span { start, end } = token.span;
        let length = match token.kind {
            TokenKind::StringMiddle | TokenKind::StringEnd => 1,
            _ => self.text_of(token).find(['\r', '\n']).map_or(end - start, |at| at as u32),
        };
        Span::new(start, start + length)
    }

    fn error_expected(&mut self, message: &str) -> Abandoned {
        self.report(&codes::EXPECT_TOKEN, message, |_| {});
        Abandoned
    }

    fn error_name(&mut self, message: &str) -> Abandoned {
        let token = self.current();
        let keyword = token.kind.is_keyword().then(|| self.text_of(token).to_owned());
        self.report(&codes::EXPECT_NAME, message, |report| {
            if let Some(word) = keyword {
                report.label = format!("`{word}` is a keyword");
            }
        });
        Abandoned
    }

    /// Reads nothing more.
    fn stop(&mut self) {
        self.stopped = true;
        self.at = self.tokens.len() - 1;
    }

    /// Reports a limit at the current token and reads nothing more.
    fn error_limit(&mut self, message: String) -> Abandoned {
        if !self.stopped {
            let span = self.current().span;
            self.reports.forget_after(span.start);
            self.reports.error(&codes::NESTED_TOO_DEEPLY, span, message);
            self.stop();
        }
        Abandoned
    }

    /// Begins a construct that nests. Whoever reads it to its end decrements `nesting`.
    fn enter(&mut self) -> Parse<()> {
        if self.nesting == MAX_NESTING {
            return Err(self.error_nested());
        }
        self.nesting += 1;
        Ok(())
    }

    #[cold]
    fn error_nested(&mut self) -> Abandoned {
        self.error_limit(format!("Nested too deeply: the limit is {MAX_NESTING} levels."))
    }

    fn leave(&mut self) {
        self.nesting -= 1;
    }
}

// Building the tree.
impl Parser<'_> {
    /// Adds an expression. (Inlined because the kind is known wherever it is called.)
    #[inline(always)]
    fn node(&mut self, kind: ExprKind, span: Span) -> Parse<ExprId> {
        let mut height = 0;
        let heights = &self.heights;
        self.ast.for_each_operand(kind, |operand| height = height.max(heights[operand.index()]));
        // Parentheses vanish, and a member that is called is one operation with its call.
        let is_level = match kind {
            ExprKind::Group(_) => false,
            ExprKind::Call(call) => {
                let callee = self.ast.callee(call);
                !matches!(self.ast.expr(callee).kind, ExprKind::Field(..))
            }
            _ => true,
        };
        let height = height + u16::from(is_level);
        let levels = self.statement_levels * TREE_LEVELS_PER_STATEMENT + TREE_LEVELS_RESERVED;
        if u32::from(height) + levels > MAX_HEIGHT {
            return Err(self.error_too_high());
        }
        self.heights.push(height);
        Ok(self.ast.add(kind, span))
    }

    #[cold]
    fn error_too_high(&mut self) -> Abandoned {
        self.error_limit(format!("Expression too high: the limit is {MAX_HEIGHT} operations."))
    }

    /// Adds an expression without operands: it is one operation high, which is never too high.
    fn leaf(&mut self, kind: ExprKind, span: Span) -> ExprId {
        self.heights.push(1);
        self.ast.add(kind, span)
    }

    /// The list of the items collected since there were `begin`.
    fn list(&mut self, begin: usize) -> Run<ExprId> {
        Run::take(&mut self.ast.items, &mut self.items, begin)
    }

    /// The block of the statements collected since there were `begin`.
    fn collected(&mut self, begin: usize) -> Block {
        Run::take(&mut self.ast.stmts, &mut self.stmts, begin)
    }

    /// Adds a function.
    fn add_function(&mut self, function: Function) -> Id<Function> {
        Id::add(&mut self.ast.functions, function)
    }

    /// Declares a name written in the source.
    fn declare(&mut self, token: Token, constant: bool) -> VariableId {
        let name = self.symbol(token);
        self.declare_named(name, token.span, constant)
    }

    /// Declares a name that stands in no token of its own.
    fn declare_named(&mut self, name: Symbol, span: Span, constant: bool) -> VariableId {
        let id = VariableId(self.ast.variables.len() as u32);
        self.ast.variables.push(Declared { name, span, constant });
        id
    }
}
