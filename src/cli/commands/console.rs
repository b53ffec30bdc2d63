//! `acier console`
//!
//! **Never:** change anything: it reads the configuration, the values of variables and the stored
//! state, and asks no cloud. History stays in memory, because a line may hold a secret. The decision
//! to question: from a pipe every line is answered, and an expression may go on over lines. Terraform answers only
//! the last line, and what `exit` stands behind not at all; whoever pipes one expression sees no difference, and
//! of several none is lost.

use std::collections::BTreeMap;
use std::io::{BufRead, IsTerminal};
use std::path::Path;
use std::rc::Rc;

use rustyline::error::ReadlineError;
use rustyline::history::MemHistory;
use rustyline::{Config, Editor};

use crate::addr::{Block, Key};
use crate::cli::exit::Exit;
use crate::cli::project::{Project, Var};
use crate::cli::screen::Screen;
use crate::cli::session::{Outcome, open_state, show};
use crate::cli::type_page;
use crate::diag::{Diagnostic, Diagnostics, Sources};
use crate::lang::ast::{Expr, ExprKind};
use crate::lang::parse;
use crate::lang::scope::Scope;
use crate::plan::propose::conceal;
use crate::plan::render;
use crate::state::State;
use crate::store::Access;

const HELP: &str = "\
Type an expression of the language and press Enter to see its value. What the configuration names can
be named here: var.x, local.y, and the objects of the stored state as kind.name. A value that is not
there yet is shown as (known after apply). type(...) shows the type of a value.

An expression with open brackets goes on in the next line; an empty line gives it up.
exit, Control-C or Control-D end the console.";

/// What became of a line.
enum Answer {
    Value(String),
    Wrong,
    /// It goes on in the next line.
    Open,
    Exit,
}

struct Console<'s> {
    scope: Scope,
    sources: Sources,
    screen: &'s Screen,
    /// The lines of an expression that is not at its end.
    pending: String,
}

pub(in crate::cli) fn run(folder: &Path, vars: &[Var], screen: &Screen) -> Outcome<Exit> {
    let schemas = Rc::new(crate::cli::kinds::schemas());
    let opened = match Project::open(folder, schemas.clone()) {
        // A folder without configuration is as good as any other to try an expression.
        Err(broken) if broken.is_missing() => Project::from_sources(folder, Sources::default(), schemas),
        opened => opened,
    };
    let mut project = opened.map_err(|broken| broken.tell(screen))?;
    show(screen, &project.warnings, &project.sources)?;
    let inputs = project.some_inputs(vars, screen)?;
    let home = project.state(screen)?;
    let state = match home.exists() {
        true => open_state(&home, Access::Read, screen)?.1,
        false => State::default(),
    };
    let mut scope = project.scope(&inputs, true);
    publish(&mut scope, &state);
    let mut console = Console { scope, sources: project.sources, screen, pending: String::new() };
    if std::io::stdin().is_terminal() { Ok(console.converse()) } else { Ok(console.read()) }
}

/// Shows the objects of the state to expressions.
fn publish(scope: &mut Scope, state: &State) {
    let tree = scope.tree().clone();
    let mut keys: BTreeMap<&Block, Vec<Key>> = BTreeMap::new();
    for addr in state.objects.keys().filter(|addr| tree.resource(&addr.block).is_some()) {
        keys.entry(&addr.block).or_default().push(addr.key.clone());
    }
    for (block, keys) in keys {
        scope.publish_keys(block, keys);
    }
    for (addr, object) in state.objects.iter().filter(|(addr, _)| tree.resource(&addr.block).is_some()) {
        scope.publish(addr, conceal(&object.value));
    }
}

impl Console<'_> {
    /// Answers a person at a terminal until they leave.
    fn converse(&mut self) -> Exit {
        let config = Config::builder().auto_add_history(false).build();
        let Ok(mut editor) = Editor::<(), MemHistory>::with_history(config, MemHistory::new()) else {
            return self.read();
        };
        loop {
            let prompt = if self.pending.is_empty() { "> " } else { ". " };
            match editor.readline(prompt) {
                Ok(line) => {
                    if !line.trim().is_empty() {
                        let _ = editor.add_history_entry(line.as_str());
                    }
                    match self.line(&line, true) {
                        Answer::Value(text) => self.screen.line(&text),
                        Answer::Wrong | Answer::Open => {}
                        Answer::Exit => return Exit::Done,
                    }
                }
                // As in a shell: it gives up what was begun, and where nothing was, it ends.
                Err(ReadlineError::Interrupted) if !self.pending.is_empty() => self.pending.clear(),
                Err(_) => return Exit::Done,
            }
        }
    }

    /// Answers the lines of a pipe until one is wrong.
    fn read(&mut self) -> Exit {
        let mut lines = std::io::stdin().lock().lines();
        loop {
            let line = match lines.next() {
                Some(Ok(line)) => line,
                Some(Err(error)) => {
                    let detail = format!("Standard input cannot be read: {error}.");
                    self.screen.diagnostic(&Diagnostic::error("Input cannot be read", detail), &self.sources);
                    return Exit::Failed;
                }
                None if self.pending.is_empty() => return Exit::Done,
                None => {
                    let text = std::mem::take(&mut self.pending);
                    return match self.evaluate(&text) {
                        Ok(text) => {
                            self.screen.line(&text);
                            Exit::Done
                        }
                        Err(wrong) => {
                            self.screen.diagnostics(&wrong, &self.sources);
                            Exit::Failed
                        }
                    };
                }
            };
            match self.line(&line, false) {
                Answer::Value(text) => self.screen.line(&text),
                Answer::Wrong => return Exit::Failed,
                Answer::Open => {}
                Answer::Exit => return Exit::Done,
            }
        }
    }

    /// Takes a line. At a terminal an empty one ends what is open.
    fn line(&mut self, line: &str, terminal: bool) -> Answer {
        if self.pending.is_empty() {
            match line.trim() {
                "" => return Answer::Open,
                "exit" => return Answer::Exit,
                "help" => return Answer::Value(HELP.to_owned()),
                _ => {}
            }
        }
        let given_up = terminal && line.trim().is_empty();
        self.pending.push_str(line);
        self.pending.push('\n');
        let text = self.pending.clone();
        match self.evaluate(&text) {
            Err(wrong) if !given_up && is_open(&wrong) => Answer::Open,
            answer => {
                self.pending.clear();
                match answer {
                    Ok(text) => Answer::Value(text),
                    Err(wrong) => {
                        self.screen.diagnostics(&wrong, &self.sources);
                        Answer::Wrong
                    }
                }
            }
        }
    }

    fn parse(&mut self, text: &str) -> Result<Expr, Diagnostics> {
        let file = self.sources.add("<console-input>", text.trim_end());
        match parse::expression(&self.sources, file) {
            // The end of a heredoc is a whole line.
            Err(_) if text.contains("<<") => {
                let file = self.sources.add("<console-input>", text);
                parse::expression(&self.sources, file)
            }
            parsed => parsed,
        }
    }

    fn evaluate(&mut self, text: &str) -> Result<String, Diagnostics> {
        let expr = self.parse(text)?;
        if let Some(inner) = type_call(&expr) {
            return Ok(type_page::ty(&self.scope.ask(inner)?.ty()));
        }
        Ok(render::value(&self.scope.ask(&expr)?))
    }
}

/// The argument of `type(...)`, which is no function of the language.
fn type_call(expr: &Expr) -> Option<&Expr> {
    match &expr.kind {
        ExprKind::Parens(inner) => type_call(inner),
        ExprKind::Call(call) if matches!(&*call.name, "type" | "core::type") && !call.spread => match &*call.args {
            [only] => Some(only),
            _ => None,
        },
        _ => None,
    }
}

/// Whether nothing is wrong but that the text ends too early.
fn is_open(wrong: &Diagnostics) -> bool {
    let early = |finding: &Diagnostic| match &*finding.summary {
        "Unbalanced parentheses" | "Unterminated comment" => true,
        "Missing expression" => finding.detail.contains("end of the"),
        "Unterminated template string" => finding.detail.starts_with("The heredoc"),
        summary => summary.starts_with("Unterminated ") && finding.detail.contains("before the end of the"),
    };
    !wrong.is_empty() && wrong.iter().all(early)
}
