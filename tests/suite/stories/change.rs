//! Makes the next configuration of a story from the one before, as people do it.
//!
//! **Never:** forget what was: whatever is renamed, repeated or carried elsewhere is mostly said in a
//! `moved` block, now and then not.

use super::begin::{add_check, add_local, add_output, add_resource, body, repeat, scope, with_spin};
use super::block::{Block, Item};
use super::dice::Dice;
use super::words::{OPEN, constant, say};
use super::world::{Kind, Repeat, Thing, What, World};

/// One to four changes.
pub(super) fn change(dice: &mut Dice, world: &mut World) {
    for _ in 0..1 + dice.below(4) {
        match dice.below(16) {
            0..=3 => reword(dice, world),
            4 | 5 => rename(dice, world),
            6 | 7 => repeat_otherwise(dice, world),
            8 => remove(dice, world),
            9 => carry(dice, world),
            10 => settle_variable(dice, world),
            11 | 12 => relive(dice, world),
            _ => add(dice, world),
        }
    }
}

fn pick(dice: &mut Dice, world: &World, fits: fn(&What) -> bool) -> Option<(usize, Thing)> {
    let mut found = Vec::new();
    for (at, module) in world.modules.iter().enumerate().filter(|(at, _)| world.called(*at)) {
        found.extend(module.things.iter().filter(|thing| fits(&thing.what)).map(|thing| (at, thing.clone())));
    }
    dice.any(&found).cloned()
}

fn is_resource(what: &What) -> bool {
    matches!(what, What::Resource { .. })
}

fn stands(what: &What) -> bool {
    matches!(what, What::Resource { .. } | What::Call { .. })
}

fn add(dice: &mut Dice, world: &mut World) {
    let at = dice.below(world.modules.len());
    match dice.below(6) {
        0 => add_local(dice, world, at),
        1 => add_output(dice, world, at),
        2 => add_check(dice, world, at),
        _ => add_resource(dice, world, at),
    }
}

/// Another value for a local, a resource or an output.
fn reword(dice: &mut Dice, world: &mut World) {
    let fits = |what: &What| matches!(what, What::Local(_) | What::Resource { .. } | What::Output { .. });
    let Some((at, thing)) = pick(dice, world, fits) else { return };
    let names = scope(world, at, Some(thing.id));
    let what = match thing.what {
        What::Local(said) => {
            What::Local(say(dice, &names, said.kind, if said.pure { super::words::PURE } else { OPEN }))
        }
        What::Output { said, depends, block } => {
            let new = say(dice, &names, said.kind, OPEN);
            // It stays as secret as it was.
            let new = super::world::Said { text: new.text, pure: said.pure && new.pure, random: new.random, ..said };
            What::Output { said: new, depends, block }
        }
        What::Resource { repeat, depends, mut block, said } => {
            let names = with_spin(names, &repeat);
            let kind = *dice.of(&super::words::KINDS);
            let new = say(dice, &names, kind, OPEN);
            let name = if dice.chance(75) { "input" } else { "triggers_replace" };
            block.items.retain(|item| !matches!(item, Item::Argument(is, _) if is == name));
            block.items.insert(0, Item::Argument(name.into(), super::block::Given::Said(new.text.clone())));
            let said = if name == "input" { new } else { said };
            What::Resource { repeat, depends, block, said }
        }
        other => other,
    };
    world.thing_mut(thing.id).unwrap().what = what;
}

/// Another life cycle, and all else of a resource drawn anew.
fn relive(dice: &mut Dice, world: &mut World) {
    let Some((at, thing)) = pick(dice, world, is_resource) else { return };
    let What::Resource { repeat, depends, block: old, said } = thing.what else { return };
    let (_, block) = body(dice, world, at, Some(thing.id), &repeat);
    let is_life = |item: &&Item| matches!(item, Item::Block(block) if block.kind == "lifecycle");
    let mut items: Vec<Item> = old.items.iter().filter(|item| !is_life(item)).cloned().collect();
    items.extend(block.items.iter().filter(is_life).cloned());
    let block = Block { items, ..old };
    world.thing_mut(thing.id).unwrap().what = What::Resource { repeat, depends, block, said };
}

fn state(world: &mut World, at: usize, block: Block) {
    let id = world.fresh();
    world.modules[at].things.push(Thing { id, label: format!("s{id}"), json: false, what: What::Statement(block) });
}

fn moved(world: &mut World, at: usize, from: &str, to: &str) {
    state(world, at, Block::new("moved", &[]).name("from", from).name("to", to));
}

fn rename(dice: &mut Dice, world: &mut World) {
    let Some((at, thing)) = pick(dice, world, stands) else { return };
    let from = world.name(thing.id).unwrap();
    let number = world.fresh();
    let label = format!("{}{number}", if is_resource(&thing.what) { "r" } else { "c" });
    world.thing_mut(thing.id).unwrap().label = label;
    if dice.chance(80) {
        let to = world.name(thing.id).unwrap();
        moved(world, at, &from, &to);
    }
}

/// The instance that a move speaks of.
fn step(repeat: &Repeat) -> String {
    match repeat {
        Repeat::One => String::new(),
        Repeat::Count(_, Some(count)) => format!("[{}]", count.saturating_sub(1)),
        Repeat::Count(_, None) => "[0]".into(),
        Repeat::Each(_, keys) => format!("[\"{}\"]", keys.first().map_or("a", String::as_str)),
    }
}

fn repeat_otherwise(dice: &mut Dice, world: &mut World) {
    let Some((at, thing)) = pick(dice, world, stands) else { return };
    let new = repeat(dice, world, at, Some(thing.id));
    let name = world.name(thing.id).unwrap();
    let (What::Resource { repeat: old, .. } | What::Call { repeat: old, .. }) = &thing.what else { return };
    let alike = matches!(
        (old, &new),
        (Repeat::Each(..), Repeat::Each(..)) | (Repeat::Count(..), Repeat::Count(..)) | (Repeat::One, _)
    );
    let (from, to) = (format!("{name}{}", step(old)), format!("{name}{}", step(&new)));
    let names = with_spin(scope(world, at, Some(thing.id)), &new);
    let what = match thing.what {
        What::Resource { depends, block, said, .. } if alike => What::Resource { repeat: new, depends, block, said },
        What::Resource { depends, .. } => {
            let (said, block) = body(dice, world, at, Some(thing.id), &new);
            What::Resource { repeat: new, depends, block, said }
        }
        What::Call { module, depends, arguments, .. } => {
            let renewed = arguments.into_iter().map(|(variable, said)| {
                let new = if alike { said } else { say(dice, &names, said.kind, super::words::PURE) };
                (variable, new)
            });
            let arguments = renewed.collect();
            What::Call { repeat: new, module, depends, arguments }
        }
        other => other,
    };
    world.thing_mut(thing.id).unwrap().what = what;
    if from != to && dice.chance(60) {
        moved(world, at, &from, &to);
    }
}

/// Whether something is repeated by it, or waits for its changes.
fn is_needed(world: &World, id: usize) -> bool {
    let (short, long) = (format!("«{id}»"), format!("«{id}:"));
    let named = |text: &str| text.contains(&short) || text.contains(&long);
    world.modules.iter().flat_map(|module| &module.things).any(|thing| match &thing.what {
        What::Resource { repeat, block, .. } => {
            let repeated = matches!(repeat, Repeat::Count(text, _) | Repeat::Each(text, _) if named(text));
            repeated || block.text().lines().any(|line| line.contains("replace_triggered_by") && named(line))
        }
        What::Call { repeat: Repeat::Count(text, _) | Repeat::Each(text, _), .. } => named(text),
        _ => false,
    })
}

fn take(world: &mut World, at: usize, id: usize) -> Thing {
    let place = world.modules[at].things.iter().position(|thing| thing.id == id).unwrap();
    world.modules[at].things.remove(place)
}

fn remove(dice: &mut Dice, world: &mut World) {
    let Some((at, thing)) = pick(dice, world, stands) else { return };
    if is_needed(world, thing.id) {
        return;
    }
    let name = world.name(thing.id).unwrap();
    take(world, at, thing.id);
    if dice.chance(45) {
        let destroy = if dice.chance(50) { "true" } else { "false" };
        let life = Block::new("lifecycle", &[]).fixed("destroy", destroy);
        state(world, at, Block::new("removed", &[]).name("from", &name).holding(life));
    }
}

/// Into a called module, or out of it.
fn carry(dice: &mut Dice, world: &mut World) {
    let single = |what: &What| matches!(what, What::Call { repeat: Repeat::One, .. });
    let Some((at, call)) = pick(dice, world, single) else { return };
    let What::Call { module, .. } = call.what else { return };
    let inwards = dice.chance(60);
    let (from, to) = if inwards { (at, module) } else { (module, at) };
    let ids: Vec<usize> =
        world.modules[from].things.iter().filter(|thing| is_resource(&thing.what)).map(|thing| thing.id).collect();
    let Some(id) = dice.any(&ids).copied().filter(|id| !is_needed(world, *id)) else { return };
    let name = world.name(id).unwrap();
    let mut thing = take(world, from, id);
    if let What::Resource { repeat, block, depends, .. } = &mut thing.what {
        // It leaves everything behind that it referred to.
        *block = Block::default().said("input", constant(dice, Kind::Any));
        depends.clear();
        if matches!(repeat, Repeat::Count(text, _) | Repeat::Each(text, _) if text.contains('«')) {
            *repeat = Repeat::One;
        }
    }
    // Before the outputs, so that it can be referred to later.
    world.modules[to].things.push(thing);
    let inside = format!("module.{}.{name}", call.label);
    if dice.chance(85) {
        if inwards { moved(world, at, &name, &inside) } else { moved(world, at, &inside, &name) }
    }
}

/// Another default.
fn settle_variable(dice: &mut Dice, world: &mut World) {
    let Some((_, thing)) = pick(dice, world, |what| matches!(what, What::Variable { .. })) else { return };
    let What::Variable { said, mut block, set } = thing.what else { return };
    for item in &mut block.items {
        if let Item::Argument(name, given) = item
            && name == "default"
        {
            *given = super::block::Given::Fixed(constant(dice, said.kind));
        }
    }
    world.thing_mut(thing.id).unwrap().what = What::Variable { said, block, set };
}
