//! Where acier answers otherwise than Terraform on purpose, and why.
//!
//! **Never:** an entry without a reason that a user would accept. README.md quotes this table.

use super::called::calls;

/// A family of differences.
pub(super) struct Explained {
    /// What it is about.
    pub(super) about: &'static str,
    /// Why acier does otherwise.
    pub(super) because: &'static str,
    /// Whether an expression with these two answers (acier's, Terraform's) belongs to it.
    pub(super) fits: fn(&str, &str, &str) -> bool,
}

/// All of them.
pub(super) const EXPLAINED: &[Explained] = &[
    Explained {
        about: "secret and not known yet",
        because: "what is computed from a sensitive value stays sensitive while another operand is unknown; Terraform \
                  forgets the mark until the apply",
        fits: |expression, ours, theirs| {
            let open = ["later", "partly", "uuid(", "timestamp("].iter().any(|name| expression.contains(name));
            let asked = expression.starts_with("issensitive(") && ours == "true : bool";
            open && (asked && theirs == "(unknown) : bool" || ours != theirs && hides_as_much(ours, theirs))
        },
    },
    Explained {
        about: "what does not parse",
        because: "both refuse the text; acier's parser says in its own words what it misses",
        fits: |_, ours, theirs| {
            let pairs = [
                ("! Missing attribute value", "! Missing key/value separator"),
                ("! Invalid attribute name", "! Invalid number literal"),
                ("! Extra characters after interpolation expression", "! Invalid multi-line string"),
            ];
            pairs.iter().any(|(mine, yours)| ours == *mine && theirs.starts_with(yours))
        },
    },
    Explained {
        about: "networks outside of the given one",
        because: "a subnet that is larger than its network or lies outside of it is refused; Terraform gives networks that \
                  are none, or its function panics",
        fits: |expression, _, _| {
            let below = |call: &Vec<String>| call.iter().take(3).skip(1).any(|argument| known(argument).contains('-'));
            calls(expression, "cidrsubnet").iter().any(below)
        },
    },
    Explained {
        about: "the first of the subnets of a network that begins at address zero",
        because: "it is there to be given; Terraform looks for it behind the end of the network and finds no room",
        fits: |expression, _, _| {
            let zero = |network: &str| ["\"0.0.0.0/", "\"::/", "/0\""].iter().any(|part| network.contains(part));
            calls(expression, "cidrsubnets").iter().any(|call| zero(known(&call[0])))
        },
    },
    Explained {
        about: "matchkeys where some of what is searched for is not known yet",
        because: "what matches is not known; Terraform plans an empty list, which the apply may contradict",
        fits: |expression, _, _| {
            let open = |call: &Vec<String>| call.iter().take(3).skip(1).any(|argument| argument.contains("(unknown"));
            calls(expression, "matchkeys").iter().any(open)
        },
    },
    Explained {
        about: "formatlist where an element is not known yet and others follow",
        because: "each element of a list is formatted with the one at its place in the others; Terraform falls behind in \
                  the others by each element that is not known, and plans texts that the apply contradicts",
        fits: |expression, _, _| {
            let behind = |call: &Vec<String>| {
                let values = call.get(1..call.len().saturating_sub(2)).unwrap_or_default();
                values.iter().any(|argument| argument.contains("(unknown"))
            };
            calls(expression, "formatlist").iter().any(behind)
        },
    },
    Explained {
        about: "a set beside a null without a type as arguments of merge",
        because: "merge takes objects and maps only; Terraform does not look at what stands behind such a null and makes an \
                  object whose attributes are named as their values",
        fits: |expression, ours, theirs| {
            let mixed = |call: &Vec<String>| {
                let untyped = call.iter().any(|argument| argument.trim_start_matches("(sensitive)") == "null : any");
                untyped && call.iter().any(|argument| argument.contains(" : set("))
            };
            let failed = "! Error in function call";
            ours.contains(failed) && !theirs.contains(failed) && calls(expression, "merge").iter().any(mixed)
        },
    },
    Explained {
        about: "coalesce of values that cannot be converted to the type of the others",
        because: "the value that does not fit is named; Terraform passes over it as if it were null",
        fits: |expression, ours, theirs| {
            const FAILED: &str = "! Error in function call";
            let refused = |call: &Vec<String>| {
                let (answer, arguments) = call.split_last().expect("the call itself");
                answer == FAILED && arguments.iter().all(|argument| !argument.starts_with('!'))
            };
            calls(expression, "coalesce").iter().any(refused) && ours.contains(FAILED) && !theirs.contains(FAILED)
        },
    },
    Explained {
        about: "the last digit of a power",
        because: "powers are computed with floats of the machine, whose last digit depends on the way of computing",
        fits: |expression, ours, theirs| !calls(expression, "pow").is_empty() && nearly(ours, theirs),
    },
    Explained {
        about: "two objects of which one member differs and another is not known",
        because: "they differ, whatever the other turns out to be; Terraform says so or that it is not known, now one and \
                  now the other, because it looks at the members in no order",
        fits: |expression, ours, theirs| {
            let decided = ["true : bool", "false : bool"].contains(&ours.trim_start_matches("(sensitive)"));
            let compared = expression.contains("==") || expression.contains("!=");
            expression.contains('{')
                && compared
                && decided
                && theirs.trim_start_matches("(sensitive)") == "(unknown) : bool"
        },
    },
    Explained {
        about: "letters of Indic scripts that join",
        because: "what a reader sees as one character is one (Unicode 15.1, rule GB9c); Terraform takes it apart",
        fits: |expression, ours, theirs| {
            let joins = expression.chars().any(|letter| ('\u{900}'..='\u{dff}').contains(&letter));
            let counts = ["length(", "strrev(", "substr(", "format"].iter().any(|name| expression.contains(name));
            joins && (counts && !ours.starts_with('!') && !theirs.starts_with('!') || ours == theirs)
        },
    },
    Explained {
        about: "two sets of objects with members that are not known",
        because: "whether they are equal is not known; Terraform says before the apply that they are not",
        fits: |expression, ours, _| {
            let compared = expression.contains("==") || expression.contains("!=");
            expression.contains("toset([{ a = local.later_id") && compared && ours.contains("(unknown")
        },
    },
    Explained {
        about: "what Terraform cannot evaluate at all",
        because: "Terraform ends with a crash of its own, as with a set of lists whose elements are of several types",
        fits: |_, _, theirs| theirs == super::theirs::CRASH,
    },
    Explained {
        about: "a member chosen by a secret key",
        because: "the member of an object that a sensitive key selects is sensitive, as it is with a list or a map",
        fits: |expression, ours, theirs| {
            let keys =
                ["[sensitive(", "[(sensitive(", "[local.secret", "[(local.secret", "[var.password", "[(var.password"];
            let chosen = keys.iter().any(|key| expression.contains(key));
            chosen && ours.contains("(sensitive)") && ours.replace("(sensitive)", "") == theirs
        },
    },
];

/// What is known of an answer, without its type; nothing of an error.
fn known(answer: &str) -> &str {
    answer.rsplit_once(" : ").map_or("", |(json, _)| json)
}

/// Whether two answers are the same but for marks, and all that theirs hides is hidden in ours.
fn hides_as_much(ours: &str, theirs: &str) -> bool {
    let ((plain, mine), (other, yours)) = (marks(ours), marks(theirs));
    let covered = |at: &usize| mine.iter().any(|start| (*start..=end_of_value(&plain, *start)).contains(at));
    plain == other && yours.iter().all(covered)
}

/// An answer without its marks, and where these stood.
fn marks(answer: &str) -> (String, Vec<usize>) {
    let (mut plain, mut found) = (String::new(), Vec::new());
    for (index, part) in answer.split("(sensitive)").enumerate() {
        if index > 0 {
            found.push(plain.len());
        }
        plain += part;
    }
    (plain, found)
}

/// The last byte of the value that begins at a place.
fn end_of_value(text: &str, start: usize) -> usize {
    let (mut depth, mut quoted, mut escaped) = (0, false, false);
    for (at, byte) in text.bytes().enumerate().skip(start) {
        match byte {
            b'"' if !escaped => quoted = !quoted,
            b'[' | b'{' if !quoted => depth += 1,
            b']' | b'}' | b',' | b' ' if !quoted && depth == 0 => return at - 1,
            b']' | b'}' if !quoted => depth -= 1,
            _ => {}
        }
        escaped = byte == b'\\' && !escaped;
    }
    text.len()
}

/// Whether two answers are the same but for numbers that differ in what a float of the machine rounds.
fn nearly(ours: &str, theirs: &str) -> bool {
    let numeric = |letter: char| letter.is_ascii_digit() || letter == '.';
    let split = |answer: &str| {
        let text: String = answer.chars().filter(|letter| !numeric(*letter)).collect();
        let numbers = answer.split(|letter| !numeric(letter)).filter_map(|number| number.parse::<f64>().ok());
        (text, numbers.collect::<Vec<f64>>())
    };
    let ((text, mine), (other, yours)) = (split(ours), split(theirs));
    let close = |(a, b): (&f64, &f64)| a == b || (a - b).abs() <= a.abs() * 16.0 * f64::EPSILON;
    text == other && mine.len() == yours.len() && mine.iter().zip(&yours).all(close)
}

/// Whether a difference is in the table; its reason.
pub(super) fn reason(expression: &str, ours: &str, theirs: &str) -> Option<&'static str> {
    let (ours, theirs) = (bare(ours), bare(theirs));
    EXPLAINED.iter().find(|row| (row.fits)(expression, &ours, &theirs)).map(|row| row.because)
}

/// An answer that says nothing of unknown values but that they are.
fn bare(answer: &str) -> String {
    const UNKNOWN: &str = "(unknown";
    let mut out = String::new();
    let mut rest = answer;
    while let Some(at) = rest.find(UNKNOWN) {
        out.push_str(&rest[..at + UNKNOWN.len()]);
        rest = &rest[at + UNKNOWN.len()..];
        let (mut quoted, mut escaped) = (false, false);
        let end = rest.find(|letter| {
            quoted ^= letter == '"' && !escaped;
            escaped = letter == '\\' && !escaped;
            letter == ')' && !quoted
        });
        rest = &rest[end.unwrap_or(0)..];
    }
    out += rest;
    // Names of attributes stand bare in types, so white space around them is lost.
    match out.rsplit_once(" : ") {
        Some((json, ty)) => format!("{json} : {}", ty.replace(char::is_whitespace, "")),
        None => out,
    }
}

#[test]
fn marks_are_compared_by_what_they_hide() {
    let theirs = "[{\"a\":(sensitive)1,\"b\":[2]}] : x";
    assert!(hides_as_much("[(sensitive){\"a\":1,\"b\":[2]}] : x", theirs));
    assert!(!hides_as_much("[{\"a\":1,\"b\":(sensitive)[2]}] : x", theirs));
    assert!(!hides_as_much("[{\"a\":(sensitive)1,\"b\":[3]}] : x", theirs));
}

#[test]
fn every_difference_says_what_it_is_about() {
    for row in EXPLAINED {
        assert!(!row.about.is_empty() && row.because.len() > 40, "{}", row.about);
    }
}
