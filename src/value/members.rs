//! The members of a map or an object: names and values, ordered by the bytes of the names.
//!
//! **Never:** leak another order than that of the names. The decision to question: names and
//! values lie apart, and the names are shared. Ten thousand objects of one kind have the same
//! names, so they hold one list of them together, and a changed copy of an object copies none.
//! An ordered tree would hold each name again, with room for eleven members in every node.

use std::sync::Arc;

use super::{Name, Value};

/// The names of members, in order.
///
/// Finding a name is what evaluation does most. Beside each name stands its head, so that most of
/// the search compares numbers that lie side by side and not texts that lie anywhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    names: Vec<Name>,
    heads: Vec<u64>,
}

/// The first eight bytes of a name as a number; two heads are ordered as their names, or equal.
fn head(name: &str) -> u64 {
    match name.as_bytes().first_chunk() {
        Some(first) => u64::from_be_bytes(*first),
        None => {
            let mut first = [0; 8];
            first.iter_mut().zip(name.bytes()).for_each(|(place, byte)| *place = byte);
            u64::from_be_bytes(first)
        }
    }
}

impl Names {
    /// The names in order.
    #[must_use]
    pub fn list(&self) -> &[Name] {
        &self.names
    }

    /// Where a name is, or where it would be.
    fn place(&self, name: &str) -> Result<usize, usize> {
        let head = head(name);
        let start = self.heads.partition_point(|found| *found < head);
        if self.heads.get(start) != Some(&head) {
            return Err(start);
        }
        // Whoever asks by a name of the schema asks by the very text that stands here.
        if std::ptr::eq(&*self.names[start], name) {
            return Ok(start);
        }
        let alike = match self.heads.get(start + 1) {
            Some(next) if *next == head => self.heads[start..].partition_point(|found| *found == head),
            _ => 1,
        };
        match self.names[start..start + alike].binary_search_by(|found| (**found).cmp(name)) {
            Ok(place) => Ok(start + place),
            Err(place) => Err(start + place),
        }
    }

    fn insert(&mut self, place: usize, name: Name) {
        self.heads.insert(place, head(&name));
        self.names.insert(place, name);
    }
}

/// Of names in order.
impl From<Vec<Name>> for Names {
    fn from(names: Vec<Name>) -> Names {
        let heads = names.iter().map(|name| head(name)).collect();
        Names { names, heads }
    }
}

/// Named values in the order of their names.
///
/// Looking up takes logarithmic time. Adding a name that is greater than all takes constant time,
/// any other takes time linear in the number of members: to build large ones, collect.
#[derive(Clone, Debug, Default)]
pub struct Members {
    names: Arc<Names>,
    values: Vec<Value>,
}

impl Members {
    /// No members.
    #[must_use]
    pub fn new() -> Members {
        Members::default()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The value of a name.
    #[must_use]
    pub fn get(&self, name: &(impl AsRef<str> + ?Sized)) -> Option<&Value> {
        self.values.get(self.names.place(name.as_ref()).ok()?)
    }

    /// The value of a name, to be changed.
    pub fn get_mut(&mut self, name: &(impl AsRef<str> + ?Sized)) -> Option<&mut Value> {
        let place = self.names.place(name.as_ref()).ok()?;
        self.values.get_mut(place)
    }

    /// Whether there is such a name.
    #[must_use]
    pub fn contains_key(&self, name: &(impl AsRef<str> + ?Sized)) -> bool {
        self.names.place(name.as_ref()).is_ok()
    }

    /// Sets the value of a name; the one that it had before comes back.
    pub fn insert(&mut self, name: Name, value: Value) -> Option<Value> {
        match self.names.place(&name) {
            Ok(place) => self.values.get_mut(place).map(|old| std::mem::replace(old, value)),
            Err(place) => {
                Arc::make_mut(&mut self.names).insert(place, name);
                self.values.insert(place, value);
                None
            }
        }
    }

    /// The value of a name, which is set first if there is none.
    pub fn get_or_insert_with(&mut self, name: &Name, value: impl FnOnce() -> Value) -> &mut Value {
        let place = match self.names.place(name) {
            Ok(place) => place,
            Err(place) => {
                Arc::make_mut(&mut self.names).insert(place, name.clone());
                self.values.insert(place, value());
                place
            }
        };
        &mut self.values[place]
    }

    /// Takes a name and its value out.
    pub fn remove(&mut self, name: &(impl AsRef<str> + ?Sized)) -> Option<Value> {
        let place = self.names.place(name.as_ref()).ok()?;
        let names = Arc::make_mut(&mut self.names);
        names.names.remove(place);
        names.heads.remove(place);
        Some(self.values.remove(place))
    }

    /// Keeps the members of which `keep` is true.
    pub fn retain(&mut self, mut keep: impl FnMut(&Name, &mut Value) -> bool) {
        let members = std::mem::take(self).into_iter();
        *self = members.filter_map(|(name, mut value)| keep(&name, &mut value).then_some((name, value))).collect();
    }

    /// Members of the same names, each with the value that `change` makes of its own.
    #[must_use]
    pub fn map(&self, mut change: impl FnMut(&Name, &Value) -> Value) -> Members {
        let values = self.iter().map(|(name, value)| change(name, value)).collect();
        Members { names: self.names.clone(), values }
    }

    /// The same, until `change` fails.
    ///
    /// # Errors
    /// The first error of `change`.
    pub fn try_map<E>(&self, mut change: impl FnMut(&Name, &Value) -> Result<Value, E>) -> Result<Members, E> {
        let values = self.iter().map(|(name, value)| change(name, value)).collect::<Result<_, E>>()?;
        Ok(Members { names: self.names.clone(), values })
    }

    /// The names, to be shared.
    #[must_use]
    pub fn names(&self) -> Arc<Names> {
        self.names.clone()
    }

    /// Members of these names, which stand in order, with a value for each; nothing if there are
    /// more or fewer values than names.
    #[must_use]
    pub fn with_names(names: &Arc<Names>, values: Vec<Value>) -> Option<Members> {
        (names.names.len() == values.len()).then(|| Members { names: names.clone(), values })
    }

    /// Whether both have the same names, without looking at them one by one if they share them.
    #[must_use]
    pub fn same_names(&self, other: &Members) -> bool {
        Arc::ptr_eq(&self.names, &other.names) || self.names == other.names
    }

    /// The names in order.
    pub fn keys(&self) -> std::slice::Iter<'_, Name> {
        self.names.names.iter()
    }

    /// The values in the order of their names.
    pub fn values(&self) -> std::slice::Iter<'_, Value> {
        self.values.iter()
    }

    /// The values in the order of their names, to be changed.
    pub fn values_mut(&mut self) -> std::slice::IterMut<'_, Value> {
        self.values.iter_mut()
    }

    /// The values in the order of their names, without them.
    #[must_use]
    pub fn into_values(self) -> std::vec::IntoIter<Value> {
        self.values.into_iter()
    }

    /// Names and values in order.
    pub fn iter(&self) -> Iter<'_> {
        self.keys().zip(&self.values)
    }
}

/// Names and values in order.
pub type Iter<'a> = std::iter::Zip<std::slice::Iter<'a, Name>, std::slice::Iter<'a, Value>>;

impl PartialEq for Members {
    fn eq(&self, other: &Members) -> bool {
        self.same_names(other) && self.values == other.values
    }
}

/// Of several values for one name, the last counts.
impl FromIterator<(Name, Value)> for Members {
    fn from_iter<I: IntoIterator<Item = (Name, Value)>>(members: I) -> Members {
        let (names, values): (Vec<Name>, Vec<Value>) = members.into_iter().unzip();
        if names.windows(2).all(|pair| pair[0] < pair[1]) {
            return Members { names: Arc::new(names.into()), values };
        }
        let mut pairs: Vec<(Name, Value)> = names.into_iter().zip(values).collect();
        // The sort keeps the order of equal names, and only the first of neighbours is kept.
        pairs.reverse();
        pairs.sort_by(|(a, _), (b, _)| a.cmp(b));
        pairs.dedup_by(|(a, _), (b, _)| a == b);
        let (names, values): (Vec<Name>, Vec<Value>) = pairs.into_iter().unzip();
        Members { names: Arc::new(names.into()), values }
    }
}

impl Extend<(Name, Value)> for Members {
    fn extend<I: IntoIterator<Item = (Name, Value)>>(&mut self, more: I) {
        let before = std::mem::take(self);
        *self = before.into_iter().chain(more).collect();
    }
}

impl<const N: usize> From<[(Name, Value); N]> for Members {
    fn from(members: [(Name, Value); N]) -> Members {
        members.into_iter().collect()
    }
}

impl IntoIterator for Members {
    type Item = (Name, Value);
    type IntoIter = std::iter::Zip<std::vec::IntoIter<Name>, std::vec::IntoIter<Value>>;

    fn into_iter(self) -> Self::IntoIter {
        Arc::unwrap_or_clone(self.names).names.into_iter().zip(self.values)
    }
}

impl<'a> IntoIterator for &'a Members {
    type Item = (&'a Name, &'a Value);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}
