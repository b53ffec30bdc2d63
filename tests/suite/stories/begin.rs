//! Draws the first configuration of a story.
//!
//! **Never:** let a thing refer to one that stands after it in its module: so there is no circle.

use super::block::Block;
use super::dice::Dice;
use super::words::{KINDS, Need, OPEN, PURE, Scope, constant, plain, say};
use super::world::{Kind, Module, Repeat, Said, Thing, What, World};

/// A whole configuration: modules from the innermost outwards, so that outputs are there to be used.
pub(super) fn world(dice: &mut Dice) -> World {
    let folders: &[&[&str]] = &[
        &[""],
        &[""],
        &["", "m"],
        &["", "m", "n"],
        &["", "m", "m/inner"],
        &["", "m", "m/inner", "m/inner/last"],
        &["", "m", "shared", "m/inner"],
    ];
    let folders = *dice.of(folders);
    let module = |folder: &&str| Module { folder: (*folder).to_owned(), things: Vec::new() };
    let mut world = World { modules: folders.iter().map(module).collect(), next: 0 };
    for at in (0..folders.len()).rev() {
        fill(dice, &mut world, at);
    }
    world
}

/// Which modules one may call: those behind it.
fn callable(dice: &mut Dice, world: &World, at: usize) -> Option<usize> {
    let last = world.modules.len();
    if at + 1 >= last { None } else { Some(at + 1 + dice.below((last - at - 1).min(2))) }
}

fn fill(dice: &mut Dice, world: &mut World, at: usize) {
    for _ in 0..dice.below(4) {
        add_variable(dice, world, at);
    }
    let count = 2 + dice.below(4);
    for number in 0..count {
        match dice.below(7) {
            0 | 1 => add_local(dice, world, at),
            2 if number + 1 < count => add_call(dice, world, at),
            _ => add_resource(dice, world, at),
        }
    }
    if at + 1 < world.modules.len() && dice.chance(90) {
        add_call(dice, world, at);
    }
    for _ in 0..1 + dice.below(2) {
        add_output(dice, world, at);
    }
    if dice.chance(25) {
        add_check(dice, world, at);
    }
}

fn push(world: &mut World, at: usize, id: usize, label: &str, json: bool, what: What) {
    world.modules[at].things.push(Thing { id, label: format!("{label}{id}"), json, what });
}

/// What the things of a module may refer to, up to one of them.
pub(super) fn scope(world: &World, at: usize, before: Option<usize>) -> Scope {
    let mut scope = Scope::new();
    for thing in world.modules[at].things.iter().take_while(|thing| Some(thing.id) != before) {
        let id = thing.id;
        let open = |text: String, kind, random| Said { pure: false, random, ..plain(text, kind) };
        match &thing.what {
            What::Variable { said, set, .. } => {
                let text = if *set { format!("tolist(«{id}»)") } else { format!("«{id}»") };
                scope.push(Said { text, ..said.clone() });
            }
            What::Local(said) => scope.push(Said { text: format!("«{id}»"), ..said.clone() }),
            What::Resource { said, .. } => {
                let own = |text: String, kind| Said { secret: said.secret, ..open(text, kind, said.random) };
                scope.push(own(format!("«{id}:one.output»"), said.kind));
                scope.push(open(format!("«{id}:one.id»"), Kind::Text, true));
                scope.push(own(format!("«{id}:all.output»"), Kind::Any));
                scope.push(open(format!("«{id}:splat.id»"), Kind::List, true));
                scope.push(Said { random: true, ..own(format!("«{id}»"), Kind::Any) });
            }
            What::Call { module, repeat, .. } => {
                let secret = world.outputs(*module).iter().any(|(_, said)| said.secret);
                let fleeting = world.outputs(*module).iter().any(|(_, said)| said.fleeting);
                for (output, said) in world.outputs(*module) {
                    let once = matches!(repeat, Repeat::One);
                    let text = format!("«{id}:one.{}»", output.id);
                    scope.push(Said { text, pure: said.pure && once, ..said.clone() });
                    let text = format!("«{id}:all.{}»", output.id);
                    scope.push(Said { text, kind: Kind::Any, pure: false, ..said.clone() });
                }
                scope.push(Said { fleeting, secret, ..open(format!("«{id}»"), Kind::Any, true) });
            }
            What::Output { .. } | What::Statement(_) => {}
        }
    }
    scope
}

/// The name that a repeated block gives to what differs in its instances.
pub(super) fn with_spin(mut scope: Scope, repeat: &Repeat) -> Scope {
    let own = |text: &str, kind| plain(text, kind);
    match repeat {
        Repeat::One => {}
        Repeat::Count(..) => scope.extend([own("count.index", Kind::Number), own("count.index", Kind::Number)]),
        Repeat::Each(..) => {
            scope.extend([own("each.key", Kind::Text), Said { random: true, ..own("each.value", Kind::Any) }])
        }
    }
    scope
}

pub(super) fn add_variable(dice: &mut Dice, world: &mut World, at: usize) {
    let id = world.fresh();
    let types = [
        ("string", Kind::Text, false),
        ("number", Kind::Number, false),
        ("bool", Kind::Bool, false),
        ("list(string)", Kind::List, false),
        ("set(string)", Kind::List, true),
        ("map(string)", Kind::Map, false),
        ("object({ a = optional(string, \"o\"), b = optional(string) })", Kind::Map, false),
        ("any", Kind::Any, false),
        ("", Kind::Text, false),
    ];
    let (ty, kind, set) = *dice.of(&types);
    let secret = dice.chance(12);
    let fleeting = !secret && dice.chance(6);
    let mut block = Block::new("variable", &[]);
    if !ty.is_empty() {
        block = block.name("type", ty);
    }
    // A child's variables come from its calls, mostly.
    if at == 0 || dice.chance(40) {
        block = block.fixed("default", constant(dice, kind));
    }
    for (name, holds) in [("sensitive", secret), ("ephemeral", fleeting), ("nullable", dice.chance(6))] {
        if holds {
            block = block.fixed(name, if name == "nullable" { "false" } else { "true" });
        }
    }
    if dice.chance(20) {
        block = block.holding(validation(dice, &scope(world, at, None), &format!("«{id}»")));
    }
    // What goes into a module may be an id.
    let random = at > 0 && (secret || fleeting);
    let said = Said { pure: !secret && !fleeting, secret, fleeting, random, ..plain("", kind) };
    let json = dice.chance(8);
    push(world, at, id, "v", json, What::Variable { said, block, set });
}

/// Which holds, mostly.
fn validation(dice: &mut Dice, scope: &[Said], own: &str) -> Block {
    let other = say(dice, scope, Kind::Any, PURE);
    let condition = match dice.below(5) {
        0 => format!("can(length({own})) || can({})", other.text),
        1 => format!("{own} != \"b-c\""),
        2 => format!("try(length({own}) < 3, true)"),
        _ => format!("can({own})"),
    };
    Block::new("validation", &[]).said("condition", condition).said("error_message", "\"The value is not welcome.\"")
}

pub(super) fn add_local(dice: &mut Dice, world: &mut World, at: usize) {
    let kind = *dice.of(&KINDS);
    let need = Need { pure: dice.chance(30), secret: true, fleeting: dice.chance(20) };
    let said = say(dice, &scope(world, at, None), kind, need);
    let (id, json) = (world.fresh(), dice.chance(8));
    push(world, at, id, "l", json, What::Local(said));
}

pub(super) fn repeat(dice: &mut Dice, world: &World, at: usize, before: Option<usize>) -> Repeat {
    let scope = scope(world, at, before);
    match dice.below(12) {
        0 | 1 => {
            let count = dice.below(4);
            Repeat::Count(count.to_string(), Some(count))
        }
        2 => Repeat::Count(format!("length({})", say(dice, &scope, Kind::List, PURE).text), None),
        3 => Repeat::Count(format!("{} ? 1 : 0", say(dice, &scope, Kind::Bool, PURE).text), None),
        4 | 5 => {
            let keys = *dice.of(&[&["a", "b"][..], &["a"], &["b", "c", "a b"], &["é", "a"]]);
            let text = keys.iter().map(|key| format!("\"{key}\"")).collect::<Vec<_>>().join(", ");
            Repeat::Each(format!("toset([{text}])"), keys.iter().map(|key| (*key).to_owned()).collect())
        }
        6 => Repeat::Each("{ a = \"one\", b = 2 }".into(), vec!["a".into(), "b".into()]),
        7 => Repeat::Each(say(dice, &scope, Kind::Map, PURE).text, Vec::new()),
        8 => {
            let keyed = world.modules[at].things.iter().take_while(|thing| Some(thing.id) != before);
            let keyed: Vec<usize> = keyed
                .filter(|thing| matches!(thing.what, What::Resource { repeat: Repeat::Each(..), .. }))
                .map(|thing| thing.id)
                .collect();
            match dice.any(&keyed) {
                Some(id) => Repeat::Each(format!("«{id}»"), Vec::new()),
                None => Repeat::One,
            }
        }
        _ => Repeat::One,
    }
}

/// What a block may wait for.
fn depends(dice: &mut Dice, world: &World, at: usize, before: Option<usize>) -> Vec<usize> {
    if !dice.chance(12) {
        return Vec::new();
    }
    let things = world.modules[at].things.iter().take_while(|thing| Some(thing.id) != before);
    let ids: Vec<usize> = things
        .filter(|thing| matches!(thing.what, What::Resource { .. } | What::Call { .. }))
        .map(|thing| thing.id)
        .collect();
    dice.any(&ids).map(|id| vec![*id]).unwrap_or_default()
}

pub(super) fn add_resource(dice: &mut Dice, world: &mut World, at: usize) {
    let repeat = repeat(dice, world, at, None);
    let (said, block) = body(dice, world, at, None, &repeat);
    let depends = depends(dice, world, at, None);
    let (id, json) = (world.fresh(), dice.chance(6));
    push(world, at, id, "r", json, What::Resource { repeat, said, depends, block });
}

/// What stands in a resource besides its meta-arguments.
pub(super) fn body(dice: &mut Dice, world: &World, at: usize, before: Option<usize>, repeat: &Repeat) -> (Said, Block) {
    let scope = with_spin(scope(world, at, before), repeat);
    let need = Need { secret: dice.chance(15), ..OPEN };
    let kind = *dice.of(&KINDS);
    let input = say(dice, &scope, kind, need);
    let mut block = Block::default();
    if dice.chance(92) {
        block = block.said("input", &input.text);
    }
    if dice.chance(30) {
        let kind = *dice.of(&KINDS);
        block = block.said("triggers_replace", say(dice, &scope, kind, OPEN).text);
    }
    if let Some(life) = lifecycle(dice, world, at, before, &scope) {
        block = block.holding(life);
    }
    (input, block)
}

/// A condition that holds, mostly.
fn condition(dice: &mut Dice, scope: &[Said]) -> String {
    let said = say(dice, scope, Kind::Any, Need { secret: true, ..OPEN });
    let text = match dice.below(8) {
        0 => say(dice, scope, Kind::Bool, OPEN).text,
        1 => format!("jsonencode({0}) == jsonencode({0})", said.text),
        _ => format!("can({}) || {} == null", said.text, say(dice, scope, Kind::Any, OPEN).text),
    };
    // A condition must refer to something, which one in thirty does not.
    let refers = ["«", "each.", "count."].iter().any(|mark| text.contains(mark)) || dice.chance(3);
    if refers { text } else { format!("path.module != \"\" && ({text})") }
}

fn rule(dice: &mut Dice, kind: &str, scope: &[Said]) -> Block {
    let message = match dice.below(3) {
        0 => format!("\"It is ${{jsonencode({})}}.\"", say(dice, scope, Kind::Any, OPEN).text),
        _ => "\"That must not be.\"".to_owned(),
    };
    Block::new(kind, &[]).said("condition", condition(dice, scope)).said("error_message", message)
}

/// Whether there is an instance, most likely.
fn stands(repeat: &Repeat) -> bool {
    match repeat {
        Repeat::One => true,
        Repeat::Count(_, count) => count.is_some_and(|count| count > 0),
        Repeat::Each(_, keys) => !keys.is_empty(),
    }
}

fn lifecycle(dice: &mut Dice, world: &World, at: usize, before: Option<usize>, scope: &[Said]) -> Option<Block> {
    let mut life = Block::new("lifecycle", &[]);
    if dice.chance(18) {
        life = life.fixed("create_before_destroy", if dice.chance(80) { "true" } else { "false" });
    }
    if dice.chance(4) {
        life = life.fixed("prevent_destroy", "true");
    }
    if dice.chance(8) {
        let ignored = *dice.of(&[&["input"][..], &["triggers_replace"], &["input", "triggers_replace"]]);
        life = life.names("ignore_changes", ignored.iter().map(|name| (*name).to_owned()).collect());
    }
    let things = world.modules[at].things.iter().take_while(|thing| Some(thing.id) != before);
    let resources: Vec<usize> = things
        .filter(|thing| matches!(&thing.what, What::Resource { repeat, .. } if stands(repeat)))
        .map(|thing| thing.id)
        .collect();
    if dice.chance(14)
        && let Some(id) = dice.any(&resources)
    {
        let form = *dice.of(&["", ":one.output", ":one.input", ":one.id"]);
        let single =
            matches!(world.thing(*id), Some((_, Thing { what: What::Resource { repeat: Repeat::One, .. }, .. })));
        let form = if single { form } else { "" };
        life = life.names("replace_triggered_by", vec![format!("«{id}{form}»")]);
    }
    if dice.chance(12) {
        life = life.holding(rule(dice, "precondition", scope));
    }
    if dice.chance(12) {
        let mut post = rule(dice, "postcondition", scope);
        if dice.chance(60) {
            post.items.clear();
            let condition = *dice.of(&[
                "self.id != \"\"",
                "self.input == self.output",
                "self.output != null || self.input == null",
                "can(self.triggers_replace)",
            ]);
            post = post
                .said("condition", condition)
                .said("error_message", "\"It came out wrong: ${jsonencode(self.output)}.\"");
        }
        life = life.holding(post);
    }
    if life.items.is_empty() { None } else { Some(life) }
}

pub(super) fn add_call(dice: &mut Dice, world: &mut World, at: usize) {
    let Some(module) = callable(dice, world, at) else { return };
    let repeat = repeat(dice, world, at, None);
    let depends = depends(dice, world, at, None);
    let scope = with_spin(scope(world, at, None), &repeat);
    let mut arguments = Vec::new();
    for thing in world.modules[module].things.clone() {
        let What::Variable { said, block, .. } = &thing.what else { continue };
        let given = block.text().contains("default = ");
        if given && dice.chance(50) {
            continue;
        }
        // What the child believes to be known and no secret must be.
        let need = Need { pure: said.pure && !said.secret, secret: said.secret, fleeting: said.fleeting };
        arguments.push((thing.id, say(dice, &scope, said.kind, need)));
    }
    let id = world.fresh();
    push(world, at, id, "c", false, What::Call { repeat, module, depends, arguments });
}

pub(super) fn add_output(dice: &mut Dice, world: &mut World, at: usize) {
    let kind = *dice.of(&KINDS);
    let scope = scope(world, at, None);
    let need = Need { pure: false, secret: dice.chance(25), fleeting: at > 0 && dice.chance(30) };
    let said = say(dice, &scope, kind, need);
    let mut block = Block::default();
    let secret = said.secret || dice.chance(6);
    if secret {
        block = block.fixed("sensitive", "true");
    }
    if said.fleeting {
        block = block.fixed("ephemeral", "true");
    }
    if dice.chance(10) {
        block = block.holding(rule(dice, "precondition", &scope));
    }
    let depends = depends(dice, world, at, None);
    let (id, json) = (world.fresh(), dice.chance(8));
    let what = What::Output { said: Said { secret, ..said }, depends, block };
    push(world, at, id, "o", json, what);
}

pub(super) fn add_check(dice: &mut Dice, world: &mut World, at: usize) {
    let scope = scope(world, at, None);
    let id = world.fresh();
    let mut block = Block::new("check", &[&format!("k{id}")]);
    for _ in 0..1 + dice.below(2) {
        let mut assert = rule(dice, "assert", &scope);
        if dice.chance(30) {
            assert.items.clear();
            let said = say(dice, &scope, Kind::Bool, OPEN);
            assert = assert
                .said("condition", format!("path.module != \"\" && {}", said.text))
                .said("error_message", "\"The check fails.\"");
        }
        block = block.holding(assert);
    }
    push(world, at, id, "k", false, What::Statement(block));
}
