//! Functions that make one sequence of others: slices, unions, products, maps from lists.
//!
//! **Never:** look at members more than needed: unknown and marked members move along.

use std::collections::BTreeMap;

use crate::lang::eval::equals;
use crate::lang::eval::sizes::MOST;
use crate::value::convert::convert;
use crate::value::unify::unify;
use crate::value::{Bounds, Content, Marks, Members, Name, Number, Type, Value};

use super::numeric::{NOT_WHOLE, take_int, take_number};
use super::row::{Fault, Kind, Outcome, Param, Row, any, bad, number, param};

const STRINGS: Kind = Kind::List(&Kind::String);
const LIST: Kind = Kind::List(&Kind::Any);
const SET: Kind = Kind::Set(&Kind::Any);
const STRING_LISTS: Kind = Kind::Map(&STRINGS);
const SETS: Param = param("other_sets", SET);

pub(super) const ROWS: &[Row] = &[
    Row::typed(
        "chunklist",
        &[param("list", LIST).marked(), number("size")],
        |args| Ok(Type::list(args[0].ty())),
        chunklist,
    ),
    Row::typed("concat", &[], concat_type, concat).rest(any("seqs").unknown().marked()),
    Row::typed("distinct", &[param("list", LIST)], |args| Ok(args[0].ty()), distinct),
    Row::typed("flatten", &[any("list").marked()], flatten_type, flatten),
    Row::new("range", &[], Kind::List(&Kind::Number), range).rest(number("params")),
    Row::typed("reverse", &[any("list").marked()], reverse_type, reverse),
    Row::typed("setintersection", &[param("first_set", SET)], set_type, setintersection).rest(SETS),
    Row::typed("setproduct", &[], setproduct_type, setproduct).rest(any("sets").unknown().marked()),
    Row::typed("setsubtract", &[param("a", SET), param("b", SET)], set_type, setsubtract),
    Row::typed("setunion", &[param("first_set", SET)], set_type, setunion).rest(SETS),
    Row::typed("slice", &[any("list").marked(), number("start_index"), number("end_index")], slice_type, slice),
    Row::new("sort", &[param("list", STRINGS).unknown()], STRINGS, sort),
    Row::new("transpose", &[param("values", STRING_LISTS)], STRING_LISTS, transpose),
    Row::typed("zipmap", &[param("keys", STRINGS), any("values").marked()], zipmap_type, zipmap),
];

fn members(value: &Value) -> &[Value] {
    value.as_sequence().unwrap_or_default()
}

fn element_of(ty: &Type) -> Type {
    match ty {
        Type::List(element) | Type::Set(element) | Type::Map(element) => (**element).clone(),
        _ => Type::Dynamic,
    }
}

/// Members as the list or tuple that `want` says.
fn sequence(want: &Type, members: Vec<Value>) -> Value {
    match want {
        Type::List(element) => Value::list((**element).clone(), members),
        Type::Set(element) => Value::set((**element).clone(), members),
        _ => Value::tuple(members),
    }
}

fn chunklist(args: &[Value], want: &Type) -> Outcome {
    let list = members(&args[0]);
    let Ok(size) = usize::try_from(take_int(args, 1)?) else { return Err("the size argument must be positive".into()) };
    let chunk_type = element_of(want);
    let size = if size == 0 { list.len().max(1) } else { size };
    let chunks = list.chunks(size).map(|chunk| Value::list(element_of(&chunk_type), chunk.to_vec())).collect();
    Ok(Value::list(chunk_type, chunks).with_marks(args[0].marks()))
}

fn concat_type(args: &[Value]) -> Result<Type, Fault> {
    if args.is_empty() {
        return Err("at least one argument is required".into());
    }
    let types: Vec<Type> = args.iter().map(Value::ty).collect();
    if types.iter().all(|ty| matches!(ty, Type::List(_)))
        && let Some(common) = unify(&types)
    {
        return Ok(common);
    }
    let mut elements = Vec::new();
    for (index, (arg, ty)) in args.iter().zip(types).enumerate() {
        match ty {
            Type::Tuple(types) => elements.extend(types.iter().cloned()),
            Type::List(_) if arg.is_unknown() => return Ok(Type::Dynamic),
            Type::List(element) => elements.extend(members(arg).iter().map(|_| (*element).clone())),
            Type::Dynamic => return Ok(Type::Dynamic),
            other => return bad(index, format!("all arguments must be lists or tuples; got {}", other.friendly())),
        }
    }
    Ok(Type::tuple(elements))
}

fn concat(args: &[Value], want: &Type) -> Outcome {
    let marks = args.iter().fold(Marks::NONE, |marks, arg| marks.union(arg.marks()));
    if args.iter().any(Value::is_unknown) {
        return Ok(Value::unknown(want.clone()).with_marks(marks));
    }
    let mut joined = Vec::new();
    for member in args.iter().flat_map(members) {
        joined.push(match want {
            Type::List(element) => convert(member, element).map_err(|mismatch| Fault::Call(mismatch.message))?,
            _ => member.clone(),
        });
    }
    Ok(sequence(want, joined).with_marks(marks))
}

fn distinct(args: &[Value], want: &Type) -> Outcome {
    if !args[0].is_wholly_known() {
        return Ok(Value::unknown(want.clone()));
    }
    // A tree finds doubles without comparing each member with each other.
    let mut seen = std::collections::BTreeSet::new();
    let kept = members(&args[0]).iter().filter(|member| seen.insert(Ordered((*member).clone())));
    Ok(sequence(want, kept.cloned().collect()))
}

/// A wholly known value by the total order of `value::order`.
struct Ordered(Value);

impl PartialEq for Ordered {
    fn eq(&self, other: &Ordered) -> bool {
        self.cmp(other) == std::cmp::Ordering::Equal
    }
}
impl Eq for Ordered {}
impl PartialOrd for Ordered {
    fn partial_cmp(&self, other: &Ordered) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Ordered {
    fn cmp(&self, other: &Ordered) -> std::cmp::Ordering {
        crate::value::order::compare(&self.0, &other.0)
    }
}

fn flatten_type(args: &[Value]) -> Result<Type, Fault> {
    // As in Terraform, nothing is said of what is not known to its last member.
    if args[0].as_sequence().is_none() && args[0].is_wholly_known() {
        return Err("can only flatten lists, sets and tuples".into());
    }
    let mut flat = Vec::new();
    let known = flatten_into(&args[0], &mut flat, &mut Marks::default());
    Ok(if known { Type::tuple(flat.iter().map(Value::ty).collect()) } else { Type::Dynamic })
}

fn flatten(args: &[Value], _: &Type) -> Outcome {
    let mut flat = Vec::new();
    let mut marks = Marks::NONE;
    let known = flatten_into(&args[0], &mut flat, &mut marks);
    let result = if known { Value::tuple(flat) } else { Value::unknown(Type::Dynamic) };
    Ok(result.with_marks(marks))
}

/// Whether all that decides the length is known.
fn flatten_into(list: &Value, flat: &mut Vec<Value>, marks: &mut Marks) -> bool {
    *marks = marks.union(list.marks());
    let open_set = matches!(list.content(), Content::Set(_, all) if all.len() > 1 && !list.is_wholly_known());
    if list.is_unknown() || open_set {
        return false;
    }
    let mut known = true;
    for member in list.children() {
        let decides = |ty: &Type| matches!(ty, Type::Dynamic | Type::List(_) | Type::Set(_) | Type::Tuple(_));
        match member.content() {
            Content::List(..) | Content::Set(..) | Content::Tuple(_) => known &= flatten_into(member, flat, marks),
            Content::Unknown { ty, .. } if decides(ty) => {
                *marks = marks.union(member.marks());
                known = false;
            }
            _ => flat.push(member.clone()),
        }
    }
    known
}

fn range(args: &[Value], _: &Type) -> Outcome {
    let zero = Number::from(0);
    let (start, end, step) = match args.len() {
        1 => (&zero, take_number(args, 0)?, None),
        2 => (take_number(args, 0)?, take_number(args, 1)?, None),
        3 => (take_number(args, 0)?, take_number(args, 1)?, Some(take_number(args, 2)?.clone())),
        _ => return Err("must have one, two, or three arguments".into()),
    };
    let step = step.unwrap_or_else(|| Number::from(if start <= end { 1 } else { -1 }));
    let down = step < zero;
    if down && start < end {
        return bad(1, "end must be less than start when step is negative");
    }
    if !down && start > end {
        return bad(1, "end must be greater than start when step is positive");
    }
    let mut numbers = Vec::new();
    let mut next = start.clone();
    while if down { next > *end } else { next < *end } {
        if numbers.len() >= 1024 {
            return Err(
                "more than 1024 values were generated; either decrease the difference between start and end or \
                        use a smaller step"
                    .into(),
            );
        }
        let Some(following) = next.add(&step) else { return Err("cannot count beyond infinity".into()) };
        numbers.push(Value::number(std::mem::replace(&mut next, following)));
    }
    Ok(Value::list(Type::Number, numbers))
}

fn reverse_type(args: &[Value]) -> Result<Type, Fault> {
    match args[0].ty() {
        Type::List(element) | Type::Set(element) => Ok(Type::List(element)),
        Type::Tuple(elements) => Ok(Type::tuple(elements.iter().rev().cloned().collect())),
        other => bad(0, format!("can only reverse list or tuple values, not {}", other.friendly())),
    }
}

fn reverse(args: &[Value], want: &Type) -> Outcome {
    Ok(sequence(want, members(&args[0]).iter().rev().cloned().collect()).with_marks(args[0].marks()))
}

fn set_type(args: &[Value]) -> Result<Type, Fault> {
    let elements: Vec<Type> = args.iter().filter(|arg| !is_bare(arg)).map(|arg| element_of(&arg.ty())).collect();
    unify(&elements).map(Type::set).ok_or_else(|| "given sets must all have compatible element types".into())
}

/// Whether it is a set without members, which says nothing of a type.
fn is_bare(set: &Value) -> bool {
    matches!(set.content(), Content::Set(Type::Dynamic, members) if members.is_empty())
}

fn as_sets(args: &[Value], want: &Type) -> Result<Vec<Value>, Fault> {
    args.iter().map(|arg| convert(arg, want).map_err(|mismatch| Fault::Call(mismatch.message))).collect()
}

fn setunion(args: &[Value], want: &Type) -> Outcome {
    let all = as_sets(args, want)?.iter().flat_map(members).cloned().collect();
    Ok(Value::set(element_of(want), all))
}

fn setintersection(args: &[Value], want: &Type) -> Outcome {
    if !args.iter().all(Value::is_wholly_known) {
        return Ok(Value::unknown(want.clone()));
    }
    let sets = as_sets(args, want)?;
    let Some((first, others)) = sets.split_first() else { return Err("at least one set is required".into()) };
    let kept = members(first).iter().filter(|member| others.iter().all(|other| has(other, member)));
    Ok(Value::set(element_of(want), kept.cloned().collect()))
}

fn setsubtract(args: &[Value], want: &Type) -> Outcome {
    if !args.iter().all(Value::is_wholly_known) {
        return Ok(Value::unknown(want.clone()));
    }
    let sets = as_sets(args, want)?;
    let kept = members(&sets[0]).iter().filter(|member| !has(&sets[1], member));
    Ok(Value::set(element_of(want), kept.cloned().collect()))
}

/// Whether a set has a member; sets are ordered, so this need not look at each.
fn has(set: &Value, wanted: &Value) -> bool {
    let near = members(set).binary_search_by(|member| crate::value::order::compare(member, wanted));
    near.is_ok_and(|at| equals(&members(set)[at], wanted) == Some(true))
}

fn setproduct_type(args: &[Value]) -> Result<Type, Fault> {
    if args.len() < 2 {
        return Err("at least two arguments are required".into());
    }
    let mut elements = Vec::new();
    let mut all_lists = true;
    for (index, arg) in args.iter().enumerate() {
        elements.push(match arg.ty() {
            Type::Set(element) => {
                all_lists = false;
                (*element).clone()
            }
            Type::List(element) => (*element).clone(),
            Type::Tuple(types) => match unify(&types) {
                Some(common) => common,
                None => return bad(index, "all elements must be of the same type"),
            },
            Type::Dynamic => return Ok(Type::Dynamic),
            _ => return bad(index, "a set or a list is required"),
        });
    }
    let product = Type::tuple(elements);
    Ok(if all_lists { Type::list(product) } else { Type::set(product) })
}

fn setproduct(args: &[Value], want: &Type) -> Outcome {
    let marks = args.iter().fold(Marks::NONE, |marks, arg| marks.union(arg.marks()));
    let open =
        |arg: &Value| matches!(arg.content(), Content::Set(..)) && !arg.is_wholly_known() && members(arg).len() > 1;
    if args.iter().any(open) {
        return Ok(Value::unknown(want.clone()).with_marks(marks));
    }
    if args.iter().any(Value::is_unknown) {
        return Ok(product_of_unknown(args, want).with_marks(marks));
    }
    let product_type = element_of(want);
    let Type::Tuple(types) = &product_type else { return Err("a set or a list is required".into()) };
    let count = args.iter().try_fold(1_usize, |count, arg| count.checked_mul(members(arg).len()));
    if count.is_none_or(|count| count > MOST) {
        return Err(Fault::Call(format!("more than {MOST} combinations would be made; use smaller sets or lists")));
    }
    let mut product: Vec<Vec<Value>> = vec![Vec::new()];
    for (arg, ty) in args.iter().zip(types.iter()) {
        let mut next = Vec::with_capacity(product.len() * members(arg).len());
        for start in &product {
            for member in members(arg) {
                let member = convert(member, ty).map_err(|mismatch| Fault::Call(mismatch.message))?;
                next.push(start.iter().cloned().chain([member]).collect());
            }
        }
        product = next;
    }
    Ok(sequence(want, product.into_iter().map(Value::tuple).collect()).with_marks(marks))
}

/// How many members a product has at most is certain where that of each of its factors is.
fn product_of_unknown(args: &[Value], want: &Type) -> Value {
    let ranges = args.iter().map(|arg| match arg.ty() {
        Type::Tuple(elements) => (elements.len(), Some(elements.len())),
        _ => arg.length_range(),
    });
    let (least, most) = ranges.fold((1, Some(1_usize)), |(least, most), (fewest, mostly)| {
        let most = most.zip(mostly).and_then(|(most, mostly)| most.checked_mul(mostly));
        (least.min(fewest), most)
    });
    Value::unknown_within(want.clone(), Bounds::length(least, most))
}

fn slice_bounds(args: &[Value]) -> Result<Option<(usize, usize)>, Fault> {
    let length = match (args[0].ty(), args[0].as_sequence()) {
        (Type::Tuple(elements), _) => Some(elements.len()),
        (_, members) => members.map(<[Value]>::len),
    };
    let bound = |index: usize, which: &str| -> Result<Option<usize>, Fault> {
        if args[index].is_unknown() {
            return Ok(None);
        }
        let at =
            take_int(args, index).map_err(|_| Fault::Argument(index, format!("invalid {which} index: {NOT_WHOLE}")))?;
        match usize::try_from(at) {
            Err(_) => bad(index, format!("{which} index must not be less than zero")),
            Ok(at) if length.is_some_and(|length| at > length) => {
                bad(index, format!("{which} index must not be greater than the length of the list"))
            }
            Ok(at) => Ok(Some(at)),
        }
    };
    match (bound(1, "start")?, bound(2, "end")?) {
        (Some(start), Some(end)) if start > end => bad(1, "start index must not be greater than end index"),
        (Some(start), Some(end)) => Ok(Some((start, end))),
        _ => Ok(None),
    }
}

fn slice_type(args: &[Value]) -> Result<Type, Fault> {
    let ty = args[0].ty();
    match &ty {
        Type::Set(_) => bad(
            0,
            "cannot slice a set, because its elements do not have indices; explicitly convert to a list if the ordering \
             of the result is not important",
        ),
        Type::List(_) => slice_bounds(args).map(|_| ty),
        Type::Tuple(elements) => Ok(match slice_bounds(args)? {
            Some((start, end)) => Type::tuple(elements[start..end].to_vec()),
            None => Type::Dynamic,
        }),
        _ => bad(0, "must be a list or tuple value"),
    }
}

fn slice(args: &[Value], want: &Type) -> Outcome {
    let Some((start, end)) = slice_bounds(args)? else { return Ok(Value::unknown(want.clone())) };
    let kept = members(&args[0]).get(start..end).unwrap_or_default();
    Ok(sequence(want, kept.to_vec()).with_marks(args[0].marks()))
}

fn sort(args: &[Value], _: &Type) -> Outcome {
    if !args[0].is_wholly_known() {
        // Which member comes where is open, but not how many there are.
        let (least, most) = args[0].length_range();
        return Ok(Value::unknown_within(Type::list(Type::String), Bounds::length(least, most)));
    }
    let mut sorted = members(&args[0]).to_vec();
    if let Some(position) = sorted.iter().position(Value::is_null) {
        return Err(format!("given list element {position} is null; a null string cannot be sorted").into());
    }
    sorted.sort_by(crate::value::order::compare);
    Ok(Value::list(Type::String, sorted))
}

fn transpose(args: &[Value], want: &Type) -> Outcome {
    if !args[0].is_wholly_known() {
        return Ok(Value::unknown(want.clone()));
    }
    let mut turned: BTreeMap<Name, Vec<Value>> = BTreeMap::new();
    for (key, list) in args[0].as_members().into_iter().flatten() {
        if list.is_null() {
            return Err("input must not contain null list".into());
        }
        for member in members(list) {
            let Content::String(text) = member.content() else {
                return Err("input list must not contain null string".into());
            };
            turned.entry(text.clone()).or_default().push(Value::string(key.clone()));
        }
    }
    let turned = turned.into_iter().map(|(key, list)| (key, Value::list(Type::String, list)));
    Ok(Value::map(element_of(want), turned.collect()))
}

fn mismatched(keys: usize, values: usize) -> Fault {
    format!("number of keys ({keys}) does not match number of values ({values})").into()
}

fn zipmap_type(args: &[Value]) -> Result<Type, Fault> {
    match args[1].ty() {
        Type::List(element) => Ok(Type::Map(element)),
        Type::Tuple(_) if !args[0].is_wholly_known() => Ok(Type::Dynamic),
        Type::Tuple(elements) => {
            let keys = members(&args[0]);
            if keys.len() != elements.len() {
                return Err(mismatched(keys.len(), elements.len()));
            }
            let named = keys.iter().filter_map(Value::as_str).map(Name::from).zip(elements.iter().cloned());
            Ok(Type::object(named.collect()))
        }
        _ => Err("values argument must be a list or tuple value".into()),
    }
}

fn zipmap(args: &[Value], want: &Type) -> Outcome {
    if !args[0].is_wholly_known() {
        return Ok(Value::unknown(want.clone()).with_marks(args[1].marks()));
    }
    let (keys, values) = (members(&args[0]), members(&args[1]));
    if keys.len() != values.len() {
        return Err(mismatched(keys.len(), values.len()));
    }
    let pairs = keys.iter().zip(values).map(|(key, value)| match key.content() {
        Content::String(key) => Ok((key.clone(), value.clone())),
        _ => Err("a key must not be null".into()),
    });
    let zipped = pairs.collect::<Result<Members, Fault>>()?;
    let result = match want {
        Type::Map(element) => Value::map((**element).clone(), zipped),
        _ => Value::object(zipped),
    };
    Ok(result.with_marks(args[1].marks()))
}
