//! Diagnostics: what is wrong, where, why, and what to do next.
//!
//! **Never:** print. Rendering gives text; only `cli` writes it anywhere.
//! Diagnostics are collected, not thrown: a function that can go on after an error goes on and
//! adds to the list, so that one run shows all that is wrong.

pub mod fold;
pub mod render;
pub mod source;
pub(crate) mod suggest;

pub use source::{FileId, Sources, Span};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing more is done.
    Error,
    /// Worth knowing; the run goes on.
    Warning,
}

/// One finding.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// What is wrong, in a few words, first letter capital, no full stop (Terraform's style).
    pub summary: String,
    /// Why, in full sentences.
    pub detail: String,
    /// What to do next, a full sentence, where there is one thing to do.
    pub hint: Option<String>,
    /// The place in the sources.
    pub span: Option<Span>,
    /// What the place belongs to: `azurerm_container_group.web`.
    pub address: Option<String>,
    /// The values that took part, once somebody has looked for them.
    pub seen: Option<Vec<Seen>>,
    /// The function that was called: the name as it was written, and the names of its parameters.
    pub calling: Option<Box<Calling>>,
    /// Whether it is shown together with others that say the same of other places.
    pub alike: bool,
}

/// A call of a function that went wrong: `join` and `separator, lists...`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calling {
    /// The name as it was written.
    pub name: String,
    /// The names of the parameters, with commas between them.
    pub parameters: String,
}

/// A value that took part in an error: `var.x` `is "abc"`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seen {
    /// The reference, as it is written.
    pub name: String,
    /// What is said of its value; never a secret.
    pub statement: String,
}

impl Diagnostic {
    /// An error.
    #[must_use]
    pub fn error(summary: impl Into<String>, detail: impl Into<String>) -> Diagnostic {
        Diagnostic {
            severity: Severity::Error,
            summary: summary.into(),
            detail: detail.into(),
            hint: None,
            span: None,
            address: None,
            seen: None,
            calling: None,
            alike: false,
        }
    }

    /// A warning.
    #[must_use]
    pub fn warning(summary: impl Into<String>, detail: impl Into<String>) -> Diagnostic {
        Diagnostic { severity: Severity::Warning, ..Diagnostic::error(summary, detail) }
    }

    /// The same at a place.
    #[must_use]
    pub fn at(mut self, span: Span) -> Diagnostic {
        self.span = Some(span);
        self
    }

    /// The same at a place, if there is one.
    #[must_use]
    pub fn at_maybe(mut self, span: Option<Span>) -> Diagnostic {
        self.span = self.span.or(span);
        self
    }

    /// The same with advice.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Diagnostic {
        self.hint = Some(hint.into());
        self
    }

    /// The same with the values that took part.
    #[must_use]
    pub fn seen(mut self, seen: Vec<Seen>) -> Diagnostic {
        self.seen = Some(seen);
        self
    }

    /// The same, to be shown together with others that say the same of other places.
    #[must_use]
    pub fn alike(mut self) -> Diagnostic {
        self.alike = true;
        self
    }

    /// The same, said to belong to a block or an object.
    #[must_use]
    pub fn about(mut self, address: impl Into<String>) -> Diagnostic {
        self.address = Some(address.into());
        self
    }
}

/// Findings in the order in which they were made.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Diagnostics(pub Vec<Diagnostic>);

impl Diagnostics {
    /// No findings.
    #[must_use]
    pub fn none() -> Diagnostics {
        Diagnostics::default()
    }

    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// Adds all of `other`.
    pub fn extend(&mut self, other: Diagnostics) {
        self.0.extend(other.0);
    }

    /// The same in the order of their places in the sources, those without a place behind.
    #[must_use]
    pub fn in_source_order(mut self) -> Diagnostics {
        self.0.sort_by_key(|finding| (finding.span.is_none(), finding.span.map(|span| (span.file, span.start))));
        self
    }

    /// Whether an error is among them.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Whether there is nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The findings.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Diagnostics {
        Diagnostics(vec![diagnostic])
    }
}
