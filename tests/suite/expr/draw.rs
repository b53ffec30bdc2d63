//! Draws random expressions: mostly well typed, now and then not.
//!
//! **Never:** evaluate, or draw what changes from run to run. A draw depends on its seed alone.
//! Kinds are only a lead: a list may come out as a tuple or a set, and any place may hold a value
//! of another kind, null, an unknown or a sensitive value.

use super::{calls, leaves};

/// What an expression should roughly be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    Text,
    Bool,
    List,
    Set,
    Map,
    Any,
}

const KINDS: [Kind; 6] = [Kind::Number, Kind::Text, Kind::Bool, Kind::List, Kind::Set, Kind::Map];

/// A stream of expressions.
pub(super) struct Draw {
    state: u64,
    /// Names that `for` binds around the place at hand.
    bound: Vec<String>,
    names: usize,
}

impl Draw {
    pub(super) fn new(seed: u64) -> Draw {
        Draw { state: seed, bound: Vec::new(), names: 0 }
    }

    /// A number below `end` (splitmix64).
    pub(super) fn below(&mut self, end: usize) -> usize {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % end as u64) as usize
    }

    pub(super) fn of<'w>(&mut self, words: &[&'w str]) -> &'w str {
        words[self.below(words.len())]
    }

    /// The next expression.
    pub(super) fn expression(&mut self) -> String {
        self.bound.clear();
        let depth = 1 + self.below(4);
        self.draw(Kind::Any, depth)
    }

    /// An expression of a kind, `depth` levels deep at most.
    pub(super) fn draw(&mut self, kind: Kind, depth: usize) -> String {
        let kind = match kind {
            Kind::Any => KINDS[self.below(KINDS.len())],
            kind if self.below(20) == 0 => {
                let other = KINDS[self.below(KINDS.len())];
                if self.below(3) == 0 { kind } else { other }
            }
            kind => kind,
        };
        if depth == 0 || self.below(8) == 0 {
            return self.leaf(kind);
        }
        let depth = depth - 1;
        match self.below(14) {
            0 => self.conditional(kind, depth),
            1 => self.access(depth),
            2..=4 => calls::draw(self, kind, depth),
            5 => format!("({})", self.draw(kind, depth)),
            _ => match kind {
                Kind::Number => self.arithmetic(depth),
                Kind::Text => self.template(depth),
                Kind::Bool => self.logic(depth),
                Kind::List => self.sequence(depth),
                Kind::Set => format!("toset({})", self.draw(Kind::List, depth)),
                Kind::Map | Kind::Any => self.object(depth),
            },
        }
    }

    fn leaf(&mut self, kind: Kind) -> String {
        if let Some(name) = self.bound.last().cloned()
            && self.below(3) > 0
        {
            return name;
        }
        if self.below(25) == 0 {
            return "null".into();
        }
        match kind {
            Kind::Number => self.of(leaves::NUMBERS),
            Kind::Text => self.of(leaves::TEXTS),
            Kind::Bool => self.of(leaves::BOOLS),
            Kind::List => self.of(leaves::LISTS),
            Kind::Set => self.of(leaves::SETS),
            Kind::Map => self.of(leaves::MAPS),
            Kind::Any => self.of(leaves::ANY),
        }
        .to_owned()
    }

    fn conditional(&mut self, kind: Kind, depth: usize) -> String {
        let condition = self.draw(Kind::Bool, depth);
        let other = if self.below(5) == 0 { Kind::Any } else { kind };
        format!("{condition} ? {} : {}", self.draw(kind, depth), self.draw(other, depth))
    }

    fn arithmetic(&mut self, depth: usize) -> String {
        if self.below(6) == 0 {
            return format!("-({})", self.draw(Kind::Number, depth));
        }
        let operator = self.of(&["+", "-", "*", "/", "%"]);
        format!("{} {operator} {}", self.operand(Kind::Number, depth), self.operand(Kind::Number, depth))
    }

    /// In parentheses more often than not.
    fn operand(&mut self, kind: Kind, depth: usize) -> String {
        let inner = self.draw(kind, depth);
        if self.below(3) > 0 { format!("({inner})") } else { inner }
    }

    fn logic(&mut self, depth: usize) -> String {
        match self.below(5) {
            0 => format!("!({})", self.draw(Kind::Bool, depth)),
            1 => {
                let operator = self.of(&["&&", "||"]);
                format!("{} {operator} {}", self.operand(Kind::Bool, depth), self.operand(Kind::Bool, depth))
            }
            2 => {
                let operator = self.of(&["<", "<=", ">", ">="]);
                format!("{} {operator} {}", self.operand(Kind::Number, depth), self.operand(Kind::Number, depth))
            }
            _ => {
                let kind = KINDS[self.below(KINDS.len())];
                let operator = self.of(&["==", "!="]);
                let right = match self.below(4) {
                    0 => "null".to_owned(),
                    _ => self.operand(kind, depth),
                };
                format!("{} {operator} {right}", self.operand(kind, depth))
            }
        }
    }

    fn sequence(&mut self, depth: usize) -> String {
        match self.below(6) {
            0 => format!("tolist({})", self.draw(Kind::List, depth)),
            1 | 2 => self.comprehension(depth),
            3 => self.splat(depth),
            _ => {
                let kind = if self.below(2) == 0 { Kind::Any } else { KINDS[self.below(KINDS.len())] };
                let count = self.below(4);
                let members: Vec<String> = (0..count).map(|_| self.draw(kind, depth)).collect();
                format!("[{}]", members.join(", "))
            }
        }
    }

    /// A name for `for`, different from those around it or, now and then, the same.
    fn fresh(&mut self) -> String {
        if self.below(10) > 0 {
            self.names += 1;
        }
        format!("x{}", self.names % 5)
    }

    fn source(&mut self, depth: usize) -> String {
        let kind = [Kind::List, Kind::List, Kind::Map, Kind::Set][self.below(4)];
        self.draw(kind, depth)
    }

    /// `name in collection`, with the names bound from here on.
    fn head(&mut self, depth: usize) -> (String, usize) {
        let source = self.source(depth);
        let around = self.bound.len();
        let value = self.fresh();
        let names = if self.below(2) == 0 {
            self.bound.push("k".into());
            format!("k, {value}")
        } else {
            value.clone()
        };
        self.bound.push(value);
        (format!("{names} in {source}"), around)
    }

    fn comprehension(&mut self, depth: usize) -> String {
        let (head, around) = self.head(depth);
        let value = self.draw(Kind::Any, depth);
        let condition =
            if self.below(3) == 0 { format!(" if {}", self.draw(Kind::Bool, depth)) } else { String::new() };
        self.bound.truncate(around);
        format!("[for {head} : {value}{condition}]")
    }

    fn splat(&mut self, depth: usize) -> String {
        let source = self.of(leaves::SPLATTED);
        let source = if self.below(3) == 0 { format!("({})", self.source(depth)) } else { source.to_owned() };
        let mut steps = self.of(leaves::SPLATS).to_owned();
        while self.below(5) == 0 {
            steps.push_str(self.of(leaves::SPLATS));
        }
        format!("{source}{steps}")
    }

    fn access(&mut self, depth: usize) -> String {
        match self.below(5) {
            0 => format!("({})[{}]", self.draw(Kind::List, depth), self.draw(Kind::Number, 0)),
            1 => format!("({})[{}]", self.draw(Kind::Map, depth), self.draw(Kind::Text, 0)),
            2 => {
                let name = self.of(&["a", "b", "id", "name", "tags", "port", "none", "known", "later"]);
                format!("({}).{name}", self.draw(Kind::Map, depth))
            }
            3 => format!("({}){}", self.draw(Kind::Any, depth), self.of(leaves::STEPS)),
            _ => self.splat(depth),
        }
    }

    fn object(&mut self, depth: usize) -> String {
        if self.below(3) == 0 {
            return self.keyed(depth);
        }
        let count = self.below(4);
        let mut members = Vec::new();
        for _ in 0..count {
            let key = match self.below(6) {
                0 => format!("({})", self.draw(Kind::Text, depth.min(1))),
                1 => self.of(&["\"a b\"", "\"${local.text}\"", "1", "\"é\"", "true", "null", "\"\""]).to_owned(),
                _ => self.of(&["a", "b", "c", "id", "name", "tags"]).to_owned(),
            };
            let sign = self.of(&[" = ", " = ", " : "]);
            members.push(format!("{key}{sign}{}", self.draw(Kind::Any, depth)));
        }
        format!("{{ {} }}", members.join(", "))
    }

    fn keyed(&mut self, depth: usize) -> String {
        let (head, around) = self.head(depth);
        let key = if self.below(3) == 0 { self.draw(Kind::Text, depth.min(1)) } else { self.leaf(Kind::Text) };
        let value = self.draw(Kind::Any, depth);
        let grouping = self.of(&["", "..."]);
        let condition =
            if self.below(4) == 0 { format!(" if {}", self.draw(Kind::Bool, depth)) } else { String::new() };
        self.bound.truncate(around);
        format!("{{ for {head} : {key} => {value}{grouping}{condition} }}")
    }

    /// A quoted template, or now and then a heredoc in parentheses, so that it may stand anywhere.
    fn template(&mut self, depth: usize) -> String {
        let quoted = self.below(4) > 0;
        let mut body = String::new();
        for _ in 0..1 + self.below(3) {
            body.push_str(&self.part(depth, quoted));
        }
        if quoted {
            return format!("\"{body}\"");
        }
        let flush = self.of(&["", "-"]);
        let indent = if flush.is_empty() { "" } else { "  " };
        let body = body.replace('\n', &format!("\n{indent}"));
        format!("(<<{flush}EOT\n{indent}{body}\n{indent}EOT\n)")
    }

    fn part(&mut self, depth: usize, quoted: bool) -> String {
        let (open, close) = (self.of(&["", "", "~"]), self.of(&["", "", "~"]));
        match self.below(6) {
            0 if quoted => self.of(&["x", " ", " y ", "$${", "%%{ z", "\\n", "\\u00e9", "% ", "  "]).to_owned(),
            0 | 1 if quoted => self.of(&["x", "é", " .% ", "$."]).to_owned(),
            0 | 1 => self.of(&["x", " ", " y ", "$${", "%%{ z", "\n", "  \n ", "é", "\\n", "\"", "z"]).to_owned(),
            2 => {
                let condition = self.draw(Kind::Bool, depth);
                let (yes, no) = (self.text(depth), self.text(depth));
                let otherwise = if self.below(2) == 0 { format!("%{{ else }}{no}") } else { String::new() };
                format!("%{{ if {condition} {close}}}{yes}{otherwise}%{{{open} endif }}")
            }
            3 => {
                let (head, around) = self.head(depth);
                let body = self.text(depth);
                self.bound.truncate(around);
                format!("%{{ for {head} {close}}}{body}%{{{open} endfor }}")
            }
            _ => format!("${{{open}{}{close}}}", self.draw(Kind::Text, depth)),
        }
    }

    /// A literal with an interpolation, for the inside of directives.
    fn text(&mut self, depth: usize) -> String {
        let before = self.of(&["", "a", " ", " b "]);
        let inner =
            if self.below(2) == 0 { format!("${{{}}}", self.draw(Kind::Text, depth.min(1))) } else { String::new() };
        format!("{before}{inner}{}", self.of(&["", " ", "c"]))
    }
}
