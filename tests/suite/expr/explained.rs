//! Where acier answers otherwise than Terraform on purpose, and why.
//!
//! **Never:** an entry without a reason that a user would accept. README.md quotes this table.

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
            let plain = |answer: &str| answer.replace("(sensitive)", "");
            let marks = |answer: &str| answer.matches("(sensitive)").count();
            let open = ["later", "partly"].iter().any(|name| expression.contains(name));
            let asked = expression.starts_with("issensitive(") && ours == "true : bool";
            open && (asked && theirs == "(unknown) : bool"
                || plain(ours) == plain(theirs) && marks(ours) > marks(theirs))
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
        about: "null where format wants a value",
        because: "%v makes null of a null argument of format, as documented, and other verbs refuse it; Terraform \
                  calls the result unknown, for ever",
        fits: |expression, ours, theirs| {
            let null = expression.starts_with("format(\"") && expression.contains("null)") && ours.contains("null");
            // Text that is not known yet is text nevertheless.
            let given = |call: &str| expression.starts_with(call) && expression.contains(", null");
            let text = given("format(\"") && ours.ends_with("(unknown) : string");
            let list = given("formatlist(\"") && ours.ends_with(" : list(string)");
            let untyped = theirs.trim_start_matches("(sensitive)") == "(unknown) : any";
            // The error stands beside others.
            let others = ours.strip_prefix("! Error in function call\n    ");
            if with_null(expression) && others == Some(theirs) {
                return true;
            }
            with_null(expression) && (ours.starts_with('!') || null) && theirs.contains("(unknown)")
                || untyped && (text || list)
        },
    },
    Explained {
        about: "networks outside of the given one",
        because: "a subnet that is larger than its network or lies outside of it is refused",
        fits: |expression, ours, theirs| {
            let given = theirs.trim_start_matches("(sensitive)");
            expression.contains("cidrsubnet(")
                && expression.contains('-')
                && ["! Error in function call", "! Invalid function argument"].contains(&ours)
                && given.starts_with('"')
                && given.contains('/')
        },
    },
    Explained {
        about: "a subnet outside of the given network for which Terraform's function panics",
        because: "a subnet that is larger than its network is refused by its argument; Terraform counts bits below zero \
                  and says that the function failed",
        fits: |expression, ours, theirs| {
            expression.contains("cidrsubnet(")
                && expression.contains('-')
                && ours == "! Invalid function argument"
                && theirs == "! Error in function call"
        },
    },
    Explained {
        about: "the first of the subnets of a network that begins at address zero",
        because: "it is there to be given; Terraform looks for it behind the end of the network and finds no room",
        fits: |expression, ours, theirs| {
            let zero = expression.contains("\"0.0.0.0/") || expression.contains("\"::/") || expression.contains("/0\"");
            expression.contains("cidrsubnets(")
                && zero
                && !ours.starts_with('!')
                && theirs == "! Invalid function argument"
        },
    },
    Explained {
        about: "flatten of an object or a map with members that are not known yet",
        because: "flatten takes lists, sets and tuples only; Terraform says so in the apply, when all members are known",
        fits: |expression, ours, theirs| {
            let given = ["flatten({", "flatten(({", "flatten(tomap(", "flatten((tomap("];
            let open = ["later", "partly"].iter().any(|name| expression.contains(name));
            let called = given.iter().any(|call| expression.contains(call));
            called && open && ours == "! Error in function call" && !theirs.starts_with('!')
        },
    },
    Explained {
        about: "a branch that encodes what cannot become variables and is not known yet",
        because: "encode_tfvars takes objects and maps only; Terraform says so in the apply, when the value is known",
        fits: |expression, ours, theirs| {
            const CALL: &str = "encode_tfvars(";
            let open = expression.split(CALL).skip(1).any(|given| given.contains("local.later"));
            let untyped = ours.ends_with("(unknown) : any") && theirs.ends_with("(unknown) : string");
            open && (untyped || ours == "! Error in function call" && !theirs.starts_with('!'))
        },
    },
    Explained {
        about: "matchkeys where some of what is searched for is not known yet",
        because: "what matches is not known; Terraform plans an empty list, which the apply may contradict",
        fits: |expression, ours, theirs| {
            let open = ["later", "partly"].iter().any(|name| expression.contains(name));
            expression.contains("matchkeys(") && open && ours.contains("(unknown") && !theirs.contains("(unknown")
        },
    },
    Explained {
        about: "coalesce of values that cannot be converted to the type of the others",
        because: "the value that does not fit is named; Terraform passes over it as if it were null",
        fits: |expression, ours, theirs| {
            const FAILED: &str = "! Error in function call";
            expression.contains("coalesce(") && ours == FAILED && !theirs.contains(FAILED)
        },
    },
    Explained {
        about: "the last digit of a power",
        because: "powers are computed with floats of the machine, whose last digit depends on the way of computing",
        fits: |expression, ours, theirs| expression.contains("pow(") && nearly(ours, theirs),
    },
    Explained {
        about: "a branch that is taken and fails",
        because: "what failed is named; Terraform says that the types of the branches do not agree, because what failed \
                  has only half of its type",
        fits: |expression, ours, theirs| {
            const UNLIKE: &str = "! Inconsistent conditional result types";
            expression.contains('?') && ours.starts_with('!') && !ours.contains(UNLIKE) && theirs.contains(UNLIKE)
        },
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
            joins && counts && !ours.starts_with('!') && !theirs.starts_with('!')
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
        fits: |expression, _, theirs| expression.contains("set(") && theirs == super::theirs::CRASH,
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
    Explained {
        about: "a list and a tuple, or a map and an object, as branches of a conditional",
        because: "both become the list or map that they share; Terraform converts the second one twice and fails over it",
        fits: |expression, ours, theirs| {
            let shared = !ours.starts_with('!') && (ours.contains("list(") || ours.contains("map("));
            expression.contains('?') && shared && theirs == "! Inconsistent conditional result types"
        },
    },
];

fn with_null(expression: &str) -> bool {
    expression.contains("format") && expression.contains("null")
}

/// Whether two numbers are the same but for the last digit that a float of the machine holds.
fn nearly(ours: &str, theirs: &str) -> bool {
    let number = |answer: &str| answer.strip_suffix(" : number").and_then(|number| number.parse::<f64>().ok());
    let close = |(a, b): (f64, f64)| a.is_finite() && (a - b).abs() <= a.abs() * f64::EPSILON;
    number(ours).zip(number(theirs)).is_some_and(close)
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
fn every_difference_says_what_it_is_about() {
    for row in EXPLAINED {
        assert!(!row.about.is_empty() && row.because.len() > 40, "{}", row.about);
    }
}
