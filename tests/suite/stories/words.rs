//! Draws expressions that mostly fit their place.
//!
//! **Never:** refer to what does not stand in the scope. Expressions are shallow: what values come
//! to is the business of `expr::drawn`; here it matters what they refer to, and when it is known.

use super::dice::Dice;
use super::world::{Kind, Said};

pub(super) const KINDS: [Kind; 6] = [Kind::Text, Kind::Number, Kind::Bool, Kind::List, Kind::Map, Kind::Any];

/// What may be referred to: the text of the reference as an expression.
pub(super) type Scope = Vec<Said>;

/// What a place can bear.
#[derive(Clone, Copy)]
pub(super) struct Need {
    pub(super) pure: bool,
    pub(super) secret: bool,
    pub(super) fleeting: bool,
}

pub(super) const OPEN: Need = Need { pure: false, secret: false, fleeting: false };
pub(super) const PURE: Need = Need { pure: true, secret: false, fleeting: false };

pub(super) struct Words<'a> {
    pub(super) dice: &'a mut Dice,
    scope: Vec<&'a Said>,
    used: Said,
    /// Nothing whose order differs from run to run, while this is set.
    steady: bool,
}

/// Says something of a kind.
pub(super) fn say(dice: &mut Dice, scope: &[Said], kind: Kind, need: Need) -> Said {
    let fits =
        |said: &&Said| (said.pure || !need.pure) && (!said.secret || need.secret) && (!said.fleeting || need.fleeting);
    let scope = scope.iter().filter(fits).collect();
    let used = plain(String::new(), kind);
    let mut words = Words { dice, scope, used, steady: false };
    let depth = words.dice.below(3);
    let text = words.draw(kind, depth);
    Said { text, ..words.used }
}

/// What is known, and no secret.
pub(super) fn plain(text: impl Into<String>, kind: Kind) -> Said {
    Said { text: text.into(), kind, pure: true, secret: false, fleeting: false, random: false }
}

/// A constant, which is JSON too.
pub(super) fn constant(dice: &mut Dice, kind: Kind) -> String {
    let kind = if kind == Kind::Any { *dice.of(&KINDS[..5]) } else { kind };
    let texts = ["\"a\"", "\"b-c\"", "\"é\"", "\"\"", "\"x y\"", "\"7\"", "\"true\""];
    let lists = ["[]", "[\"a\", \"b\"]", "[\"p\"]", "[\"a\", \"c\", \"a\"]", "[\"q\", \"r\", \"s\"]"];
    let maps =
        ["{}", "{\"a\": \"x\"}", "{\"a\": \"x\", \"b\": \"y\"}", "{\"k\": \"1\", \"z\": \"\"}", "{\"b\": \"x\"}"];
    match kind {
        Kind::Number => *dice.of(&["0", "1", "2", "3", "2.5", "-1", "10"]),
        Kind::Bool => *dice.of(&["true", "false"]),
        Kind::List => *dice.of(&lists),
        Kind::Map => *dice.of(&maps),
        _ => *dice.of(&texts),
    }
    .to_owned()
}

impl Words<'_> {
    fn draw(&mut self, kind: Kind, depth: usize) -> String {
        if self.dice.chance(60)
            && let Some(text) = self.reference(kind)
        {
            return text;
        }
        if depth == 0 {
            return match (kind, self.dice.below(12)) {
                (Kind::Any, 0) => "null".into(),
                _ => constant(self.dice, kind),
            };
        }
        let depth = depth - 1;
        if self.dice.chance(8) {
            let condition = self.draw(Kind::Bool, depth);
            return format!("({condition} ? {} : {})", self.draw(kind, depth), self.draw(kind, depth));
        }
        match kind {
            Kind::Text => self.text(depth),
            Kind::Number => self.number(depth),
            Kind::Bool => self.bool(depth),
            Kind::List => self.list(depth),
            Kind::Map => self.map(depth),
            Kind::Any => self.any(depth),
        }
    }

    fn reference(&mut self, kind: Kind) -> Option<String> {
        let fits: Vec<&Said> =
            self.scope.iter().copied().filter(|said| said.kind == kind || kind == Kind::Any).collect();
        let steady = self.steady;
        let fits: Vec<&Said> = fits.into_iter().filter(|said| !(steady && said.random)).collect();
        let said = *self.dice.any(&fits)?;
        self.used.pure &= said.pure;
        self.used.secret |= said.secret;
        self.used.fleeting |= said.fleeting;
        self.used.random |= said.random;
        Some(said.text.clone())
    }

    /// A list that is put in order or looked through for what is twice in it.
    fn steady(&mut self, depth: usize) -> String {
        let before = std::mem::replace(&mut self.steady, true);
        let text = self.draw(Kind::List, depth);
        self.steady = before;
        text
    }

    fn text(&mut self, depth: usize) -> String {
        match self.dice.below(9) {
            0 => format!("upper({})", self.draw(Kind::Text, depth)),
            1 => format!("join(\"-\", {})", self.draw(Kind::List, depth)),
            2 => format!("format(\"%s/%v\", {}, {})", self.draw(Kind::Text, depth), self.draw(Kind::Number, depth)),
            3 => format!("jsonencode({})", self.draw(Kind::Any, depth)),
            4 => format!("lookup({}, \"a\", \"none\")", self.draw(Kind::Map, depth)),
            5 => format!("try({}[0], \"none\")", self.draw(Kind::List, depth)),
            6 => format!(
                "\"%{{ if {} }}y${{{}}}%{{ endif }}\"",
                self.draw(Kind::Bool, depth),
                self.draw(Kind::Text, depth)
            ),
            _ => format!("\"${{{}}}-${{{}}}\"", self.draw(Kind::Text, depth), self.draw(Kind::Number, depth)),
        }
    }

    fn number(&mut self, depth: usize) -> String {
        match self.dice.below(4) {
            0 => format!("length({})", self.draw(Kind::List, depth)),
            1 => format!("length({})", self.draw(Kind::Map, depth)),
            2 => format!("max({}, {})", self.draw(Kind::Number, depth), self.draw(Kind::Number, depth)),
            _ => format!("({} + {})", self.draw(Kind::Number, depth), self.draw(Kind::Number, depth)),
        }
    }

    fn bool(&mut self, depth: usize) -> String {
        match self.dice.below(6) {
            0 => format!("({} > {})", self.draw(Kind::Number, depth), self.draw(Kind::Number, depth)),
            1 => format!("contains({}, {})", self.draw(Kind::List, depth), self.draw(Kind::Text, depth)),
            2 => format!("!{}", self.draw(Kind::Bool, depth)),
            3 => format!("({} && {})", self.draw(Kind::Bool, depth), self.draw(Kind::Bool, depth)),
            4 => format!("can({})", self.draw(Kind::Any, depth)),
            _ => format!("({} == {})", self.draw(Kind::Text, depth), self.draw(Kind::Text, depth)),
        }
    }

    fn list(&mut self, depth: usize) -> String {
        match self.dice.below(7) {
            0 => format!("concat({}, {})", self.draw(Kind::List, depth), self.draw(Kind::List, depth)),
            1 => format!("keys({})", self.draw(Kind::Map, depth)),
            2 => format!("tolist(toset({}))", self.steady(depth)),
            3 => {
                format!("[for x in {} : \"${{x}}${{{}}}\"]", self.draw(Kind::List, depth), self.draw(Kind::Text, depth))
            }
            4 => format!("[for i, x in {} : x if i != 1]", self.draw(Kind::List, depth)),
            _ => format!("[{}, {}]", self.draw(Kind::Text, depth), self.draw(Kind::Text, depth)),
        }
    }

    fn map(&mut self, depth: usize) -> String {
        match self.dice.below(6) {
            0 => format!("merge({}, {})", self.draw(Kind::Map, depth), self.draw(Kind::Map, depth)),
            1 => format!("{{ for x in distinct({}) : x => {} }}", self.steady(depth), self.draw(Kind::Text, depth)),
            2 => format!("{{ for k, v in {} : \"k${{k}}\" => v }}", self.draw(Kind::Map, depth)),
            3 => format!("tomap({{ a = {}, c = {} }})", self.draw(Kind::Text, depth), self.draw(Kind::Text, depth)),
            _ => format!("{{ a = {}, (\"b\") = {} }}", self.draw(Kind::Text, depth), self.draw(Kind::Number, depth)),
        }
    }

    fn any(&mut self, depth: usize) -> String {
        match self.dice.below(7) {
            0 => format!("[{}, {}]", self.draw(Kind::Any, depth), self.draw(Kind::Any, depth)),
            1 => format!("{{ x = {}, y = {} }}", self.draw(Kind::Any, depth), self.draw(Kind::Any, depth)),
            2 => format!("toset({})", self.steady(depth)),
            3 => format!("try({}.x, {})", self.draw(Kind::Any, 0), self.draw(Kind::Any, depth)),
            _ => {
                let kind = *self.dice.of(&KINDS[..5]);
                self.draw(kind, depth)
            }
        }
    }
}
