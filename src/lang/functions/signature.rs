//! The table of functions as tools read it: names, parameters, results, a line of documentation.
//!
//! **Never:** evaluate. Out: [`Signature`]s, sorted by name.

use crate::value::Type;

use super::GROUPS;
use super::docs::DOCS;
use super::row::{Kind, Param, Returns, Row};

/// A function.
#[derive(Clone, Debug)]
pub struct Signature {
    /// Its name.
    pub name: &'static str,
    /// What it does.
    pub doc: &'static str,
    /// Whether it comes from OpenTofu: Terraform does not have it.
    pub added: bool,
    /// Its parameters.
    pub params: Vec<Parameter>,
    /// The parameter of all further arguments.
    pub rest: Option<Parameter>,
    /// The type of its result; `Dynamic` where that follows from the arguments.
    pub returns: Type,
}

/// A parameter.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What arguments are converted to.
    pub ty: Type,
    /// Whether null may be passed.
    pub nullable: bool,
}

/// Functions that OpenTofu adds to Terraform's.
pub(crate) const ADDED: &[&str] = &[
    "assumeequal",
    "assumelistlength",
    "assumelistlengthmax",
    "assumelistlengthmin",
    "assumemaplength",
    "assumemaplengthmax",
    "assumemaplengthmin",
    "assumenotnull",
    "assumesetlength",
    "assumesetlengthmax",
    "assumesetlengthmin",
    "assumestringprefix",
    "base64gunzip",
    "cidrcontains",
    "convert",
    "urldecode",
];

/// All functions.
#[must_use]
pub fn signatures() -> Vec<Signature> {
    let mut all: Vec<Signature> = GROUPS.iter().flat_map(|group| group.iter()).map(signature).collect();
    all.sort_by_key(|signature| signature.name);
    all
}

fn signature(row: &Row) -> Signature {
    let doc = DOCS.iter().find(|(name, _)| *name == row.name).map(|(_, doc)| *doc);
    Signature {
        name: row.name,
        doc: doc.unwrap_or_default(),
        added: ADDED.contains(&row.name),
        params: row.params.iter().map(parameter).collect(),
        rest: row.rest.as_ref().map(parameter),
        returns: returns(row),
    }
}

fn parameter(param: &Param) -> Parameter {
    Parameter { name: param.name, ty: param.kind.ty(), nullable: param.nullable }
}

/// As much as Terraform says of a result before it sees arguments.
fn returns(row: &Row) -> Type {
    let any_list = Kind::List(&Kind::Any);
    let kind = match row.returns {
        _ if ["contains", "format", "formatlist", "index"].contains(&row.name) => Kind::Any,
        _ if row.name == "can" => Kind::Bool,
        _ if row.name == "templatestring" => Kind::String,
        Returns::Fixed(kind) => kind,
        Returns::From(_) => match row.name {
            "tobool" => Kind::Bool,
            "tonumber" => Kind::Number,
            "tostring" => Kind::String,
            "tolist" | "distinct" | "matchkeys" | "regexall" => any_list,
            "chunklist" => Kind::List(&Kind::List(&Kind::Any)),
            "toset" | "setintersection" | "setsubtract" | "setunion" => Kind::Set(&Kind::Any),
            "tomap" => Kind::Map(&Kind::Any),
            _ => Kind::Any,
        },
    };
    kind.ty()
}
