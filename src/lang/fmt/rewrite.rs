//! The few spellings that `terraform fmt` changes beside spaces.
//!
//! **Never:** touch anything inside an expression but these: an argument that is one
//! interpolation and nothing else loses its quotes; labels of blocks get quotes; the types of
//! variables lose the quotes of old times.

use super::scan::{Kind, Token};

struct Rewriter {
    tokens: std::iter::Peekable<std::vec::IntoIter<Token>>,
    out: Vec<Token>,
}

/// Rewrites a whole file.
pub(super) fn rewrite(tokens: Vec<Token>) -> Vec<Token> {
    let mut rewriter = Rewriter { tokens: tokens.into_iter().peekable(), out: Vec::new() };
    rewriter.body(&mut Vec::new());
    // A closing brace too many cannot come from a text that was parsed; it stays where it is.
    let Rewriter { tokens, mut out } = rewriter;
    out.extend(tokens);
    out
}

impl Rewriter {
    /// Arguments and blocks up to the brace that closes them.
    fn body(&mut self, path: &mut Vec<String>) {
        while let Some(token) = self.tokens.peek() {
            match token.kind {
                Kind::CloseBrace => return,
                Kind::Ident => self.item(path),
                _ => self.out.extend(self.tokens.next()),
            }
        }
    }

    fn item(&mut self, path: &mut Vec<String>) {
        let mut head: Vec<Token> = Vec::new();
        while let Some(token) = self.tokens.next() {
            match token.kind {
                Kind::Equal => {
                    let name = head.first().map(|token| token.text.clone()).unwrap_or_default();
                    self.out.append(&mut head);
                    self.out.push(token);
                    self.argument(&name, path);
                    return;
                }
                Kind::OpenBrace => {
                    let name = head.first().map(|token| token.text.clone()).unwrap_or_default();
                    self.labels(head);
                    self.out.push(token);
                    path.push(name);
                    self.body(path);
                    path.pop();
                    self.out.extend(self.tokens.next());
                    return;
                }
                Kind::Newline => {
                    self.out.append(&mut head);
                    self.out.push(token);
                    return;
                }
                _ => head.push(token),
            }
        }
        self.out.append(&mut head);
    }

    /// The name of a block and its labels; comments between them go, as they do in Terraform.
    fn labels(&mut self, head: Vec<Token>) {
        let mut in_quotes = false;
        for (position, token) in head.into_iter().enumerate() {
            match token.kind {
                Kind::OpenQuote => in_quotes = true,
                Kind::CloseQuote => in_quotes = false,
                Kind::Ident if position > 0 && !in_quotes => {
                    self.out.push(Token::new(Kind::OpenQuote, "\""));
                    self.out.push(Token::new(Kind::Text, token.text));
                    self.out.push(Token::new(Kind::CloseQuote, "\""));
                    continue;
                }
                Kind::Comment => continue,
                Kind::Text if in_quotes => {
                    self.out.push(Token::new(Kind::Text, unescape(&token.text)));
                    continue;
                }
                _ => {}
            }
            self.out.push(token);
        }
    }

    fn argument(&mut self, name: &str, path: &[String]) {
        let mut value = Vec::new();
        let mut depth = 0_usize;
        while let Some(token) = self.tokens.peek() {
            if depth == 0 && (token.ends_line() || matches!(token.kind, Kind::CloseBrace | Kind::Comma)) {
                break;
            }
            match token.kind {
                Kind::OpenBrace | Kind::OpenBracket | Kind::OpenParen | Kind::OpenSequence => depth += 1,
                Kind::OpenQuote | Kind::OpenHeredoc => depth += 1,
                Kind::CloseBrace | Kind::CloseBracket | Kind::CloseParen | Kind::CloseSequence => {
                    depth = depth.saturating_sub(1);
                }
                Kind::CloseQuote | Kind::CloseHeredoc => depth = depth.saturating_sub(1),
                _ => {}
            }
            value.extend(self.tokens.next());
        }
        let is_comment = |token: &Token| token.kind == Kind::Comment;
        let behind = value.split_off(value.iter().rposition(|token| !is_comment(token)).map_or(0, |at| at + 1));
        let first = value.iter().position(|token| !is_comment(token)).unwrap_or(0);
        self.out.extend(value.drain(..first));
        let is_type = name == "type" && path == ["variable"];
        self.out.extend(if is_type { type_of(value) } else { unwrap(value) });
        self.out.extend(behind);
    }
}

/// Letters that were written as numbers, as themselves.
fn unescape(label: &str) -> String {
    let mut text = String::new();
    let mut rest = label;
    while let Some(at) = rest.find('\\') {
        let digits = match rest.as_bytes().get(at + 1) {
            Some(b'u') => 4,
            Some(b'U') => 8,
            _ => 0,
        };
        let letter = rest.get(at + 2..at + 2 + digits).and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let letter = letter.and_then(char::from_u32).filter(|letter| digits > 0 && !letter.is_control());
        let end = rest.len().min(at + 2);
        match letter.filter(|letter| !matches!(letter, '"' | '\\')) {
            Some(letter) => {
                text.push_str(&rest[..at]);
                text.push(letter);
                rest = &rest[at + 2 + digits..];
            }
            None => {
                text.push_str(&rest[..end]);
                rest = &rest[end..];
            }
        }
    }
    text + rest
}

fn kinds(tokens: &[Token]) -> Vec<Kind> {
    tokens.iter().map(|token| token.kind).collect()
}

/// A type as it is written today.
fn type_of(value: Vec<Token>) -> Vec<Token> {
    let ident = |text: &str| Token::new(Kind::Ident, text);
    let call = |of: &str, element: &str| {
        vec![ident(of), Token::new(Kind::OpenParen, "("), ident(element), Token::new(Kind::CloseParen, ")")]
    };
    match (kinds(&value).as_slice(), value.as_slice()) {
        ([Kind::Ident], [name]) if matches!(name.text.as_str(), "list" | "map" | "set") => call(&name.text, "any"),
        ([Kind::OpenQuote, Kind::Text, Kind::CloseQuote], [_, name, _]) => match name.text.as_str() {
            "string" => vec![ident("string")],
            of @ ("list" | "map") => call(of, "string"),
            _ => value,
        },
        _ => value,
    }
}

/// The expression inside a string that is one interpolation and nothing else.
fn unwrap(value: Vec<Token>) -> Vec<Token> {
    let [quote, open, inside @ .., close, end] = value.as_slice() else { return value };
    let is_one = quote.kind == Kind::OpenQuote
        && (open.kind, open.text.starts_with('$')) == (Kind::OpenSequence, true)
        && close.kind == Kind::CloseSequence
        && end.kind == Kind::CloseQuote
        && !inside.is_empty();
    if !is_one {
        return value;
    }
    let mut quotes = 0_usize;
    for token in inside {
        match token.kind {
            Kind::OpenQuote => quotes += 1,
            Kind::CloseQuote => quotes = quotes.saturating_sub(1),
            Kind::OpenSequence | Kind::CloseSequence if quotes == 0 => return value,
            _ => {}
        }
    }
    let from = inside.iter().position(|token| token.kind != Kind::Newline).unwrap_or(inside.len());
    let to = inside.iter().rposition(|token| token.kind != Kind::Newline).map_or(from, |at| at + 1);
    let trimmed = &inside[from..to];
    // A comment ends its line, too; Terraform forgets that and writes what it cannot read again.
    let several = trimmed.split_last().is_some_and(|(_, before)| before.iter().any(Token::ends_line));
    let first = trimmed.first().is_some_and(|token| token.kind == Kind::OpenParen);
    let last = trimmed.last().is_some_and(|token| token.kind == Kind::CloseParen);
    if several && !(first && last) {
        let mut wrapped = vec![Token::new(Kind::OpenParen, "(")];
        wrapped.extend_from_slice(trimmed);
        wrapped.push(Token::new(Kind::CloseParen, ")"));
        return wrapped;
    }
    trimmed.to_vec()
}
