//! Makes up what a cloud would decide: given values where there are some, else something of the type.
//!
//! **Never:** change what is known or what the configuration asks for. In: a planned object of a kind.
//! Out: the same with the unknown values of the cloud filled in. Source of the rules: Terraform
//! documentation, "Mocks": numbers are 0, flags false, texts eight letters and digits, and collections
//! empty. The decision to question: the texts follow from the address, the attribute and the run, so
//! that a test which fails today fails tomorrow.

use crate::addr::Addr;
use crate::diag::Diagnostic;
use crate::schema::{Block, Nesting, Usage};
use crate::value::convert::convert;
use crate::value::{Content, Members, Name, Type, Value};

use super::cast::Standin;

const LETTERS: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";

/// What cannot be filled in: where, what type is asked for, and why not.
struct Misfit {
    path: String,
    ty: Type,
    why: String,
}

impl Standin<'_> {
    /// The planned object of a kind with what the cloud would decide. `config` is what its block says.
    ///
    /// # Errors
    /// When what is given does not fit the kind.
    pub fn complete(&self, addr: &Addr, planned: &Value, config: &Value) -> Result<Value, Diagnostic> {
        let seed = addr.to_string();
        let given = self.given.as_ref().map(|given| &given.values);
        let own = Makeup { turn: self.turn, seed: &seed };
        own.block(&self.schema.block, planned, Some(config), given, "").map_err(|misfit| {
            let at = self.given.as_ref().map(|given| &*given.place).unwrap_or_default();
            let detail = format!(
                "acier could not compute a value for the target type {} with the mocked data defined at {at} with the \
                 attribute {:?}: {}.",
                misfit.ty.friendly(),
                misfit.path,
                misfit.why
            );
            Diagnostic::error("Failed to compute attribute", detail)
                .about(addr.to_string())
                .hint("Give a value of this type, or leave the attribute out.")
        })
    }
}

struct Makeup<'a> {
    turn: u64,
    seed: &'a str,
}

impl Makeup<'_> {
    fn block(
        &self,
        block: &Block,
        planned: &Value,
        config: Option<&Value>,
        given: Option<&Members>,
        path: &str,
    ) -> Result<Value, Misfit> {
        let Some(members) = planned.as_members() else { return Ok(planned.clone()) };
        let mut members = members.clone();
        for attribute in &block.attributes {
            let Some(now) = members.get(&attribute.name).filter(|now| now.is_unknown()) else { continue };
            let asked = config.and_then(|config| config.get(&attribute.name)).is_some_and(|asked| !asked.is_null());
            if matches!(attribute.usage, Usage::Required | Usage::Optional)
                || asked && attribute.usage != Usage::Computed
            {
                continue;
            }
            let path = within(path, &attribute.name);
            let value = match given.and_then(|given| given.get(&attribute.name)) {
                Some(given) => convert(given, &attribute.ty).map_err(|wrong| Misfit {
                    why: wrong.message,
                    ty: attribute.ty.clone(),
                    path,
                })?,
                None => self.value(&attribute.ty, &path),
            };
            let value = value.with_marks(now.marks());
            members.insert(attribute.name.clone(), value);
        }
        for nested in &block.blocks {
            let Some(now) = members.get(&nested.name) else { continue };
            let Some(elements) = now.as_sequence().filter(|elements| !elements.is_empty()) else { continue };
            let path = within(path, &nested.name);
            let inner = match given.and_then(|given| given.get(&nested.name)) {
                None => None,
                Some(given) => Some(given.as_members().ok_or_else(|| Misfit {
                    why: format!("incompatible types; expected object type, found {}", given.ty().friendly()),
                    ty: nested.block.ty(),
                    path: path.clone(),
                })?),
            };
            // Elements of a set have no place by which the configured ones could be found.
            let asked = match nested.nesting {
                Nesting::List => config.and_then(|config| config.get(&nested.name)).and_then(Value::as_sequence),
                Nesting::Set => None,
            };
            let mut filled = Vec::with_capacity(elements.len());
            for (at, element) in elements.iter().enumerate() {
                let asked = asked.and_then(|asked| asked.get(at));
                filled.push(self.block(&nested.block, element, asked, inner, &format!("{path}[{at}]"))?);
            }
            let value = match now.content() {
                Content::Set(ty, _) => Value::set(ty.clone(), filled),
                Content::List(ty, _) => Value::list(ty.clone(), filled),
                _ => continue,
            };
            let value = value.with_marks(now.marks());
            members.insert(nested.name.clone(), value);
        }
        Ok(Value::object(members).with_marks(planned.marks()))
    }

    /// Something of a type.
    fn value(&self, ty: &Type, path: &str) -> Value {
        match ty {
            Type::Dynamic => Value::null(Type::Dynamic),
            Type::Bool => Value::bool(false),
            Type::Number => Value::int(0),
            Type::String => Value::string(self.letters(path)),
            Type::List(element) => Value::list((**element).clone(), Vec::new()),
            Type::Set(element) => Value::set((**element).clone(), Vec::new()),
            Type::Map(element) => Value::map((**element).clone(), Members::new()),
            Type::Tuple(elements) => {
                let each = |(at, ty): (usize, &Type)| self.value(ty, &format!("{path}[{at}]"));
                Value::tuple(elements.iter().enumerate().map(each).collect())
            }
            Type::Object(attributes) => {
                let each = |(name, ty): (&Name, &Type)| (name.clone(), self.value(ty, &within(path, name)));
                Value::object(attributes.iter().map(each).collect::<Members>())
            }
        }
    }

    /// Eight letters and digits that follow from the place (FNV-1a).
    fn letters(&self, path: &str) -> String {
        let bytes = self.seed.bytes().chain([0]).chain(path.bytes()).chain(self.turn.to_le_bytes());
        let mut hash =
            bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
        // The last bytes have hardly touched the upper bits yet.
        hash ^= hash >> 29;
        hash = hash.wrapping_mul(0xbf58_476d_1ce4_e5b9);
        hash ^= hash >> 32;
        let mut text = String::with_capacity(8);
        for _ in 0..8 {
            text.push(char::from(LETTERS[usize::try_from(hash % 36).unwrap_or_default()]));
            hash /= 36;
        }
        text
    }
}

fn within(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}
