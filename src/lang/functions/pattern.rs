//! Regular expressions in Go's syntax (RE2), which is Terraform's, carried out by `regex`.
//!
//! **Never:** hand a pattern to the engine as it is: `\d`, `[a&&b]`, `x{2` and more mean other
//! things there. Source: Go, package `regexp/syntax`. In: a pattern. Out: the engine's pattern
//! and the names of the groups. The decision to question: groups are handed on without names,
//! because Go allows the same name twice.

use std::iter::Peekable;
use std::str::CharIndices;

use regex::Regex;

/// A pattern ready for use.
pub(super) struct Pattern {
    /// The engine.
    pub(super) regex: Regex,
    /// The name of each group, the whole match not counted; empty for a group without name.
    pub(super) groups: Vec<String>,
}

/// What is wrong with a pattern, in Go's words: a reason and the part that it is about.
#[derive(Debug)]
pub(super) struct Wrong {
    pub(super) reason: &'static str,
    pub(super) part: String,
}

fn wrong<T>(reason: &'static str, part: impl Into<String>) -> Result<T, Wrong> {
    Err(Wrong { reason, part: part.into() })
}

/// Translates and compiles a pattern.
pub(super) fn compile(pattern: &str) -> Result<Pattern, Wrong> {
    let mut translation =
        Translation { pattern, letters: pattern.char_indices().peekable(), out: String::new(), groups: Vec::new() };
    translation.run()?;
    let Translation { out, groups, .. } = translation;
    match Regex::new(&out) {
        Ok(regex) => Ok(Pattern { regex, groups }),
        Err(regex::Error::CompiledTooBig(_)) => wrong("expression too large", pattern),
        Err(_) => wrong("invalid or unsupported syntax", pattern),
    }
}

const DIGITS: &str = "0-9";
const WORDS: &str = "0-9A-Za-z_";
const SPACES: &str = r"\t\n\x0C\r ";

/// Whether something stands before that may be repeated.
#[derive(Clone, Copy, PartialEq)]
enum Before {
    Nothing,
    Item,
    /// A repetition that began at this byte.
    Repetition(usize),
}

struct Translation<'p> {
    pattern: &'p str,
    letters: Peekable<CharIndices<'p>>,
    out: String,
    groups: Vec<String>,
}

impl<'p> Translation<'p> {
    fn run(&mut self) -> Result<(), Wrong> {
        let mut before = Before::Nothing;
        let mut open = 0_usize;
        while let Some((at, letter)) = self.letters.next() {
            before = match letter {
                '(' => {
                    open += usize::from(self.group(at)?);
                    Before::Nothing
                }
                ')' if open == 0 => return wrong("unexpected )", self.pattern),
                ')' => {
                    open -= 1;
                    self.out.push(')');
                    Before::Item
                }
                '|' => {
                    self.out.push('|');
                    Before::Nothing
                }
                '[' => {
                    self.class(at)?;
                    Before::Item
                }
                '\\' => {
                    self.escape(at)?;
                    Before::Item
                }
                '*' | '+' | '?' => self.repeat(at, at + 1, before)?,
                '{' => match self.count(at)? {
                    Some(end) => self.repeat(at, end, before)?,
                    None => {
                        self.out.push_str(r"\{");
                        Before::Item
                    }
                },
                '^' | '$' | '.' => {
                    self.out.push(letter);
                    Before::Item
                }
                letter => {
                    self.out.push_str(&regex::escape(letter.encode_utf8(&mut [0; 4])));
                    Before::Item
                }
            };
        }
        if open > 0 { wrong("missing closing )", self.pattern) } else { Ok(()) }
    }

    fn skip_to(&mut self, end: usize) {
        while self.letters.peek().is_some_and(|(at, _)| *at < end) {
            self.letters.next();
        }
    }

    /// A repetition from `at` to `end`, with the `?` that may follow.
    fn repeat(&mut self, at: usize, mut end: usize, before: Before) -> Result<Before, Wrong> {
        self.skip_to(end);
        if self.pattern[end..].starts_with('?') {
            end += 1;
            self.skip_to(end);
        }
        match before {
            Before::Nothing => wrong("missing argument to repetition operator", &self.pattern[at..end]),
            Before::Repetition(start) => wrong("invalid nested repetition operator", &self.pattern[start..end]),
            Before::Item => {
                self.out.push_str(&self.pattern[at..end]);
                Ok(Before::Repetition(at))
            }
        }
    }

    /// The end of `{n}`, `{n,}` or `{n,m}` at `at`; anything else there is literal text.
    fn count(&self, at: usize) -> Result<Option<usize>, Wrong> {
        let Some(length) = self.pattern[at..].find('}') else { return Ok(None) };
        let (inside, whole) = (&self.pattern[at + 1..at + length], &self.pattern[at..=at + length]);
        let (low, high) = inside.split_once(',').map_or((inside, None), |(low, high)| (low, Some(high)));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let plain = |text: &str| digits(text) && (text.len() == 1 || !text.starts_with('0'));
        if !plain(low) || high.is_some_and(|high| !high.is_empty() && !plain(high)) {
            return Ok(None);
        }
        let value = |text: &str| text.parse::<u32>().ok().filter(|count| *count <= 1000);
        let low = value(low);
        let fits = match high {
            None | Some("") => low.is_some(),
            Some(high) => value(high).is_some_and(|high| low.is_some_and(|low| low <= high)),
        };
        if fits { Ok(Some(at + length + 1)) } else { wrong("invalid repeat count", whole) }
    }

    /// What begins with `(`. Whether it is a group that will be closed, not a bare flag.
    fn group(&mut self, at: usize) -> Result<bool, Wrong> {
        let rest = &self.pattern[at..];
        if !rest.starts_with("(?") {
            self.groups.push(String::new());
            self.out.push('(');
            return Ok(true);
        }
        let named = rest.strip_prefix("(?P<").or_else(|| rest.strip_prefix("(?<"));
        if let Some(name) = named {
            if !(rest.starts_with("(?<=") || rest.starts_with("(?<!")) {
                let Some(length) = name.find('>') else { return wrong("invalid named capture", rest) };
                let start = rest.len() - name.len();
                let name = &name[..length];
                if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
                    return wrong("invalid named capture", &rest[..=start + length]);
                }
                self.groups.push(name.to_owned());
                self.out.push('(');
                self.skip_to(at + start + length + 1);
                return Ok(true);
            }
            return wrong("invalid or unsupported Perl syntax", &rest[..4.min(rest.len())]);
        }
        let mut negated = false;
        let mut flags = 0;
        for (offset, letter) in rest.char_indices().skip(2) {
            match letter {
                'i' | 'm' | 's' | 'U' => flags += 1,
                '-' if !negated => {
                    negated = true;
                    flags = 0;
                }
                ':' | ')' if !(negated && flags == 0 || letter == ')' && offset == 2) => {
                    self.out.push_str(&rest[..=offset]);
                    self.skip_to(at + offset + 1);
                    return Ok(letter == ':');
                }
                _ => return wrong("invalid or unsupported Perl syntax", &rest[..offset + letter.len_utf8()]),
            }
        }
        wrong("missing closing )", self.pattern)
    }

    fn escape(&mut self, at: usize) -> Result<(), Wrong> {
        let Some(&(_, letter)) = self.letters.peek() else {
            return wrong("trailing backslash at end of expression", "");
        };
        match letter {
            'Q' => {
                let literal = &self.pattern[at + 2..];
                let end = literal.find(r"\E");
                let literal = &literal[..end.unwrap_or(literal.len())];
                self.out.push_str(&regex::escape(literal));
                self.skip_to(at + 2 + literal.len() + if end.is_some() { 2 } else { 0 });
            }
            'A' | 'z' => {
                self.letters.next();
                self.out.push('\\');
                self.out.push(letter);
            }
            'b' => {
                self.letters.next();
                self.out.push_str(r"(?-u:\b)");
            }
            'B' => {
                self.letters.next();
                self.out.push_str(r"\B");
            }
            _ => {
                let item = self.escaped(at)?;
                match item {
                    Escaped::Letter(letter) => self.out.push_str(&format!("\\x{{{:x}}}", u32::from(letter))),
                    Escaped::Set(set) => self.out.push_str(&format!("[{set}]")),
                }
            }
        }
        Ok(())
    }

    /// An escape that may stand within a class too.
    fn escaped(&mut self, at: usize) -> Result<Escaped, Wrong> {
        let Some((position, letter)) = self.letters.next() else {
            return wrong("trailing backslash at end of expression", "");
        };
        let end = position + letter.len_utf8();
        let invalid = |end: usize| wrong("invalid escape sequence", &self.pattern[at..end]);
        Ok(match letter {
            'd' => Escaped::Set(DIGITS.into()),
            'w' => Escaped::Set(WORDS.into()),
            's' => Escaped::Set(SPACES.into()),
            'D' => Escaped::Set(format!("[^{DIGITS}]")),
            'W' => Escaped::Set(format!("[^{WORDS}]")),
            'S' => Escaped::Set(format!("[^{SPACES}]")),
            'p' | 'P' => Escaped::Set(self.unicode_class(at, letter == 'P')?),
            'a' => Escaped::Letter('\u{7}'),
            'f' => Escaped::Letter('\u{c}'),
            't' => Escaped::Letter('\t'),
            'n' => Escaped::Letter('\n'),
            'r' => Escaped::Letter('\r'),
            'v' => Escaped::Letter('\u{b}'),
            'x' => {
                let rest = &self.pattern[end..];
                let (digits, width) = match rest.strip_prefix('{') {
                    Some(inside) => match inside.find('}') {
                        Some(length) => (&inside[..length], length + 2),
                        None => return invalid(self.pattern.len()),
                    },
                    None => (rest.get(..2).unwrap_or(""), 2),
                };
                let code = u32::from_str_radix(digits, 16).ok().filter(|_| !digits.starts_with('+'));
                match code.and_then(char::from_u32) {
                    Some(letter) => {
                        self.skip_to(end + width);
                        Escaped::Letter(letter)
                    }
                    None => return invalid((end + width).min(self.pattern.len())),
                }
            }
            '0'..='7' => {
                let rest = &self.pattern[position..];
                let digits = rest.len() - rest.trim_start_matches(|digit| matches!(digit, '0'..='7')).len();
                let digits = digits.min(3);
                if letter != '0' && digits < 2 {
                    return invalid(end);
                }
                self.skip_to(position + digits);
                let code = u32::from_str_radix(&rest[..digits], 8).ok().and_then(char::from_u32);
                Escaped::Letter(code.unwrap_or_default())
            }
            letter if letter.is_ascii() && !letter.is_ascii_alphanumeric() => Escaped::Letter(letter),
            _ => return invalid(end),
        })
    }

    /// `\pL`, `\p{Greek}`, `\p{^Greek}`
    fn unicode_class(&mut self, at: usize, negated: bool) -> Result<String, Wrong> {
        let rest = &self.pattern[at + 2..];
        let invalid = |part: &str| wrong("invalid character class range", part);
        let (name, width) = match (rest.strip_prefix('{'), rest.chars().next()) {
            (Some(inside), _) => match inside.find('}') {
                Some(length) => (&inside[..length], length + 2),
                None => return invalid(&self.pattern[at..]),
            },
            (None, Some(letter)) => (&rest[..letter.len_utf8()], letter.len_utf8()),
            (None, None) => return invalid(&self.pattern[at..]),
        };
        let (name, flipped) = name.strip_prefix('^').map_or((name, false), |name| (name, true));
        let sign = if negated == flipped { 'p' } else { 'P' };
        let known = name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
            && name.starts_with(|first: char| first.is_ascii_uppercase())
            && Regex::new(&format!(r"\p{{{name}}}")).is_ok();
        if !known {
            return invalid(&self.pattern[at..at + 2 + width]);
        }
        self.skip_to(at + 2 + width);
        Ok(format!(r"\{sign}{{{name}}}"))
    }

    /// `[...]`, in which every member is written so that it has no second meaning.
    fn class(&mut self, at: usize) -> Result<(), Wrong> {
        let missing = || Wrong { reason: "missing closing ]", part: self.pattern[at..].to_owned() };
        let mut set = String::from("[");
        if self.letters.next_if(|(_, letter)| *letter == '^').is_some() {
            set.push('^');
        }
        let mut first = true;
        loop {
            let Some((start, letter)) = self.letters.next() else { return Err(missing()) };
            if letter == ']' && !first {
                break;
            }
            first = false;
            if letter == '['
                && let Some(named) = self.posix(start)
            {
                let items = posix_class(named);
                let wrong = || Wrong { reason: "invalid character class range", part: named.to_owned() };
                set.push_str(items.ok_or_else(wrong)?);
                self.skip_to(start + named.len());
                continue;
            }
            let low = match self.member(start, letter)? {
                Escaped::Set(items) => {
                    set.push_str(&items);
                    continue;
                }
                Escaped::Letter(letter) => letter,
            };
            let next = self.letters.peek().map_or(self.pattern.len(), |(at, _)| *at);
            let rest = &self.pattern[next..];
            if !rest.starts_with('-') || rest.starts_with("-]") {
                set.push_str(&format!("\\x{{{:x}}}", u32::from(low)));
                continue;
            }
            self.letters.next();
            let Some((high_at, letter)) = self.letters.next() else { return Err(missing()) };
            let high = self.member(high_at, letter)?;
            let end = self.letters.peek().map_or(self.pattern.len(), |(at, _)| *at);
            match high {
                Escaped::Letter(high) if low <= high => {
                    set.push_str(&format!("\\x{{{:x}}}-\\x{{{:x}}}", u32::from(low), u32::from(high)));
                }
                _ => return wrong("invalid character class range", &self.pattern[start..end]),
            }
        }
        set.push(']');
        self.out.push_str(&set);
        Ok(())
    }

    /// `[:name:]` at `start`.
    fn posix(&self, start: usize) -> Option<&'p str> {
        let rest = self.pattern.get(start..).filter(|rest| rest.starts_with("[:"))?;
        rest.find(":]").map(|length| &rest[..length + 2])
    }

    fn member(&mut self, at: usize, letter: char) -> Result<Escaped, Wrong> {
        if letter == '\\' { self.escaped(at) } else { Ok(Escaped::Letter(letter)) }
    }
}

/// What an escape stands for.
enum Escaped {
    Letter(char),
    /// Items of a class.
    Set(String),
}

fn posix_class(named: &str) -> Option<&str> {
    const NAMES: [&str; 14] = [
        "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper",
        "word", "xdigit",
    ];
    let name = named.strip_prefix("[:")?.strip_suffix(":]")?;
    NAMES.contains(&name.strip_prefix('^').unwrap_or(name)).then_some(named)
}
