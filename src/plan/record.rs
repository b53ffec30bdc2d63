//! Values as JSON and back, for saved plans.
//!
//! **Never:** leave anything out: types of nulls, unknowns and marks come back as they went.
//! In: values. Out: compact JSON whose types stand once in a table, because ten thousand objects
//! of one kind repeat them ten thousand times. The form is versioned by `plan::file`.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use crate::value::{Bounds, Content, Marks, Members, Name, Number, Type, Value};

/// Writes values; its table of types is written behind them.
#[derive(Default)]
pub(crate) struct Writer {
    types: BTreeMap<Type, usize>,
}

impl Writer {
    fn ty(&mut self, ty: &Type) -> Json {
        if let Some(place) = self.types.get(ty) {
            return (*place).into();
        }
        let place = self.types.len();
        self.types.insert(ty.clone(), place);
        place.into()
    }

    /// The table of all types that were used, in the order of their numbers.
    pub(crate) fn types(self) -> Json {
        let mut types: Vec<(usize, Json)> = self.types.iter().map(|(ty, place)| (*place, write_type(ty))).collect();
        types.sort_by_key(|(place, _)| *place);
        types.into_iter().map(|(_, ty)| ty).collect()
    }

    /// One value.
    pub(crate) fn value(&mut self, value: &Value) -> Json {
        let plain = match value.content() {
            Content::Null(ty) => tagged([("0", self.ty(ty))]),
            Content::Unknown { ty, not_null, bounds: None } => {
                tagged([("?", self.ty(ty)), ("real", (*not_null).into())])
            }
            Content::Unknown { ty, bounds: Some(bounds), .. } => {
                tagged([("?", self.ty(ty)), ("real", true.into()), ("within", write_bounds(bounds))])
            }
            Content::Bool(value) => (*value).into(),
            Content::Number(number) => tagged([("#", number.to_string().into())]),
            Content::String(text) => (&**text).into(),
            Content::List(ty, members) => tagged([("list", self.ty(ty)), ("of", self.sequence(members))]),
            Content::Set(ty, members) => tagged([("set", self.ty(ty)), ("of", self.sequence(members))]),
            Content::Map(ty, members) => tagged([("map", self.ty(ty)), ("of", self.members(members))]),
            Content::Tuple(members) => self.sequence(members),
            Content::Object(members) => tagged([("object", self.members(members))]),
        };
        if value.marks().is_empty() { plain } else { tagged([("!", value.marks().bits().into()), ("on", plain)]) }
    }

    fn sequence(&mut self, members: &[Value]) -> Json {
        members.iter().map(|member| self.value(member)).collect()
    }

    fn members(&mut self, members: &Members) -> Json {
        let members = members.iter().map(|(name, member)| (name.to_string(), self.value(member)));
        members.collect::<Map<_, _>>().into()
    }
}

/// An object of what is written already: the macro for it would copy that, at every level again.
fn tagged<const N: usize>(fields: [(&str, Json); N]) -> Json {
    fields.into_iter().map(|(name, field)| (name.to_owned(), field)).collect::<Map<_, _>>().into()
}

fn write_bounds(bounds: &Bounds) -> Json {
    let text = |number: &Option<Number>| number.as_ref().map(Number::to_string);
    match bounds {
        Bounds::Number { least, most } => json!({ "number": [text(least), text(most)] }),
        Bounds::Start(start) => json!({ "start": &**start }),
        Bounds::Length { least, most } => json!({ "length": [least, most] }),
    }
}

fn read_bounds(json: &Json) -> Result<Bounds, Broken> {
    let wrong = || broken("what is certain of an unknown value");
    let number = |json: &Json| match json {
        Json::Null => Ok(None),
        json => json.as_str().and_then(Number::parse).map(Some).ok_or_else(wrong),
    };
    let count = |json: &Json| json.as_u64().and_then(|count| usize::try_from(count).ok());
    match json.as_object().and_then(|fields| fields.iter().next()).ok_or_else(wrong)? {
        (tag, pair) if tag == "number" => Ok(Bounds::Number { least: number(&pair[0])?, most: number(&pair[1])? }),
        (tag, start) if tag == "start" => Ok(Bounds::Start(start.as_str().ok_or_else(wrong)?.into())),
        (tag, pair) if tag == "length" => {
            let most = if pair[1].is_null() { None } else { Some(count(&pair[1]).ok_or_else(wrong)?) };
            Ok(Bounds::length(count(&pair[0]).ok_or_else(wrong)?, most))
        }
        _ => Err(wrong()),
    }
}

fn write_type(ty: &Type) -> Json {
    match ty {
        Type::Dynamic | Type::Bool | Type::Number | Type::String => ty.to_string().into(),
        Type::List(element) => tagged([("list", write_type(element))]),
        Type::Set(element) => tagged([("set", write_type(element))]),
        Type::Map(element) => tagged([("map", write_type(element))]),
        Type::Tuple(elements) => elements.iter().map(write_type).collect(),
        Type::Object(attributes) => {
            let attributes = attributes.iter().map(|(name, ty)| (name.to_string(), write_type(ty)));
            tagged([("object", attributes.collect::<Map<_, _>>().into())])
        }
    }
}

/// Reads values with the table of types that was written behind them.
pub(crate) struct Reader {
    types: Vec<Type>,
}

/// What cannot be read; the caller says that the file is damaged.
pub(crate) type Broken = String;

fn broken(what: &str) -> Broken {
    format!("{what} cannot be read")
}

impl Reader {
    /// Reads the table.
    pub(crate) fn new(types: &Json) -> Result<Reader, Broken> {
        let types = types.as_array().ok_or_else(|| broken("the table of types"))?;
        Ok(Reader { types: types.iter().map(read_type).collect::<Result<_, _>>()? })
    }

    fn ty(&self, json: &Json) -> Result<Type, Broken> {
        let place = json.as_u64().and_then(|place| usize::try_from(place).ok());
        place.and_then(|place| self.types.get(place)).cloned().ok_or_else(|| broken("a type"))
    }

    /// One value.
    pub(crate) fn value(&self, json: &Json) -> Result<Value, Broken> {
        match json {
            Json::Bool(value) => Ok(Value::bool(*value)),
            Json::String(text) => Ok(Value::string(text.as_str())),
            Json::Array(members) => Ok(Value::tuple(self.sequence(members)?)),
            Json::Object(fields) => self.tagged(fields),
            Json::Null | Json::Number(_) => Err(broken("a value")),
        }
    }

    fn tagged(&self, fields: &Map<String, Json>) -> Result<Value, Broken> {
        let Some((tag, first)) = fields.iter().next() else { return Err(broken("a value")) };
        let rest = |name: &str| fields.get(name).ok_or_else(|| broken("a value"));
        let members =
            |json: &Json| json.as_array().ok_or_else(|| broken("a list")).and_then(|list| self.sequence(list));
        match tag.as_str() {
            "!" => {
                let bits = first.as_u64().and_then(|bits| u8::try_from(bits).ok()).ok_or_else(|| broken("a mark"))?;
                Ok(self.value(rest("on")?)?.with_marks(Marks::from_bits(bits)))
            }
            "0" => Ok(Value::null(self.ty(first)?)),
            "?" if fields.contains_key("within") => {
                Ok(Value::unknown_within(self.ty(first)?, read_bounds(rest("within")?)?))
            }
            "?" => match rest("real")?.as_bool() {
                Some(true) => Ok(Value::unknown_not_null(self.ty(first)?)),
                Some(false) => Ok(Value::unknown(self.ty(first)?)),
                None => Err(broken("an unknown value")),
            },
            "#" => {
                let number = first.as_str().and_then(Number::parse).ok_or_else(|| broken("a number"))?;
                Ok(Value::number(number))
            }
            "list" => Ok(Value::list(self.ty(first)?, members(rest("of")?)?)),
            "set" => Ok(Value::set(self.ty(first)?, members(rest("of")?)?)),
            "map" => Ok(Value::map(self.ty(first)?, self.members(rest("of")?)?)),
            "object" => Ok(Value::object(self.members(first)?)),
            _ => Err(broken("a value")),
        }
    }

    fn sequence(&self, members: &[Json]) -> Result<Vec<Value>, Broken> {
        members.iter().map(|member| self.value(member)).collect()
    }

    fn members(&self, json: &Json) -> Result<Members, Broken> {
        let fields = json.as_object().ok_or_else(|| broken("an object"))?;
        fields.iter().map(|(name, member)| Ok((Name::from(name.as_str()), self.value(member)?))).collect()
    }
}

fn read_type(json: &Json) -> Result<Type, Broken> {
    match json {
        Json::String(name) => match name.as_str() {
            "any" => Ok(Type::Dynamic),
            "bool" => Ok(Type::Bool),
            "number" => Ok(Type::Number),
            "string" => Ok(Type::String),
            _ => Err(broken("a type")),
        },
        Json::Array(elements) => Ok(Type::tuple(elements.iter().map(read_type).collect::<Result<_, _>>()?)),
        Json::Object(fields) => match fields.iter().next() {
            Some((tag, element)) if tag == "list" => Ok(Type::list(read_type(element)?)),
            Some((tag, element)) if tag == "set" => Ok(Type::set(read_type(element)?)),
            Some((tag, element)) if tag == "map" => Ok(Type::map(read_type(element)?)),
            Some((tag, Json::Object(attributes))) if tag == "object" => {
                let attributes = attributes.iter().map(|(name, ty)| Ok((Name::from(name.as_str()), read_type(ty)?)));
                Ok(Type::object(attributes.collect::<Result<_, Broken>>()?))
            }
            _ => Err(broken("a type")),
        },
        _ => Err(broken("a type")),
    }
}
