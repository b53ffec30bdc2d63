//! Decides about every space: indentation by brackets, one space or none between tokens, and
//! columns of equals signs and of comments at the end of lines.
//!
//! **Never:** look at meaning: a line is its tokens. In: tokens. Out: the text.

use unicode_segmentation::UnicodeSegmentation;

use super::scan::{Kind, Token};

/// A token with the spaces before it.
struct Placed<'t> {
    token: &'t Token,
    spaces: usize,
}

/// A line: what stands before the equals sign, from it on, and the comment at the end.
#[derive(Default)]
struct Line<'t> {
    lead: Vec<Placed<'t>>,
    assign: Vec<Placed<'t>>,
    comment: Option<Placed<'t>>,
}

impl Line<'_> {
    fn width(&self) -> usize {
        columns(&self.lead) + columns(&self.assign)
    }
}

fn columns(placed: &[Placed<'_>]) -> usize {
    placed.iter().map(|placed| placed.spaces + placed.token.text.graphemes(true).count()).sum()
}

/// The text of tokens.
pub(super) fn print(tokens: &[Token]) -> String {
    let mut lines = lines(tokens);
    indent(&mut lines);
    lines.iter_mut().for_each(space);
    align_values(&mut lines);
    align_comments(&mut lines);
    let mut text = String::new();
    for placed in lines.iter().flat_map(|line| line.lead.iter().chain(&line.assign).chain(&line.comment)) {
        text.extend(std::iter::repeat_n(' ', placed.spaces));
        text.push_str(&placed.token.text);
    }
    text
}

/// What a token does to the number of open brackets.
fn depth(token: &Token) -> isize {
    match token.kind {
        Kind::OpenBrace | Kind::OpenBracket | Kind::OpenParen | Kind::OpenSequence => 1,
        Kind::CloseBrace | Kind::CloseBracket | Kind::CloseParen | Kind::CloseSequence => -1,
        _ => 0,
    }
}

fn lines(tokens: &[Token]) -> Vec<Line<'_>> {
    let place = |token| Placed { token, spaces: 0 };
    tokens
        .split_inclusive(Token::ends_line)
        .map(|tokens| {
            let mut line = Line::default();
            let mut rest = tokens;
            if let [before @ .., last] = rest
                && !before.is_empty()
                && last.kind == Kind::Comment
            {
                line.comment = Some(place(last));
                rest = before;
            }
            let equal = rest.iter().skip(1).position(|token| token.kind == Kind::Equal).map(|at| at + 1);
            // A value that goes on in the lines below is no cell of a column.
            let cut = equal.filter(|at| rest[*at..].iter().map(depth).sum::<isize>() == 0).unwrap_or(rest.len());
            line.lead = rest[..cut].iter().map(place).collect();
            line.assign = rest[cut..].iter().map(place).collect();
            line
        })
        .collect()
}

fn indent(lines: &mut [Line<'_>]) {
    // The brackets that each line opened more than it closed; each such line indents once.
    let mut open: Vec<isize> = Vec::new();
    for line in lines {
        let tokens = || line.lead.iter().chain(&line.assign).map(|placed| placed.token);
        let change: isize = tokens().take_while(|token| token.kind != Kind::OpenHeredoc).map(depth).sum();
        let Some(first) = line.lead.first() else { continue };
        if first.token.kind == Kind::Newline {
            continue;
        }
        let level = if change > 0 {
            open.push(change);
            open.len() - 1
        } else {
            close(&mut open, -change);
            open.len()
        };
        if let Some(first) = line.lead.first_mut() {
            first.spaces = 2 * level;
        }
    }
}

fn close(open: &mut Vec<isize>, mut closed: isize) {
    while closed > 0 {
        let Some(last) = open.last_mut() else { return };
        if *last > closed {
            *last -= closed;
            return;
        }
        closed -= *last;
        open.pop();
    }
}

fn space(line: &mut Line<'_>) {
    for cell in [&mut line.lead, &mut line.assign] {
        for at in 1..cell.len() {
            let before = at.checked_sub(2).map(|at| cell[at].token);
            let between = is_apart(before, cell[at - 1].token, cell[at].token);
            let kind = |at: usize| cell.get(at).map(|placed: &Placed<'_>| placed.token.kind);
            // Written together, `a.0 .1` would read as one number behind a dot. Terraform forgets that.
            let index =
                [kind(at - 1), kind(at), kind(at + 1)] == [Some(Kind::Number), Some(Kind::Dot), Some(Kind::Number)];
            cell[at].spaces = usize::from(between || index);
        }
    }
    if let Some(first) = line.assign.first_mut() {
        first.spaces = 1;
    }
}

/// Whether a space stands between a token and the one after it.
fn is_apart(before: Option<&Token>, token: &Token, after: &Token) -> bool {
    let (this, next) = (token.kind, after.kind);
    match (this, next) {
        (_, Kind::Newline) => false,
        (Kind::Ident, Kind::OpenParen | Kind::DoubleColon) | (Kind::DoubleColon, Kind::Ident) => false,
        (Kind::Dot, _) | (_, Kind::Dot) => false,
        (_, Kind::Comma | Kind::Ellipsis) => false,
        (Kind::Comma, _) => true,
        (Kind::Text | Kind::OpenQuote | Kind::OpenHeredoc, _) => false,
        (_, Kind::Text | Kind::CloseQuote | Kind::CloseHeredoc) => false,
        // `in` is a keyword only here, and what follows it is a value of its own.
        (Kind::Ident, _) if token.text == "in" => true,
        (Kind::Ident | Kind::Number, Kind::OpenBracket) => false,
        (_, Kind::OpenBracket) if depth(token) < 0 => false,
        (Kind::Bang, _) => false,
        // Nothing but text could stand between two sequences of one template.
        (Kind::CloseSequence, Kind::OpenSequence) => false,
        (Kind::OpenSequence, Kind::OpenBrace) | (Kind::CloseBrace, Kind::CloseSequence) => true,
        (Kind::Minus, _) => before.is_some_and(|before| ends_value(before.kind)),
        (Kind::OpenBrace, Kind::CloseBrace) => false,
        (Kind::OpenBrace, _) | (_, Kind::CloseBrace) => true,
        _ => depth(token) <= 0 && depth(after) >= 0,
    }
}

/// Whether a minus behind such a token subtracts; otherwise it negates.
fn ends_value(before: Kind) -> bool {
    !matches!(
        before,
        Kind::OpenParen
            | Kind::OpenBrace
            | Kind::OpenBracket
            | Kind::Equal
            | Kind::Colon
            | Kind::Comma
            | Kind::Question
            | Kind::Operator
            | Kind::Minus
            | Kind::Bang
    )
}

fn align_values(lines: &mut [Line<'_>]) {
    for chain in lines.chunk_by_mut(|a, b| a.assign.is_empty() == b.assign.is_empty()) {
        let widest = chain.iter().map(|line| columns(&line.lead)).max().unwrap_or(0);
        for line in chain {
            let own = columns(&line.lead);
            if let Some(equal) = line.assign.first_mut() {
                equal.spaces = widest - own + 1;
            }
        }
    }
}

fn align_comments(lines: &mut [Line<'_>]) {
    for chain in lines.chunk_by_mut(|a, b| a.comment.is_none() == b.comment.is_none()) {
        let widest = chain.iter().map(Line::width).max().unwrap_or(0);
        for line in chain {
            let own = line.width();
            if let Some(comment) = &mut line.comment {
                comment.spaces = widest - own + 1;
            }
        }
    }
}
