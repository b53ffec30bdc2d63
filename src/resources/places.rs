//! Where attributes lie in the body that Azure Resource Manager takes, as paths to read.
//!
//! **Never:** read or write a body; the codec does, from the same tables.

use super::table::{Form, Nested, Row, Shape};

/// What belongs to a mount and not to the group's volume.
const OF_MOUNT: [&str; 2] = ["mountPath", "readOnly"];

/// The place of a block.
#[derive(Clone, Debug, Default)]
pub struct Place {
    path: String,
    mounts: bool,
}

fn join(above: &str, place: &str) -> String {
    match (above, place) {
        (_, "") => above.to_owned(),
        ("", _) => place.to_owned(),
        _ => format!("{above}.{place}"),
    }
}

impl Place {
    /// The place of a nested block's elements.
    #[must_use]
    pub fn of_block(&self, nested: &Nested) -> Place {
        let above = if self.mounts { "properties.volumes[]" } else { &self.path };
        let path = join(above, nested.place);
        match nested.shape {
            Shape::Absent => Place::default(),
            Shape::Each => Place { path: format!("{path}[]"), mounts: false },
            Shape::Mounts => Place { path: format!("{path}[]"), mounts: true },
            Shape::One | Shape::First | Shape::Last | Shape::OneOrNone => Place { path, mounts: false },
        }
    }

    /// The path itself; empty for what is in no body.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The place of an attribute; empty for what is in no body.
    #[must_use]
    pub fn of_row(&self, row: &Row) -> String {
        let in_volume = self.mounts && row.place != "name" && !OF_MOUNT.contains(&row.place);
        let path = join(if in_volume { "properties.volumes[]" } else { &self.path }, row.place);
        match row.form {
            Form::Absent => String::new(),
            Form::Segment => "id".into(),
            Form::Pairs => format!("{path}[].value"),
            Form::SecurePairs(..) => format!("{path}[].secureValue"),
            Form::ReferencePairs => format!("{path}[].secureValueReference"),
            Form::Ids => format!("{path}[].id"),
            Form::OfFirst(name) => format!("{path}[0].{name}"),
            Form::PortsOr(_) => format!("{path}[]"),
            _ => path,
        }
    }
}
