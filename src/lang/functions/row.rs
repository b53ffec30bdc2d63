//! What a row of the function table says.
//!
//! **Never:** evaluate. A row names the parameters as Terraform does (`terraform metadata
//! functions`), because error messages quote those names.

use crate::diag::Span;
use crate::value::{Type, Value};

use super::super::ast::Call;
use super::super::eval::{Answer, Env, Evaluator};
use super::super::veil::{NOT_SHOWN, veil_parts};

/// A type in a table.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// Any type.
    Any,
    /// `bool`
    Bool,
    /// `number`
    Number,
    /// `string`
    String,
    /// `list(...)`
    List(&'static Kind),
    /// `set(...)`
    Set(&'static Kind),
    /// `map(...)`
    Map(&'static Kind),
}

impl Kind {
    /// The type itself.
    pub(crate) fn ty(self) -> Type {
        match self {
            Kind::Any => Type::Dynamic,
            Kind::Bool => Type::Bool,
            Kind::Number => Type::Number,
            Kind::String => Type::String,
            Kind::List(element) => Type::list(element.ty()),
            Kind::Set(element) => Type::set(element.ty()),
            Kind::Map(element) => Type::map(element.ty()),
        }
    }
}

/// A parameter.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Param {
    /// Its name in messages.
    pub(crate) name: &'static str,
    /// What arguments are converted to.
    pub(crate) kind: Kind,
    /// Whether null may be passed.
    pub(crate) nullable: bool,
    /// Whether the function itself deals with an unknown argument.
    pub(crate) unknown: bool,
    /// Whether the function itself deals with marks on the argument.
    pub(crate) marked: bool,
    /// Whether the function itself deals with an argument whose type is not known either.
    pub(crate) dynamic: bool,
    /// Whether a null without a type leaves the result open until the apply.
    pub(crate) open_null: bool,
}

/// A parameter that takes neither null nor unknown values.
pub(crate) const fn param(name: &'static str, kind: Kind) -> Param {
    Param { name, kind, nullable: false, unknown: false, marked: false, dynamic: false, open_null: false }
}

/// A parameter of type string.
pub(crate) const fn text(name: &'static str) -> Param {
    param(name, Kind::String)
}

/// A parameter of type number.
pub(crate) const fn number(name: &'static str) -> Param {
    param(name, Kind::Number)
}

/// A parameter of any type.
pub(crate) const fn any(name: &'static str) -> Param {
    param(name, Kind::Any)
}

impl Param {
    /// The same, with null allowed.
    pub(crate) const fn nullable(mut self) -> Param {
        self.nullable = true;
        self
    }

    /// The same, with unknown arguments passed to the function.
    pub(crate) const fn unknown(mut self) -> Param {
        self.unknown = true;
        self
    }

    /// The same, with arguments of an undecided type passed to the function.
    pub(crate) const fn dynamic(mut self) -> Param {
        self.dynamic = true;
        self
    }

    /// The same, with the result left open until the apply by a null without a type.
    pub(crate) const fn open_null(mut self) -> Param {
        self.open_null = true;
        self
    }

    /// The same, with marks passed to the function, which puts them on the result.
    pub(crate) const fn marked(mut self) -> Param {
        self.marked = true;
        self
    }
}

/// Why a function gives no result.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// The call as a whole fails; the text is the end of a sentence.
    Call(String),
    /// One argument, counted from zero, is at fault.
    Argument(usize, String),
}

impl Fault {
    /// The same, said of one argument.
    pub(crate) fn of_argument(self, index: usize) -> Fault {
        let (Fault::Call(why) | Fault::Argument(_, why)) = self;
        Fault::Argument(index, why)
    }

    /// The same without what the arguments hide.
    pub(super) fn veiled(self, arguments: &[Value]) -> Fault {
        match self {
            Fault::Call(why) => Fault::Call(veiled(&why, arguments)),
            Fault::Argument(index, why) => Fault::Argument(index, veiled(&why, arguments)),
        }
    }

    /// The same, said of the call as a whole.
    pub(crate) fn of_call(self) -> Fault {
        let (Fault::Call(why) | Fault::Argument(_, why)) = self;
        Fault::Call(why)
    }
}

/// The reason of a fault without what the arguments hide.
pub(super) fn veiled(why: &str, arguments: &[Value]) -> String {
    veil_parts(why, arguments).unwrap_or_else(|| NOT_SHOWN.to_owned())
}

impl From<&str> for Fault {
    fn from(why: &str) -> Fault {
        Fault::Call(why.to_owned())
    }
}

impl From<String> for Fault {
    fn from(why: String) -> Fault {
        Fault::Call(why)
    }
}

/// An argument that is at fault.
pub(crate) fn bad<T>(argument: usize, why: impl Into<String>) -> Result<T, Fault> {
    Err(Fault::Argument(argument, why.into()))
}

/// What a function makes.
pub(crate) type Outcome = Result<Value, Fault>;

/// The type of the result.
#[derive(Clone, Copy)]
pub(crate) enum Returns {
    /// Always this.
    Fixed(Kind),
    /// Computed from the arguments, which may be unknown. It may find fault with them too.
    From(fn(&[Value]) -> Result<Type, Fault>),
}

/// How a function is carried out.
#[derive(Clone, Copy)]
pub(crate) enum Body {
    /// From its arguments and the type of its result.
    Pure(fn(&[Value], &Type) -> Outcome),
    /// Looks at the machine too.
    Host(fn(&[Value], &Env<'_>) -> Outcome),
    /// Evaluates its arguments by itself, or not.
    Lazy(fn(&mut Evaluator<'_, '_>, &Call, Span) -> Answer),
}

/// A row of the table: one function.
#[derive(Clone, Copy)]
pub(crate) struct Row {
    /// Its name.
    pub(crate) name: &'static str,
    /// Its parameters.
    pub(crate) params: &'static [Param],
    /// The parameter that all further arguments belong to.
    pub(crate) rest: Option<Param>,
    /// The type of its result.
    pub(crate) returns: Returns,
    /// Whether its result is never null, not even when unknown.
    pub(crate) not_null: bool,
    /// What it does.
    pub(crate) body: Body,
}

impl Row {
    /// A function with a fixed result type.
    pub(crate) const fn new(
        name: &'static str,
        params: &'static [Param],
        returns: Kind,
        body: fn(&[Value], &Type) -> Outcome,
    ) -> Row {
        let returns = Returns::Fixed(returns);
        Row { name, params, rest: None, returns, not_null: true, body: Body::Pure(body) }
    }

    /// A function whose result type follows from its arguments.
    pub(crate) const fn typed(
        name: &'static str,
        params: &'static [Param],
        returns: fn(&[Value]) -> Result<Type, Fault>,
        body: fn(&[Value], &Type) -> Outcome,
    ) -> Row {
        let returns = Returns::From(returns);
        Row { name, params, rest: None, returns, not_null: true, body: Body::Pure(body) }
    }

    /// A function that looks at the machine.
    pub(crate) const fn host(
        name: &'static str,
        params: &'static [Param],
        returns: Kind,
        body: fn(&[Value], &Env<'_>) -> Outcome,
    ) -> Row {
        let returns = Returns::Fixed(returns);
        Row { name, params, rest: None, returns, not_null: true, body: Body::Host(body) }
    }

    /// A function that evaluates its own arguments.
    pub(crate) const fn lazy(
        name: &'static str,
        params: &'static [Param],
        body: fn(&mut Evaluator<'_, '_>, &Call, Span) -> Answer,
    ) -> Row {
        let returns = Returns::Fixed(Kind::Any);
        Row { name, params, rest: None, returns, not_null: false, body: Body::Lazy(body) }
    }

    /// The same with any number of further arguments.
    pub(crate) const fn rest(mut self, param: Param) -> Row {
        self.rest = Some(param);
        self
    }

    /// The same with a result that may be null.
    pub(crate) const fn maybe_null(mut self) -> Row {
        self.not_null = false;
        self
    }

    /// The parameter of an argument, counted from zero.
    pub(crate) fn param(&self, index: usize) -> Option<&Param> {
        self.params.get(index).or(self.rest.as_ref())
    }
}
