//! A story: configurations that are applied one after the other, with what is said on the command
//! line.
//!
//! **Never:** run anything. In: a seed. Out: steps as blocks, which can be written to a folder,
//! shown to people, and made fewer.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::begin;
use super::block::Block;
use super::change;
use super::dice::Dice;
use super::mistake;
use super::words::constant;
use super::world::{Kind, Placed, Repeat, What, World};

#[derive(Clone, Debug, Default)]
pub(super) struct Step {
    pub(super) placed: Vec<Placed>,
    /// Path of calls, source, folder.
    pub(super) manifest: Vec<(String, String, String)>,
    /// Options of `plan`.
    pub(super) options: Vec<String>,
    pub(super) env: Vec<(String, String)>,
}

#[derive(Clone, Debug)]
pub(super) struct Story {
    pub(super) steps: Vec<Step>,
    /// What is wrong on purpose.
    pub(super) mistake: Option<&'static str>,
}

impl Story {
    pub(super) fn draw(seed: u64) -> Story {
        let mut dice = Dice::new(seed);
        let mut world = begin::world(&mut dice);
        let mut steps = vec![step(&mut dice, &world, 0)];
        let spoilt = dice.chance(35);
        let later = if spoilt { dice.below(2) } else { 1 + dice.below(2) };
        for number in 1..=later {
            let before = world.clone();
            change::change(&mut dice, &mut world);
            let mut next = step(&mut dice, &world, number);
            if next.options.iter().any(|option| option == "-refresh-only") {
                // That is for what exists, so the configuration stays.
                next = Step { options: vec!["-refresh-only".into()], ..steps[number - 1].clone() };
                world = before;
            }
            steps.push(next);
        }
        let mut mistake = None;
        if spoilt {
            let last = steps.last_mut().unwrap();
            last.options.clear();
            mistake = mistake::spoil(&mut dice, last);
        }
        Story { steps, mistake }
    }

    /// As text, for people.
    pub(super) fn show(&self) -> String {
        let mut out = String::new();
        for (number, step) in self.steps.iter().enumerate() {
            let env: String = step.env.iter().map(|(name, value)| format!(" {name}={value}")).collect();
            writeln!(out, "=== step {number}:{env} plan {}", step.options.join(" ")).unwrap();
            for (file, text) in step.files() {
                writeln!(out, "--- {file}\n{}", text.trim_end()).unwrap();
            }
        }
        out
    }

    /// All stories that are a little smaller.
    pub(super) fn smaller(&self) -> Vec<Story> {
        let mut found = Vec::new();
        for at in (0..self.steps.len()).filter(|_| self.steps.len() > 1) {
            let mut story = self.clone();
            story.steps.remove(at);
            found.push(story);
        }
        let mut keys: Vec<&str> =
            self.steps.iter().flat_map(|step| &step.placed).map(|placed| placed.key.as_str()).collect();
        keys.sort_unstable();
        keys.dedup();
        let mut size = keys.len() / 2;
        while size > 0 {
            for gone in keys.chunks(size) {
                let mut story = self.clone();
                story
                    .steps
                    .iter_mut()
                    .for_each(|step| step.placed.retain(|placed| !gone.contains(&placed.key.as_str())));
                found.push(story);
            }
            size /= 2;
        }
        for at in 0..self.steps.len() {
            let step = &self.steps[at];
            for option in 0..step.options.len() {
                let mut story = self.clone();
                story.steps[at].options.remove(option);
                found.push(story);
            }
            for (place, placed) in step.placed.iter().enumerate() {
                for item in 0..placed.block.items.len() {
                    let mut story = self.clone();
                    // The same in all steps, while they say the same.
                    let gone = placed.block.items[item].clone();
                    for step in &mut story.steps[at..] {
                        for other in step.placed.iter_mut().filter(|other| other.key == placed.key) {
                            other.block.items.retain(|item| *item != gone);
                        }
                    }
                    if self.steps[at].placed[place].block.items.len() > 1 || placed.block.kind == "resource" {
                        found.push(story);
                    }
                }
            }
        }
        found.retain(|story| story.steps.iter().all(|step| !step.placed.is_empty()));
        found
    }
}

impl Step {
    /// The files of the configuration.
    pub(super) fn files(&self) -> BTreeMap<String, String> {
        let mut files: BTreeMap<String, String> = BTreeMap::new();
        for placed in &self.placed {
            let json = placed.file.ends_with(".json");
            let text = if json { placed.block.json() } else { placed.block.text() };
            files.entry(placed.file.clone()).or_default().push_str(&text);
        }
        files
    }
}

fn step(dice: &mut Dice, world: &World, number: usize) -> Step {
    let mut step = Step { placed: world.placed(), manifest: world.manifest(), ..Step::default() };
    give_values(dice, world, &mut step);
    if dice.chance(12) {
        override_something(dice, world, &mut step);
    }
    let addresses = addresses(world);
    if number > 0 {
        if dice.chance(10)
            && let Some(address) = dice.any(&addresses)
        {
            step.options.push(format!("-replace={address}"));
        }
        match dice.below(20) {
            0 => step.options.push("-refresh=false".into()),
            // acier keeps what `removed` says is to be kept, also then; Terraform does not.
            1 | 2 if !world.keeps() => step.options.push("-destroy".into()),
            3 => step.options.push("-refresh-only".into()),
            _ => {}
        }
    }
    if dice.chance(8)
        && let Some(address) = dice.any(&addresses)
    {
        step.options.push(format!("-target={address}"));
    }
    step
}

/// Some instances of resources, as the command line names them.
fn addresses(world: &World) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![(0, String::new())];
    while let Some((at, path)) = open.pop() {
        for thing in &world.modules[at].things {
            let step = |repeat: &Repeat| match repeat {
                Repeat::One => String::new(),
                Repeat::Count(_, _) => "[0]".into(),
                Repeat::Each(_, keys) => format!("[\"{}\"]", keys.first().map_or("a", String::as_str)),
            };
            match &thing.what {
                What::Resource { repeat, .. } => {
                    found.push(format!("{path}terraform_data.{}{}", thing.label, step(repeat)));
                }
                What::Call { repeat, module, .. } => {
                    open.push((*module, format!("{path}module.{}{}.", thing.label, step(repeat))));
                }
                _ => {}
            }
        }
    }
    found
}

/// Values for some variables of the root, each by one of the ways.
fn give_values(dice: &mut Dice, world: &World, step: &mut Step) {
    for thing in &world.modules[0].things {
        let What::Variable { said, .. } = &thing.what else { continue };
        if dice.chance(55) {
            continue;
        }
        let kind = if said.kind == Kind::Any { Kind::Map } else { said.kind };
        let value = constant(dice, kind);
        let text = value.trim_matches('"').to_owned();
        let name = &thing.label;
        let key = format!("value {}", thing.id);
        let mut write = |file: &str| {
            let block = Block::default().said(name, &value);
            step.placed.push(Placed { key: key.clone(), file: file.into(), block });
        };
        // An ephemeral one must be there for the apply, too.
        match if said.fleeting { 6 } else { dice.below(7) } {
            0 | 1 => write("terraform.tfvars"),
            2 => write("some.auto.tfvars"),
            3 => write(&format!("more{}.auto.tfvars.json", thing.id)),
            4 | 5 => step.options.push(format!("-var={name}={text}")),
            _ => step.env.push((format!("TF_VAR_{name}"), text)),
        }
    }
}

fn override_something(dice: &mut Dice, world: &World, step: &mut Step) {
    let at = dice.below(world.modules.len());
    let things: Vec<_> =
        world.modules[at].things.iter().filter(|thing| !matches!(thing.what, What::Call { .. })).collect();
    let Some(thing) = dice.any(&things).copied().filter(|_| world.called(at)) else { return };
    let label = thing.label.as_str();
    let block = match &thing.what {
        What::Variable { said, .. } => Block::new("variable", &[label]).fixed("default", constant(dice, said.kind)),
        What::Local(said) => Block::new("locals", &[]).said(label, constant(dice, said.kind)),
        What::Resource { .. } => match dice.below(3) {
            0 => Block::new("resource", &["terraform_data", label])
                .holding(Block::new("lifecycle", &[]).fixed("create_before_destroy", "true")),
            1 => Block::new("resource", &["terraform_data", label]).said("triggers_replace", "\"over\""),
            _ => Block::new("resource", &["terraform_data", label]).said("input", constant(dice, Kind::Any)),
        },
        What::Output { .. } => Block::new("output", &[label]).said("value", "\"over\""),
        _ => return,
    };
    let folder = &world.modules[at].folder;
    let name = *dice.of(&["override.tf", "x_override.tf"]);
    let file = if folder.is_empty() { name.into() } else { format!("{folder}/{name}") };
    step.placed.push(Placed { key: format!("override {}", thing.id), file, block });
}
