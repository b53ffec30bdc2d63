//! A configuration as the draw thinks of it: modules with things in them that know each other by
//! number, so that any of them can be renamed, repeated or carried elsewhere.
//!
//! **Never:** know how a thing came about. In: a world. Out: placed blocks. Expressions hold
//! `«number:form»` where they refer to something; the text is made when everything has its place.

use super::block::{Block, Given};

/// What a value roughly is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number,
    Bool,
    List,
    Map,
    Any,
}

/// An expression and what is known of its value.
#[derive(Clone, Debug)]
pub(super) struct Said {
    pub(super) text: String,
    pub(super) kind: Kind,
    /// Known before anything is made, and no secret.
    pub(super) pure: bool,
    pub(super) secret: bool,
    pub(super) fleeting: bool,
    /// Holds ids, which have another order in every run.
    pub(super) random: bool,
}

/// How often a thing stands.
#[derive(Clone, Debug)]
pub(super) enum Repeat {
    One,
    /// With the number, if the text alone tells it.
    Count(String, Option<usize>),
    /// With the keys, if the text alone tells them.
    Each(String, Vec<String>),
}

#[derive(Clone, Debug)]
pub(super) struct Thing {
    pub(super) id: usize,
    pub(super) label: String,
    pub(super) json: bool,
    pub(super) what: What,
}

#[derive(Clone, Debug)]
pub(super) enum What {
    Variable {
        said: Said,
        block: Block,
        set: bool,
    },
    Local(Said),
    Resource {
        repeat: Repeat,
        said: Said,
        depends: Vec<usize>,
        block: Block,
    },
    Call {
        repeat: Repeat,
        module: usize,
        depends: Vec<usize>,
        arguments: Vec<(usize, Said)>,
    },
    Output {
        said: Said,
        depends: Vec<usize>,
        block: Block,
    },
    /// `check`, `moved`, `removed`, `import` ...
    Statement(Block),
}

#[derive(Clone, Debug)]
pub(super) struct Module {
    pub(super) folder: String,
    pub(super) things: Vec<Thing>,
}

/// All of a configuration. The first module is the root.
#[derive(Clone, Debug)]
pub(super) struct World {
    pub(super) modules: Vec<Module>,
    pub(super) next: usize,
}

/// A block in its file. The key is the same in all configurations of a story.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    pub(super) key: String,
    pub(super) file: String,
    pub(super) block: Block,
}

impl World {
    pub(super) fn fresh(&mut self) -> usize {
        self.next += 1;
        self.next
    }

    pub(super) fn thing(&self, id: usize) -> Option<(usize, &Thing)> {
        let mut all =
            self.modules.iter().enumerate().flat_map(|(at, module)| module.things.iter().map(move |thing| (at, thing)));
        all.find(|(_, thing)| thing.id == id)
    }

    pub(super) fn thing_mut(&mut self, id: usize) -> Option<&mut Thing> {
        self.modules.iter_mut().flat_map(|module| &mut module.things).find(|thing| thing.id == id)
    }

    /// Whether a `removed` block keeps an object.
    pub(super) fn keeps(&self) -> bool {
        let keeps =
            |thing: &Thing| matches!(&thing.what, What::Statement(block) if block.text().contains("destroy = false"));
        self.modules.iter().any(|module| module.things.iter().any(keeps))
    }

    /// The outputs of a module.
    pub(super) fn outputs(&self, module: usize) -> Vec<(&Thing, &Said)> {
        let outputs = self.modules[module].things.iter().filter_map(|thing| match &thing.what {
            What::Output { said, .. } => Some((thing, said)),
            _ => None,
        });
        outputs.collect()
    }

    /// Whether some call leads to this module.
    pub(super) fn called(&self, module: usize) -> bool {
        let calls = |at: &Module| {
            at.things.iter().any(|thing| matches!(thing.what, What::Call { module: to, .. } if to == module))
        };
        module == 0 || self.modules.iter().enumerate().any(|(at, holder)| calls(holder) && self.called(at))
    }

    /// The folder of each module under the path of its calls, for the list of installed modules.
    pub(super) fn manifest(&self) -> Vec<(String, String, String)> {
        let mut found = Vec::new();
        let mut open = vec![(0, String::new())];
        while let Some((at, path)) = open.pop() {
            for thing in &self.modules[at].things {
                if let What::Call { module, .. } = thing.what {
                    let path = if path.is_empty() { thing.label.clone() } else { format!("{path}.{}", thing.label) };
                    found.push((path.clone(), self.source(at, module), self.modules[module].folder.clone()));
                    open.push((module, path));
                }
            }
        }
        found
    }

    /// How one module calls another one's folder.
    pub(super) fn source(&self, from: usize, to: usize) -> String {
        let (from, to) = (&self.modules[from].folder, &self.modules[to].folder);
        match to.strip_prefix(&format!("{from}/")) {
            Some(rest) => format!("./{rest}"),
            None if from.is_empty() => format!("./{to}"),
            None => format!("{}{to}", "../".repeat(from.split('/').count())),
        }
    }

    /// The text of an expression, with its references.
    pub(super) fn fill(&self, text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('«') {
            let (inside, after) = after.split_once('»').unwrap();
            let (id, form) = inside.split_once(':').unwrap_or((inside, ""));
            out += before;
            out += &self.reference(id.parse().unwrap(), form);
            rest = after;
        }
        out + rest
    }

    fn reference(&self, id: usize, form: &str) -> String {
        let Some((_, thing)) = self.thing(id) else { return "\"gone\"".into() };
        let label = &thing.label;
        match &thing.what {
            What::Variable { .. } => format!("var.{label}"),
            What::Local(_) => format!("local.{label}"),
            What::Resource { repeat, .. } => repeated(&format!("terraform_data.{label}"), repeat, form),
            What::Call { repeat, .. } => {
                let Some((_, out)) = form.split_once('.') else {
                    return repeated(&format!("module.{label}"), repeat, form);
                };
                let output = out.parse().ok().and_then(|out| self.thing(out));
                let Some((_, output)) = output else { return "\"gone\"".into() };
                repeated(&format!("module.{label}"), repeat, &form.replace(out, &output.label))
            }
            What::Output { .. } | What::Statement(_) => "\"gone\"".into(),
        }
    }

    /// The address of a resource or call without keys, as its module sees it.
    pub(super) fn name(&self, id: usize) -> Option<String> {
        let (_, thing) = self.thing(id)?;
        match thing.what {
            What::Resource { .. } => Some(format!("terraform_data.{}", thing.label)),
            What::Call { .. } => Some(format!("module.{}", thing.label)),
            What::Variable { .. } => Some(format!("var.{}", thing.label)),
            What::Local(_) => Some(format!("local.{}", thing.label)),
            _ => None,
        }
    }

    fn filled(&self, block: &Block) -> Block {
        let mut block = block.clone();
        self.fill_block(&mut block);
        block
    }

    fn fill_block(&self, block: &mut Block) {
        use super::block::Item;
        for item in &mut block.items {
            match item {
                Item::Argument(_, Given::Said(text) | Given::Fixed(text) | Given::Name(text)) => {
                    *text = self.fill(text)
                }
                Item::Argument(_, Given::Names(texts)) => texts.iter_mut().for_each(|text| *text = self.fill(text)),
                Item::Block(inner) => self.fill_block(inner),
                Item::Raw(_) => {}
            }
        }
    }

    /// All blocks of all modules.
    pub(super) fn placed(&self) -> Vec<Placed> {
        let mut out = Vec::new();
        for (at, module) in self.modules.iter().enumerate().filter(|(at, _)| self.called(*at)) {
            for thing in &module.things {
                let block = self.filled(&self.block(at, thing));
                let prefix = if module.folder.is_empty() { String::new() } else { format!("{}/", module.folder) };
                let file = match (thing.json, &thing.what) {
                    (true, _) => format!("{prefix}f{}.tf.json", thing.id),
                    (false, What::Output { .. }) => format!("{prefix}outputs.tf"),
                    _ => format!("{prefix}main.tf"),
                };
                out.push(Placed { key: thing.id.to_string(), file, block });
            }
        }
        out
    }

    fn block(&self, at: usize, thing: &Thing) -> Block {
        let label = thing.label.as_str();
        let names = |depends: &[usize]| depends.iter().filter_map(|id| self.name(*id)).collect::<Vec<_>>();
        match &thing.what {
            What::Variable { block, .. } => Block { labels: vec![label.into()], ..block.clone() },
            What::Local(said) => Block::new("locals", &[]).said(label, &said.text),
            What::Resource { repeat, depends, block, .. } => {
                let mut whole = stand(Block::new("resource", &["terraform_data", label]), repeat);
                whole.items.extend(block.items.clone());
                whole.names("depends_on", names(depends))
            }
            What::Call { repeat, module, depends, arguments } => {
                let source = format!("\"{}\"", self.source(at, *module));
                let mut whole = stand(Block::new("module", &[label]).fixed("source", source), repeat);
                for (variable, said) in arguments {
                    if let Some((_, variable)) = self.thing(*variable) {
                        whole = whole.said(&variable.label, &said.text);
                    }
                }
                whole.names("depends_on", names(depends))
            }
            What::Output { said, depends, block } => {
                let mut whole = Block::new("output", &[label]).said("value", &said.text);
                whole.items.extend(block.items.clone());
                whole.names("depends_on", names(depends))
            }
            What::Statement(block) => block.clone(),
        }
    }
}

fn stand(block: Block, repeat: &Repeat) -> Block {
    match repeat {
        Repeat::One => block,
        Repeat::Count(text, _) => block.said("count", text),
        Repeat::Each(text, _) => block.said("for_each", text),
    }
}

/// A reference to something that stands once or often: `one.x` is the member `x` of one of them,
/// `all.x` of all, no form is the whole of it.
fn repeated(name: &str, repeat: &Repeat, form: &str) -> String {
    let Some((which, member)) = form.split_once('.') else { return name.to_owned() };
    match (which, repeat) {
        ("one" | "all", Repeat::One) => format!("{name}.{member}"),
        ("splat", Repeat::One) => format!("{name}[*].{member}"),
        ("one", Repeat::Count(_, Some(count))) if *count > 0 => format!("{name}[{}].{member}", count - 1),
        ("one", Repeat::Count(..)) => format!("try({name}[0].{member}, null)"),
        ("one", Repeat::Each(_, keys)) => match keys.first() {
            Some(key) => format!("{name}[\"{key}\"].{member}"),
            None => format!("try(values({name})[0].{member}, null)"),
        },
        ("all" | "splat", Repeat::Count(..)) => format!("{name}[*].{member}"),
        ("all", Repeat::Each(..)) => format!("{{ for k, o in {name} : k => o.{member} }}"),
        ("splat", Repeat::Each(..)) => format!("values({name})[*].{member}"),
        (other, _) => panic!("{other} is no form of a reference"),
    }
}
