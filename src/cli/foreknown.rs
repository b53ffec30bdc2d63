//! Provider configurations that data sources decide: these are read first, with the configurations that
//! are known already.
//!
//! **Never:** act, or guess what only an apply makes known: that is an error with the reference that is not
//! known. In: a configuration and its inputs. Out: all provider configurations with their values. The
//! decision to question: what is read here is read again by the plan, because only the plan judges it.

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::addr::{Addr, Block, Key as AddrKey, Mode};
use crate::diag::{Diagnostic, Diagnostics};
use crate::engine::seek::answer;
use crate::lang::configuration::{Configuration, uses_default};
use crate::lang::inputs::Inputs;
use crate::lang::module::{Node, ProviderBlock};
use crate::lang::scope::Scope;
use crate::lang::tree::{Spot, Tree, UnitId};
use crate::lang::waits::Keys;
use crate::plan::Questions;
use crate::seal::Key;
use crate::value::Name;

use super::cloud::{Cloud, connect_all, nowhere};
use super::kinds;
use super::project::Project;
use super::screen::Screen;
use super::session::{Outcome, place, show};

/// So many data sources are read at the same time.
const PARALLELISM: usize = 10;

/// All configurations of a provider, with their values as far as they are known before anything is made.
pub(super) async fn configurations(
    project: &Project,
    inputs: &Inputs,
    provider: &Name,
    home: Option<&Name>,
    screen: &Screen,
) -> Outcome<Vec<Configuration>> {
    let scope = project.scope(inputs, false);
    let ahead = ahead(&project.tree, provider);
    let mut reading = Reading { project, provider, home, scope, ahead, read: BTreeSet::new(), screen };
    loop {
        let all = reading.all()?;
        if reading.ahead.is_empty() || !reading.round(&all).await? {
            let unknown: Vec<&Configuration> = all.iter().filter(|own| !own.value.is_wholly_known()).collect();
            let found = reading.causes(&unknown).into_iter().map(|own| not_known(&mut reading.scope, own)).collect();
            show(screen, &place(project, Diagnostics(found)), &project.sources)?;
            return Ok(all);
        }
    }
}

/// Those that are needed: the default one is there even where nobody wrote it.
pub(super) fn needed(mut all: Vec<Configuration>, tree: &Tree, provider: &str) -> Vec<Configuration> {
    let further = all.len() > 1;
    all.retain(|own| !own.name.is_empty() || own.span.is_some() || !further || uses_default(tree, provider));
    all
}

/// The data blocks that the provider blocks need, each after what it needs itself.
fn ahead(tree: &Tree, provider: &Name) -> Vec<Spot> {
    behind(tree, tree.root().providers.iter().filter(|block| block.name.provider == *provider))
}

/// Those that one configuration needs.
fn ahead_of(tree: &Tree, provider: &Name, name: &str) -> Vec<Spot> {
    let blocks = tree.root().providers.iter();
    behind(tree, blocks.filter(|block| block.name.provider == *provider && block.makes(name)))
}

fn behind<'b>(tree: &Tree, blocks: impl Iterator<Item = &'b ProviderBlock>) -> Vec<Spot> {
    let roots: Vec<Spot> =
        blocks.map(|block| Spot { unit: UnitId::ROOT, node: Node::Provider(block.name.clone()) }).collect();
    let is_data = |spot: &&Spot| matches!(&spot.node, Node::Block(block) if block.mode == Mode::Data);
    let needed = tree.graph.all_needs(&roots);
    tree.order.iter().filter(is_data).filter(|spot| needed.contains(*spot)).cloned().collect()
}

struct Reading<'a> {
    project: &'a Project,
    provider: &'a Name,
    home: Option<&'a Name>,
    scope: Scope,
    ahead: Vec<Spot>,
    read: BTreeSet<Addr>,
    screen: &'a Screen,
}

impl Reading<'_> {
    fn all(&mut self) -> Outcome<Vec<Configuration>> {
        let all = self.scope.configurations(self.provider);
        all.or_else(|wrong| self.stop(wrong))
    }

    fn stop<T>(&self, wrong: Diagnostics) -> Outcome<T> {
        show(self.screen, &place(self.project, wrong), &self.project.sources)?;
        Err(super::exit::Exit::Failed)
    }

    /// Reads what can be read by now; whether that was anything.
    async fn round(&mut self, all: &[Configuration]) -> Outcome<bool> {
        let known: Vec<Configuration> = all.iter().filter(|own| own.value.is_wholly_known()).cloned().collect();
        let mut questions = Questions::default();
        for spot in self.ahead.clone() {
            if let Err(wrong) = self.ask(&spot, &known, &mut questions) {
                return self.stop(wrong);
            }
        }
        if questions.is_empty() {
            return Ok(false);
        }
        let cloud = self.cloud(&known, &questions).await?;
        // Only what is sought by its id needs a key of some meaning.
        match answer(&cloud, &questions, &Key::new(&[0; 32]), PARALLELISM).await {
            Ok(answers) => {
                for (addr, value) in answers.data {
                    self.scope.publish(&addr, value);
                    self.read.insert(addr);
                }
                Ok(true)
            }
            Err(wrong) => self.stop(wrong),
        }
    }

    /// Adds the instances of a data block that can be read now.
    fn ask(&mut self, spot: &Spot, known: &[Configuration], questions: &mut Questions) -> Result<(), Diagnostics> {
        let Node::Block(local) = &spot.node else { return Ok(()) };
        let tree = self.project.tree.clone();
        let declared = tree.block(spot.unit, local);
        let waits = |block: &Block| block.mode == Mode::Managed || self.is_unread(block);
        if tree.needs(&declared).iter().any(|need| waits(&need.block)) {
            return Ok(());
        }
        for path in self.scope.instances(spot.unit)? {
            let block = local.within(path);
            let Keys::Known(keys) = self.scope.repetition(&block)? else { continue };
            self.scope.publish_keys(&block, keys.clone());
            for addr in keys.into_iter().map(|key| block.instance(key)) {
                if self.read.contains(&addr) {
                    continue;
                }
                let name = self.scope.configuration(&addr)?;
                let desired = self.scope.desired(&addr)?;
                let reached = kinds::is_builtin(&block.kind) || known.iter().any(|own| own.name == name);
                if reached && desired.value.is_wholly_known() {
                    questions.data.push((addr.clone(), desired.value));
                    questions.configurations.insert(addr, name);
                }
            }
        }
        Ok(())
    }

    /// Those that are not known for a reason of their own, and not because what they refer to is read with
    /// another one that is not known.
    fn causes<'c>(&mut self, unknown: &[&'c Configuration]) -> Vec<&'c Configuration> {
        let tree = self.project.tree.clone();
        let is_unknown = |name: &str| unknown.iter().any(|own| *own.name == *name);
        let mut behind = Vec::new();
        for own in unknown {
            let needed = ahead_of(&tree, self.provider, &own.name);
            let blocks = needed.iter().filter_map(|spot| match &spot.node {
                Node::Block(block) => Some(tree.block(spot.unit, block).instance(AddrKey::None)),
                _ => None,
            });
            let names: Vec<Name> = blocks.filter_map(|addr| self.scope.configuration(&addr).ok()).collect();
            if names.iter().any(|name| *name != own.name && is_unknown(name)) {
                behind.push(own.name.clone());
            }
        }
        let own: Vec<&Configuration> = unknown.iter().copied().filter(|own| !behind.contains(&own.name)).collect();
        if own.is_empty() { unknown.to_vec() } else { own }
    }

    /// Whether a data block has nothing that was read.
    fn is_unread(&self, block: &Block) -> bool {
        !self.read.iter().any(|addr| *addr.block.declared() == *block)
    }

    /// A cloud to read in: none at all where only the built-in kinds are asked.
    async fn cloud(&self, known: &[Configuration], questions: &Questions) -> Outcome<Cloud> {
        if questions.data.iter().all(|(addr, _)| kinds::is_builtin(&addr.block.kind))
            && let Some(cloud) = nowhere(&self.project.folder)
        {
            return Ok(cloud);
        }
        let used: Vec<Configuration> = known
            .iter()
            .filter(|own| questions.configurations.values().any(|name| *name == own.name))
            .cloned()
            .collect();
        let shown = self.screen.clone();
        let notice = Rc::new(move |text: String| shown.note(&text));
        match connect_all(&used, self.home, &self.project.folder, notice).await {
            Ok(cloud) => Ok(cloud),
            Err(wrong) => self.stop((*wrong).into()),
        }
    }
}

/// Says what of a configuration is not known.
fn not_known(scope: &mut Scope, own: &Configuration) -> Diagnostic {
    let name = if own.name.is_empty() { "azurerm" } else { &own.name };
    let open = scope.open_arguments(&own.name);
    let lines: Vec<String> =
        open.iter().map(|(argument, waits)| format!("\n  - {argument} refers to {}", waits.join(", "))).collect();
    let detail = format!(
        "The provider configuration {name} depends on values that are not known before something is made, or that are read \
         with this configuration itself:{}\n\nNothing can be read or made before it is known where.",
        lines.concat()
    );
    let hint = "Use variables, literals, or data sources that need no cloud or are read with another provider \
                configuration; or make what it refers to in a configuration of its own, and read that with data \
                \"terraform_remote_state\".";
    let at = open.first().map(|(argument, _)| argument.clone());
    let span = at.and_then(|argument| scope.argument_span(&own.name, &argument)).or(own.span);
    Diagnostic::error("Provider configuration not known", detail).at_maybe(span).hint(hint)
}
