//! Lines with signs in front, in colour or not.
//!
//! **Never:** know what a plan is. In: depth, sign, text. Out: the text of a page.

/// What stands before a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    None,
    Add,
    Change,
    Remove,
    Replace,
    ReplaceFirst,
    Read,
    Forget,
}

/// A page being written.
pub(super) struct Page {
    text: String,
    colour: bool,
    /// Whether the values being written have no declared type: the keys of their maps are written
    /// like names then, as Terraform does.
    pub(super) untyped: bool,
    /// What the values being written are called.
    pub(super) noun: &'static str,
}

const GREEN: &str = "32";
const YELLOW: &str = "33";
const RED: &str = "31";
const CYAN: &str = "36";
const GREY: &str = "90";

impl Page {
    pub(super) fn new(colour: bool) -> Page {
        Page { text: String::new(), colour, untyped: false, noun: "attribute value" }
    }

    /// Makes room for so many bytes at once.
    pub(super) fn expect(&mut self, bytes: usize) {
        self.text.reserve(bytes);
    }

    pub(super) fn finish(self) -> String {
        self.text
    }

    fn paint(&self, text: &str, code: &str) -> String {
        if self.colour { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    pub(super) fn bold(&self, text: &str) -> String {
        self.paint(text, "1")
    }

    pub(super) fn grey(&self, text: &str) -> String {
        self.paint(text, GREY)
    }

    pub(super) fn red(&self, text: &str) -> String {
        self.paint(text, RED)
    }

    pub(super) fn yellow(&self, text: &str) -> String {
        self.paint(text, YELLOW)
    }

    pub(super) fn blank(&mut self) {
        self.text.push('\n');
    }

    /// A line as it is.
    pub(super) fn text(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// A line at a depth of four columns each, its sign just before it.
    pub(super) fn line(&mut self, depth: usize, sign: Sign, line: &str) {
        self.parts(depth, sign, &[line]);
    }

    /// A line of several texts, one behind the other.
    pub(super) fn parts(&mut self, depth: usize, sign: Sign, parts: &[&str]) {
        let marks: &[(&str, &str)] = match sign {
            Sign::None => &[],
            Sign::Add => &[("+", GREEN)],
            Sign::Change => &[("~", YELLOW)],
            Sign::Remove => &[("-", RED)],
            Sign::Replace => &[("-", RED), ("/", ""), ("+", GREEN)],
            Sign::ReplaceFirst => &[("+", GREEN), ("/", ""), ("-", RED)],
            Sign::Read => &[("<=", CYAN)],
            Sign::Forget => &[(".", RED)],
        };
        if sign == Sign::None && parts.iter().all(|part| part.is_empty()) {
            return self.blank();
        }
        let width: usize = marks.iter().map(|(mark, _)| mark.len()).sum();
        let lead = (depth * 4).saturating_sub(width + 1);
        self.text.extend(std::iter::repeat_n(' ', lead));
        for (mark, code) in marks {
            if self.colour && !code.is_empty() {
                self.text.push_str(&self.paint(mark, code));
            } else {
                self.text.push_str(mark);
            }
        }
        if depth > 0 || sign != Sign::None {
            self.text.push(' ');
        }
        parts.iter().for_each(|part| self.text.push_str(part));
        self.text.push('\n');
    }

    /// Says of something that it becomes sensitive, or is not any more.
    pub(super) fn warn(&mut self, depth: usize, noun: &str, sensitive: (bool, bool), unchanged: bool) {
        let [first, second] = match sensitive {
            (false, true) => {
                ["be marked as sensitive and will not", "display in UI output after applying this change."]
            }
            (true, false) => ["no longer be marked as sensitive", "after applying this change."],
            _ => return,
        };
        let (warning, rest) = (self.yellow("Warning"), if unchanged { " The value is unchanged." } else { "" });
        self.aside(depth, &format!("{warning}: this {noun} will {first}"));
        self.aside(depth, &format!("{second}{rest}"));
    }

    /// A comment line above what it is about, at the column of its sign.
    pub(super) fn aside(&mut self, depth: usize, text: &str) {
        self.text.extend(std::iter::repeat_n(' ', (depth * 4).saturating_sub(2)));
        self.text(&format!("# {text}"));
    }

    /// A comment line.
    pub(super) fn comment(&mut self, depth: usize, text: &str) {
        let text = self.grey(&format!("# {text}"));
        self.line(depth, Sign::None, &text);
    }
}
