//! What becomes of secrets that nobody has seen: those of objects that were not made from this
//! state, which the cloud never returns.
//!
//! **Never:** send anything. The decision to question: when the configuration names such a secret
//! and nothing else differs, it is believed to be the one that the cloud has. Its fingerprint is
//! kept from then on, so later changes show; sending it would restart what runs, to no effect.

use crate::schema::Block;
use crate::seal::Key;
use crate::state::Object;
use crate::value::{Name, Value};

use super::pairs;

/// The object with the fingerprints of the configured secrets in place of what is not known of
/// them; nothing if all is known.
pub(crate) fn adopt(block: &Block, object: &Object, after: &Value, key: &Key) -> Option<Object> {
    let adopted = inside(block, &object.value, after, key);
    (!adopted.same(&object.value)).then(|| Object { value: adopted, ..object.clone() })
}

fn is_open(value: &Value) -> bool {
    value.is_undisclosed() || value.children().any(is_open)
}

fn inside(block: &Block, before: &Value, after: &Value, key: &Key) -> Value {
    let Some(members) = before.as_members() else { return before.clone() };
    if !is_open(before) {
        return before.clone();
    }
    let member = |(name, own): (&Name, &Value)| {
        let adopted = match (block.attribute(name), block.nested(name), after.get(name)) {
            (Some(attribute), _, Some(after)) if is_open(own) => match attribute.secrecy {
                crate::schema::Secrecy::WriteOnly => key.fingerprint(after),
                _ => after.clone(),
            },
            (_, Some(nested), Some(after)) => blocks(&nested.block, own, after, key),
            _ => own.clone(),
        };
        (name.clone(), adopted)
    };
    Value::object(members.iter().map(member).collect()).with_marks(before.marks())
}

fn blocks(block: &Block, before: &Value, after: &Value, key: &Key) -> Value {
    let (Some(old), Some(new)) = (before.as_sequence(), after.as_sequence()) else { return before.clone() };
    let mut partner = vec![None; old.len()];
    for pair in pairs::pair(old, new) {
        if let (Some(old), Some(at)) = pair {
            partner[old] = Some(&new[at]);
        }
    }
    let mut partner = partner.into_iter();
    before.map_children(|child| match partner.next().flatten() {
        Some(after) => inside(block, child, after, key),
        None => child.clone(),
    })
}
