//! Reads the types that `type()` of Terraform's console prints, into acier's notation.
//!
//! **Never:** know values. In: the text of a tuple type. Out: one text for each element.

/// The texts of the elements of a printed tuple type.
pub(super) fn elements(printed: &str) -> Vec<String> {
    let mut reader = Reader { rest: printed };
    assert!(reader.skip("tuple(["), "terraform console printed no tuple type: {printed}");
    let mut types = Vec::new();
    while !reader.skip("])") {
        types.push(reader.ty());
        reader.skip(",");
    }
    types
}

struct Reader<'t> {
    rest: &'t str,
}

impl Reader<'_> {
    /// Steps over a word, and over the white space around it, if it is next.
    fn skip(&mut self, word: &str) -> bool {
        match self.rest.trim_start().strip_prefix(word) {
            Some(rest) => {
                self.rest = rest.trim_start();
                true
            }
            None => false,
        }
    }

    fn ty(&mut self) -> String {
        for kind in ["list", "set", "map"] {
            if self.skip(&format!("{kind}(")) {
                let element = self.ty();
                self.skip(",");
                assert!(self.skip(")"), "no end of a {kind} before {}", self.rest);
                return format!("{kind}({element})");
            }
        }
        let mut members = Vec::new();
        if self.skip("tuple([") {
            while !self.skip("])") {
                members.push(self.ty());
                self.skip(",");
            }
            return format!("tuple([{}])", members.join(", "));
        }
        if self.skip("object({") {
            while !self.skip("})") {
                // Names are printed bare, whatever they hold.
                let (name, rest) = self.rest.split_once(": ").expect("an attribute and its type");
                let name = name.to_owned();
                self.rest = rest;
                members.push(format!("{name}={}", self.ty()));
                self.skip(",");
            }
            return format!("object({{{}}})", members.join(", "));
        }
        for (printed, word) in [("bool", "bool"), ("number", "number"), ("string", "string"), ("dynamic", "any")] {
            if self.skip(printed) {
                return word.to_owned();
            }
        }
        panic!("no type: {}", self.rest)
    }
}
