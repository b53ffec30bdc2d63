//! Our own syntax tree of the Terraform language.
//!
//! **Never:** read text: `lang::parse` builds it from the native syntax and `lang::json` from JSON.
//! Every node has a span. Literals are values already; templates are parts in order, with
//! heredoc indentation and trim markers already carried out.

use crate::diag::Span;
use crate::value::{Name, Value};

/// The content of a file or of a block.
#[derive(Clone, Debug, Default)]
pub struct Body {
    /// `name = expression`, in order.
    pub attributes: Vec<Attribute>,
    /// `name "label" { ... }`, in order.
    pub blocks: Vec<Block>,
    /// The closing brace or the end of the file: where a missing argument is reported.
    pub end: Option<Span>,
}

/// An attribute definition.
#[derive(Clone, Debug)]
pub struct Attribute {
    /// Its name.
    pub name: Name,
    /// Where the name stands.
    pub name_span: Span,
    /// Its value.
    pub expr: Expr,
}

/// A block.
#[derive(Clone, Debug)]
pub struct Block {
    /// `resource`, `container`, ...
    pub name: Name,
    /// Its labels.
    pub labels: Vec<Label>,
    /// From the name to the last label.
    pub header: Span,
    /// What stands between the braces.
    pub body: Body,
}

impl Block {
    /// Whether it is a `dynamic` block that makes blocks of a name.
    #[must_use]
    pub fn makes(&self, name: &str) -> bool {
        &*self.name == "dynamic" && self.labels.iter().any(|label| &*label.text == name)
    }
}

/// A block label.
#[derive(Clone, Debug)]
pub struct Label {
    /// The text.
    pub text: Name,
    /// Where it stands.
    pub span: Span,
}

/// An expression.
#[derive(Clone, Debug)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of expressions.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// A number, a boolean, `null`, or a string without interpolation.
    Literal(Value),
    /// A string with interpolations or directives. A template that is a single interpolation
    /// (`"${x}"`) is [`ExprKind::Wrapped`] instead.
    Template(Vec<Part>),
    /// `"${x}"`: passes the value through, whatever its type.
    Wrapped(Box<Expr>),
    /// `var.x`, `each.value`, `azurerm_container_group.web`: a name and what follows it.
    Reference(Name, Vec<Access>),
    /// The same on any other expression: `f(x).a`, `(x)[0]`.
    Access(Box<Expr>, Vec<Access>),
    /// `!x`, `-x`
    Unary(UnaryOp, Box<Expr>),
    /// `a + b`
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `c ? a : b`
    Conditional(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `name(args...)`
    Call(Call),
    /// `[a, b]`
    Tuple(Vec<Expr>),
    /// `{ k = v }`
    Object(Vec<(ObjectKey, Expr)>),
    /// `[for ...]`, `{for ...}`
    For(Box<For>),
    /// `(x)`
    Parens(Box<Expr>),
}

/// One step behind a reference or expression.
#[derive(Clone, Debug)]
pub enum Access {
    /// `.name`
    Attr(Name, Span),
    /// `[expression]`, and the legacy `.0`
    Index(Box<Expr>, Span),
    /// `.*`: what follows applies to each element, up to the next index.
    AttrSplat(Vec<Access>, Span),
    /// `[*]`: everything that follows applies to each element.
    FullSplat(Vec<Access>, Span),
}

/// A function call.
#[derive(Clone, Debug)]
pub struct Call {
    /// The name, with `core::` or `provider::x::` in front if it was written.
    pub name: Name,
    /// Where the name stands.
    pub name_span: Span,
    /// The arguments.
    pub args: Vec<Expr>,
    /// Whether the last argument is followed by `...`.
    pub spread: bool,
}

/// A key of an object constructor.
#[derive(Clone, Debug)]
pub enum ObjectKey {
    /// `name = ...`: the name itself.
    Name(Name, Span),
    /// `"text" = ...`, `(x) = ...`
    Expr(Expr),
}

/// A `for` expression.
#[derive(Clone, Debug)]
pub struct For {
    /// `k` in `for k, v in`.
    pub key_name: Option<Name>,
    /// `v`.
    pub value_name: Name,
    /// What is gone through.
    pub collection: Expr,
    /// The key of each member, for an object.
    pub key: Option<Expr>,
    /// The value of each member.
    pub value: Expr,
    /// `if ...`
    pub condition: Option<Expr>,
    /// `...` behind the value: members of one key are collected.
    pub grouped: bool,
}

/// A part of a template.
#[derive(Clone, Debug)]
pub enum Part {
    /// Text as it is, escapes and trimming carried out.
    Text(Name, Span),
    /// `${x}`
    Interpolation(Expr),
    /// `%{ if c }a%{ else }b%{ endif }`
    If {
        /// The condition.
        condition: Expr,
        /// The parts when it holds.
        yes: Vec<Part>,
        /// The parts when it does not.
        no: Vec<Part>,
    },
    /// `%{ for k, v in c }...%{ endfor }`
    For {
        /// `k`
        key_name: Option<Name>,
        /// `v`
        value_name: Name,
        /// `c`
        collection: Expr,
        /// The parts for each member.
        body: Vec<Part>,
    },
}

/// `!x`, `-x`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOp {
    /// `!`
    Not,
    /// `-`
    Negate,
}

/// The operators between two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum BinaryOp {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}
