//! Reads the tiny subset of the shell that containers of the emulator understand.
//!
//! **Never:** guess. What is outside the subset (pipes, redirections, `&`, `$(...)`, `if`, `for`,
//! assignments, built-ins with effects) is `Syntax::Unknown`, and the whole script counts as one
//! unknown program; what a real shell refuses is `Syntax::Wrong` and ends with exit code 2.

use std::collections::BTreeMap;

/// A script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Script {
    Simple(Vec<Word>),
    Sequence(Vec<Script>),
    And(Box<Script>, Box<Script>),
    Or(Box<Script>, Box<Script>),
    While { test: Box<Script>, body: Box<Script> },
}

/// Why a script was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Syntax {
    /// A shell refuses it, with these words.
    Wrong(String),
    /// It needs more than the subset.
    Unknown,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Variable(String),
}

/// A word with the variables in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    pieces: Vec<Piece>,
    /// Whether any of it was quoted: then it stays even if it is empty, and is no keyword.
    quoted: bool,
}

impl Word {
    /// A word without variables.
    pub(super) fn literal(text: &str) -> Word {
        Word { pieces: vec![Piece::Text(text.to_owned())], quoted: true }
    }

    /// Its text; nothing for an unquoted word that expands to nothing.
    pub(super) fn expand(&self, environment: &BTreeMap<String, String>) -> Option<String> {
        let mut text = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(part) => text.push_str(part),
                Piece::Variable(name) => text.push_str(environment.get(name).map_or("", String::as_str)),
            }
        }
        (self.quoted || !text.is_empty()).then_some(text)
    }

    fn keyword(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [Piece::Text(text)] if !self.quoted => Some(text),
            _ => None,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Word(Word),
    /// `;`
    Then,
    /// A line break.
    Line,
    And,
    Or,
}

const BEYOND: &[&str] = &[
    "if", "for", "case", "until", "function", "break", "continue", "cd", "export", "set", "trap", "exec", "eval",
    "read", "wait", "unset", "return", "local", "shift", "source", ".", "!", "{", "[[", "(",
];
const CLOSERS: &[&str] = &["do", "done", "then", "else", "elif", "fi", "esac", "}"];

/// Scripts with more words count as unknown programs; reading and running them recurses.
const LONGEST: usize = 1_000;

/// Reads a script.
pub(super) fn parse(text: &str) -> Result<Script, Syntax> {
    let tokens = split(text)?;
    if tokens.len() > LONGEST {
        return Err(Syntax::Unknown);
    }
    let mut reader = Reader { tokens, at: 0 };
    let script = reader.sequence(&[])?;
    match reader.peek() {
        None => Ok(script),
        Some(token) => Err(unexpected(token)),
    }
}

fn unexpected(token: &Token) -> Syntax {
    let text = match token {
        Token::Word(word) => word.keyword().unwrap_or("word"),
        Token::Then => ";",
        Token::Line => "newline",
        Token::And => "&&",
        Token::Or => "||",
    };
    Syntax::Wrong(format!("syntax error: unexpected \"{text}\""))
}

struct Reader {
    tokens: Vec<Token>,
    at: usize,
}

impl Reader {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn keyword(&self) -> Option<&str> {
        match self.peek() {
            Some(Token::Word(word)) => word.keyword(),
            _ => None,
        }
    }

    fn skip_lines(&mut self) {
        while self.peek() == Some(&Token::Line) {
            self.at += 1;
        }
    }

    fn sequence(&mut self, ends: &[&str]) -> Result<Script, Syntax> {
        let mut parts = Vec::new();
        loop {
            self.skip_lines();
            if self.peek().is_none() || self.keyword().is_some_and(|word| ends.contains(&word)) {
                break;
            }
            parts.push(self.chain()?);
            match self.peek() {
                Some(Token::Then | Token::Line) => self.at += 1,
                Some(token) => return Err(unexpected(token)),
                None => {}
            }
        }
        if parts.is_empty() && !ends.is_empty() {
            return Err(self.missing());
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Script::Sequence(parts) })
    }

    fn missing(&self) -> Syntax {
        self.peek().map_or_else(|| Syntax::Wrong("syntax error: unexpected end of file".to_owned()), unexpected)
    }

    fn chain(&mut self) -> Result<Script, Syntax> {
        let mut left = self.item()?;
        loop {
            let and = match self.peek() {
                Some(Token::And) => true,
                Some(Token::Or) => false,
                _ => return Ok(left),
            };
            self.at += 1;
            self.skip_lines();
            let right = Box::new(self.item()?);
            left = if and { Script::And(Box::new(left), right) } else { Script::Or(Box::new(left), right) };
        }
    }

    fn item(&mut self) -> Result<Script, Syntax> {
        match self.keyword() {
            Some("while") => {
                self.at += 1;
                let test = Box::new(self.sequence(&["do"])?);
                self.expect("do")?;
                let body = Box::new(self.sequence(&["done"])?);
                self.expect("done")?;
                Ok(Script::While { test, body })
            }
            Some(word) if BEYOND.contains(&word) || is_assignment(word) => Err(Syntax::Unknown),
            Some(word) if CLOSERS.contains(&word) => Err(self.missing()),
            _ => {
                let mut words = Vec::new();
                while let Some(Token::Word(word)) = self.peek() {
                    words.push(word.clone());
                    self.at += 1;
                }
                if words.is_empty() { Err(self.missing()) } else { Ok(Script::Simple(words)) }
            }
        }
    }

    fn expect(&mut self, word: &str) -> Result<(), Syntax> {
        if self.keyword() == Some(word) {
            self.at += 1;
            Ok(())
        } else {
            Err(self.missing())
        }
    }
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| !name.is_empty() && name.chars().all(is_name))
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// Splits a script into words and operators.
fn split(text: &str) -> Result<Vec<Token>, Syntax> {
    let mut tokens = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(&c) = chars.peek() {
        match c {
            ';' | '\n' => {
                chars.next();
                tokens.push(if c == ';' { Token::Then } else { Token::Line });
            }
            ' ' | '\t' | '\r' => {
                chars.next();
            }
            '&' | '|' => {
                chars.next();
                if chars.next_if_eq(&c).is_none() {
                    return Err(Syntax::Unknown);
                }
                tokens.push(if c == '&' { Token::And } else { Token::Or });
            }
            '<' | '>' | '(' | ')' | '`' => return Err(Syntax::Unknown),
            '#' => while chars.next_if(|c| *c != '\n').is_some() {},
            _ => tokens.push(Token::Word(read_word(&mut chars)?)),
        }
    }
    Ok(tokens)
}

type Chars<'a> = std::iter::Peekable<std::str::Chars<'a>>;

fn read_word(chars: &mut Chars<'_>) -> Result<Word, Syntax> {
    let mut word = Word { pieces: Vec::new(), quoted: false };
    let mut text = String::new();
    let mut double = false;
    let unterminated = || Syntax::Wrong("syntax error: unterminated quoted string".to_owned());
    loop {
        let Some(&c) = chars.peek() else {
            if double {
                return Err(unterminated());
            }
            break;
        };
        if !double && matches!(c, ' ' | '\t' | '\r' | '\n' | ';' | '&' | '|' | '<' | '>' | '(' | ')') {
            break;
        }
        chars.next();
        match c {
            '"' => {
                double = !double;
                word.quoted = true;
            }
            '\'' if !double => {
                word.quoted = true;
                loop {
                    match chars.next() {
                        Some('\'') => break,
                        Some(c) => text.push(c),
                        None => return Err(unterminated()),
                    }
                }
            }
            '\\' => match chars.next() {
                Some('\n') => {}
                Some(next) if double && !matches!(next, '"' | '\\' | '$' | '`') => text.extend(['\\', next]),
                Some(next) => text.push(next),
                None => text.push('\\'),
            },
            '`' => return Err(Syntax::Unknown),
            '*' | '?' | '[' if !double => return Err(Syntax::Unknown),
            '$' => {
                if let Some(name) = read_variable(chars)? {
                    word.pieces.push(Piece::Text(std::mem::take(&mut text)));
                    word.pieces.push(Piece::Variable(name));
                } else {
                    text.push('$');
                }
            }
            _ => text.push(c),
        }
    }
    if !text.is_empty() || word.pieces.is_empty() {
        word.pieces.push(Piece::Text(text));
    }
    Ok(word)
}

/// The name after a `$`; nothing if the `$` stands for itself.
fn read_variable(chars: &mut Chars<'_>) -> Result<Option<String>, Syntax> {
    let braces = chars.next_if_eq(&'{').is_some();
    let mut name = String::new();
    while let Some(c) = chars.next_if(|c| is_name(*c)) {
        name.push(c);
    }
    let number = name.starts_with(|c: char| c.is_ascii_digit());
    if braces {
        return match chars.next() {
            Some('}') if !name.is_empty() && !number => Ok(Some(name)),
            _ => Err(Syntax::Unknown),
        };
    }
    match chars.peek() {
        Some('(' | '?' | '#' | '@' | '*' | '!' | '$' | '-') if name.is_empty() => Err(Syntax::Unknown),
        _ if number => Err(Syntax::Unknown),
        _ => Ok((!name.is_empty()).then_some(name)),
    }
}
