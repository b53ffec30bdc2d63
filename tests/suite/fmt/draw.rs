//! Draws awkward configurations: odd spaces, comments everywhere, nested everything.

/// A stream of numbers that depends on its seed alone (splitmix64).
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % end as u64) as usize
    }

    fn of(&mut self, words: &[&'static str]) -> &'static str {
        words[self.below(words.len())]
    }

    fn space(&mut self) -> &'static str {
        self.of(&["", " ", "  ", "\t", ""])
    }

    fn line_end(&mut self) -> &'static str {
        self.of(&["\n", "\n", "\n", "\n", "\n\n", " # c\n", " // c  \n", "   \n", "\n", "\n"])
    }

    fn name(&mut self) -> &'static str {
        self.of(&[
            "a",
            "bb",
            "name",
            "for_each",
            "x1",
            "very_long_name",
            "in_put",
            "é_x",
            "type",
            "default",
            "_u",
            "k-v",
        ])
    }

    fn leaf(&mut self) -> &'static str {
        self.of(&[
            "1",
            "-1",
            "1.5e3",
            "true",
            "null",
            "var.x",
            "local.a.b",
            "a[0]",
            "a.*.b",
            "a[*].c",
            "- 5",
            "! x",
            "data.a.b[\"k\"].c",
            "\"s\"",
            "\"\"",
            "\"a b\"",
        ])
    }

    fn list(&mut self, depth: usize, most: usize) -> String {
        let count = self.below(most + 1);
        let members: Vec<String> = (0..count).map(|_| self.expression(depth)).collect();
        let between = format!("{},{}", self.space(), self.space());
        members.join(&between)
    }

    fn key(&mut self) -> &'static str {
        let plain = self.name();
        let other = self.of(&["\"q k\"", "(var.k)", "\"${x}\""]);
        if self.below(3) == 0 { other } else { plain }
    }

    fn expression(&mut self, depth: usize) -> String {
        let (s, t) = (self.space(), self.space());
        if depth > 3 {
            return self.leaf().to_owned();
        }
        let inner = depth + 1;
        match self.below(14) {
            0 | 1 => {
                let sign = self.of(&["+", "-", "*", "/", "%", "==", "!=", "<", ">=", "&&", "||"]);
                // A dash right behind a name belongs to the name; a slash before a comment is one itself.
                let (s, t) = if matches!(sign, "-" | "/") { (" ", " ") } else { (s, t) };
                format!("{}{s}{sign}{t}{}", self.expression(inner), self.expression(inner))
            }
            2 => format!("({s}{}{t})", self.expression(inner)),
            3 => {
                let function = self.of(&["f", "max", "provider::a::b"]);
                format!("{function}({s}{}{t})", self.list(inner, 3))
            }
            4 => format!("[{s}{}{t}]", self.list(inner, 3)),
            5 => {
                let count = self.below(3);
                let lines: String =
                    (0..count).map(|_| format!("{},{}", self.expression(inner), self.line_end())).collect();
                format!("[\n{lines}{s}]")
            }
            6 => self.object(inner),
            7 => {
                format!("{}{s}?{t}{}{s}:{t}{}", self.expression(inner), self.expression(inner), self.expression(inner))
            }
            8 => format!("[{s}for x, y in {}{t}:{s}{}{t}]", self.expression(inner), self.expression(inner)),
            9 => {
                let grouped = self.of(&["", "..."]);
                let (over, key, value) = (self.expression(inner), self.expression(inner), self.expression(inner));
                format!("{{{s}for k , v in {over}{t}:{s}{key}{t}=>{s}{value}{grouped}{t}}}")
            }
            10 => self.template(inner),
            11 if depth == 0 => self.heredoc(),
            12 => format!("/* c */ {}", self.expression(inner)),
            _ => self.leaf().to_owned(),
        }
    }

    fn object(&mut self, depth: usize) -> String {
        let mut text = format!("{{{}", self.line_end());
        // Keys of one object are told apart by a number, as names in a real one are.
        for number in 0..self.below(4) {
            let sign = self.of(&["=", "=", ":"]);
            let key = self.key();
            let key = if key.starts_with(['"', '(']) { key.to_owned() } else { format!("{key}{number}") };
            let end = if self.below(3) == 0 { "," } else { "" };
            let line = format!("{}{key}{}{sign}{}", self.space(), self.space(), self.space());
            text += &format!("{line}{}{end}{}", self.expression(depth), self.line_end());
        }
        text + self.space() + "}"
    }

    fn template(&mut self, depth: usize) -> String {
        let before = self.of(&["", "a", "x ", "\\n", "$${x}"]);
        let after = self.of(&["", "b", " c", "${ y }", "%{ if z }q%{ endif }"]);
        let (open, close) = (self.of(&["", "~"]), self.of(&["", "~"]));
        // Comments to the end of a line would swallow the rest of the string.
        let inside = self.expression(depth + 1);
        let inside = if inside.contains(['#', '\n']) || inside.contains("//") { "x".to_owned() } else { inside };
        format!("\"{before}${{{open}{}{inside}{}{close}}}{after}\"", self.space(), self.space())
    }

    fn heredoc(&mut self) -> String {
        let text = self.of(&["hi\n", "  indented ${ x }\n", "${ a+b }\n%{ if x }\ny\n%{ endif }\n", "\n\n  q\n"]);
        format!("<<{}EOT\n{text}{}EOT", self.of(&["", "-"]), self.of(&["", "  "]))
    }

    fn body(&mut self, depth: usize) -> String {
        let mut text = String::new();
        for number in 0..self.below(6) {
            let indent = self.of(&["", "  ", "    ", "\t"]);
            match self.below(12) {
                0..=6 => {
                    let line = format!("{indent}{}{number}{}={}", self.name(), self.space(), self.space());
                    let value = self.expression(0);
                    // Behind a heredoc nothing but a line break may stand.
                    let end = if value.ends_with("EOT") { "\n" } else { self.line_end() };
                    text += &format!("{line}{value}{end}");
                }
                7 => text += &format!("{indent}# comment  \n"),
                8 => text += &format!("{indent}/* block\n  comment */{}", self.line_end()),
                9 => text.push('\n'),
                _ if depth < 3 => {
                    let labels: String =
                        (0..self.below(3)).map(|_| self.of(&[" \"l\"", " \"l m\"", " ll", " \"é\""])).collect();
                    let kind = self.of(&["resource", "variable", "dynamic", "content"]);
                    let (open, inside) = (self.line_end(), self.body(depth + 1));
                    text +=
                        &format!("{indent}{kind}{labels}{}{{{open}{inside}{indent}}}{}", self.space(), self.line_end());
                }
                _ => text += &format!("{indent}{} \"l\"{}{{ a=1}}\n", self.name(), self.space()),
            }
        }
        text
    }
}

/// The configuration of a seed.
pub(crate) fn configuration(seed: u64) -> String {
    Draw(seed.wrapping_mul(0x1234_5678_9abc_def1)).body(0)
}
