//! What becomes of secrets that nobody has seen: those of objects that were not made from this
//! state, which the cloud never returns.
//!
//! **Never:** send anything. The decision to question: when the configuration names such a secret
//! and nothing else differs, it is believed to be the one that the cloud has. Its fingerprint is
//! kept from then on, so later changes show; sending it would restart what runs, to no effect.

use crate::schema::{Block, Secrecy};
use crate::seal::Key;
use crate::state::Object;
use crate::value::{Name, Path, Value};

use super::pairs;

/// The object with the fingerprints of the configured secrets in place of what is not known of
/// them, and where these are; nothing if all is known.
pub(crate) fn adopt(block: &Block, object: &Object, after: &Value, key: &Key) -> Option<(Object, Vec<Path>)> {
    let mut walk = Walk { key, believed: Vec::new() };
    let adopted = walk.inside(block, &Path::root(), &object.value, after);
    (!adopted.same(&object.value)).then(|| (Object { value: adopted, ..object.clone() }, walk.believed))
}

fn is_open(value: &Value) -> bool {
    value.is_undisclosed() || value.children().any(is_open)
}

struct Walk<'k> {
    key: &'k Key,
    believed: Vec<Path>,
}

impl Walk<'_> {
    fn inside(&mut self, block: &Block, path: &Path, before: &Value, after: &Value) -> Value {
        let Some(members) = before.as_members() else { return before.clone() };
        if !is_open(before) {
            return before.clone();
        }
        let member = |name: &Name, own: &Value| match (block.attribute(name), block.nested(name), after.get(name)) {
            (Some(attribute), _, Some(after)) if is_open(own) => match attribute.secrecy {
                Secrecy::WriteOnly => self.believe(path.attr(name), after),
                _ => after.clone(),
            },
            (_, Some(nested), Some(after)) => self.blocks(&nested.block, &path.attr(name), own, after),
            _ => own.clone(),
        };
        Value::object(members.map(member)).with_marks(before.marks())
    }

    fn believe(&mut self, path: Path, after: &Value) -> Value {
        if !after.is_null() {
            self.believed.push(path);
        }
        self.key.fingerprint(after)
    }

    fn blocks(&mut self, block: &Block, path: &Path, before: &Value, after: &Value) -> Value {
        let (Some(old), Some(new)) = (before.as_sequence(), after.as_sequence()) else { return before.clone() };
        let mut partner = vec![None; old.len()];
        for pair in pairs::pair(old, new) {
            if let (Some(old), Some(at)) = pair {
                partner[old] = Some(at);
            }
        }
        let mut partner = partner.into_iter();
        before.map_children(|child| match partner.next().flatten() {
            Some(at) => self.inside(block, &path.index(at), child, &new[at]),
            None => child.clone(),
        })
    }
}
