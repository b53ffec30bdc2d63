//! The terminal inside a container: a line discipline and a small shell, as a state machine.
//!
//! **Never:** wait, or run anything. In: keystrokes and the time. Out: what the terminal shows, when
//! to look again, and whether it is over. As on a real one, the terminal echoes and edits the line:
//! backspace, Ctrl-U, Ctrl-L, Ctrl-C, Ctrl-D. What is not understood is said to have been asked for.

use std::collections::BTreeMap;

use crate::emulator::answer::second;
use crate::emulator::program::{End, Mark, Spec, Timeline, Typed, typed, would_run};

/// What the shell asks with, as busybox does.
const PROMPT: &str = "/ # ";
/// What the root folder of every container holds.
const FOLDERS: [&str; 10] = ["bin", "dev", "etc", "home", "proc", "root", "sys", "tmp", "usr", "var"];
/// The longest line that a terminal takes, as Linux has it.
const LONGEST: usize = 4_096;

/// What is known of the container that the terminal is in.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// Its environment; secure values are `***`.
    pub(crate) environment: BTreeMap<String, String>,
    /// The first parts of the paths at which volumes are mounted.
    pub(crate) mounts: Vec<String>,
    /// The name of the container group, which is the host's name.
    pub(crate) host: String,
    /// Rows and columns of the terminal.
    pub(crate) size: (u16, u16),
}

/// What happens at the terminal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Step {
    /// What it shows.
    pub(crate) output: String,
    /// When there may be more to show without a keystroke, in milliseconds since 1970.
    pub(crate) wake: Option<i64>,
    /// Whether the process has ended.
    pub(crate) over: bool,
}

/// A command that takes time.
#[derive(Debug)]
struct Job {
    timeline: Timeline,
    began: i64,
    /// How much of it was shown.
    shown: Mark,
    /// Whether the process ends with it.
    last: bool,
}

/// The terminal of one process.
#[derive(Debug)]
pub(crate) struct Console {
    place: Place,
    /// Whether the process is a shell, which asks for the next command.
    shell: bool,
    line: String,
    /// What was typed while a command was running.
    ahead: String,
    /// How far an escape sequence has come: an arrow key sends three characters.
    escape: Escape,
    returned: bool,
    status: u8,
    job: Option<Job>,
    over: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Escape {
    None,
    Begun,
    Inside,
}

fn is_shell(command: &str) -> bool {
    let name = command.rsplit(['/', '\\']).next().unwrap_or(command).to_ascii_lowercase();
    matches!(
        name.as_str(),
        "sh" | "bash" | "ash" | "dash" | "zsh" | "cmd" | "cmd.exe" | "powershell" | "powershell.exe" | "pwsh"
    )
}

impl Console {
    /// Starts a process at a terminal. Its command is one program without arguments, as the service
    /// has it: what holds blanks is no program.
    pub(crate) fn open(command: &str, place: Place, now: i64) -> (Console, Step) {
        let mut console = Console {
            place,
            shell: is_shell(command),
            line: String::new(),
            ahead: String::new(),
            escape: Escape::None,
            returned: false,
            status: 0,
            job: None,
            over: false,
        };
        let mut output = String::new();
        if command.split_whitespace().count() > 1 {
            output = format!("exec: \"{command}\": executable file not found in $PATH\r\n");
            console.over = true;
        } else if console.shell {
            output.push_str(PROMPT);
        } else {
            console.run(command, now, &mut output);
        }
        let step = console.step(output, now);
        (console, step)
    }

    /// Takes keystrokes.
    pub(crate) fn press(&mut self, keys: &str, now: i64) -> Step {
        let mut output = String::new();
        for key in keys.chars() {
            self.key(key, now, &mut output);
        }
        self.step(output, now)
    }

    /// Lets time pass.
    pub(crate) fn pass(&mut self, now: i64) -> Step {
        let mut output = String::new();
        self.advance(now, &mut output);
        self.step(output, now)
    }

    fn step(&self, output: String, now: i64) -> Step {
        let wake = self.job.as_ref().and_then(|job| job.next(now));
        Step { output, wake: wake.filter(|_| !self.over), over: self.over }
    }

    fn key(&mut self, key: char, now: i64, output: &mut String) {
        if self.over {
            return;
        }
        let busy = self.job.is_some();
        match (self.escape, key) {
            (Escape::None, '\u{1b}') => self.escape = Escape::Begun,
            (Escape::None, _) if busy && key != '\u{3}' => self.ahead.push(key),
            (Escape::None, _) => self.edit(key, now, output),
            (Escape::Begun, '[' | 'O') => self.escape = Escape::Inside,
            (Escape::Inside, '0'..='9' | ';') => {}
            (Escape::Begun | Escape::Inside, _) => self.escape = Escape::None,
        }
    }

    fn edit(&mut self, key: char, now: i64, output: &mut String) {
        // A line that comes from a file may end with both.
        let doubled = std::mem::take(&mut self.returned) && key == '\n';
        match key {
            '\n' if doubled => {}
            '\r' | '\n' => {
                self.returned = key == '\r';
                output.push_str("\r\n");
                let line = std::mem::take(&mut self.line);
                self.run(&line, now, output);
            }
            '\u{3}' => {
                output.push_str("^C\r\n");
                self.line.clear();
                self.ahead.clear();
                self.status = 130;
                self.over = !self.shell;
                self.job = None;
                self.ask(output);
            }
            '\u{4}' if self.line.is_empty() => {
                output.push_str("\r\n");
                self.over = true;
            }
            '\u{7f}' | '\u{8}' => {
                if self.line.pop().is_some() {
                    output.push_str("\u{8} \u{8}");
                }
            }
            '\u{15}' => {
                output.push_str(&"\u{8} \u{8}".repeat(self.line.chars().count()));
                self.line.clear();
            }
            '\u{c}' => {
                output.push_str("\u{1b}[H\u{1b}[2J");
                output.push_str(PROMPT);
                output.push_str(&self.line);
            }
            _ if key.is_control() || self.line.len() >= LONGEST => {}
            _ => {
                self.line.push(key);
                output.push(key);
            }
        }
    }

    fn ask(&self, output: &mut String) {
        if self.shell && !self.over {
            output.push_str(PROMPT);
        }
    }

    fn run(&mut self, line: &str, now: i64, output: &mut String) {
        let line = line.trim().replace("$?", &self.status.to_string());
        if line.is_empty() {
            return self.ask(output);
        }
        let place = &self.place;
        let ask = |words: &[&str]| Some(place.answer(words, now));
        let spec = Spec { image: "", command: &[], environment: &place.environment, ports: &[], server: false };
        let Typed { timeline, leaves } = typed(&line, &spec, &ask);
        self.job = Some(Job { timeline, began: now, shown: Mark::START, last: leaves || !self.shell });
        self.advance(now, output);
    }

    fn advance(&mut self, now: i64, output: &mut String) {
        let Some(job) = &mut self.job else { return };
        job.shown.read(&job.timeline.printed(now - job.began), |line| {
            output.push_str(line);
            output.push_str("\r\n");
        });
        let Some((_, code)) = job.timeline.exit().filter(|(at, _)| job.began + at <= now) else { return };
        self.status = code;
        self.over = job.last;
        self.job = None;
        self.ask(output);
        for key in std::mem::take(&mut self.ahead).chars() {
            self.key(key, now, output);
        }
    }
}

impl Job {
    /// When it prints or ends next.
    fn next(&self, now: i64) -> Option<i64> {
        let gone = now - self.began;
        let lines = self.timeline.lines.iter().map(|line| line.at);
        let end = match &self.timeline.end {
            End::Exit { at, .. } => Some(*at),
            End::Forever => None,
            End::Rounds { at, period, .. } => Some(at + ((gone - at).max(0) / period + 1) * period),
        };
        lines.chain(end).filter(|at| *at > gone).min().map(|at| self.began + at)
    }
}

impl Place {
    /// What a program that the shell does not have itself prints, and its exit code.
    fn answer(&self, words: &[&str], now: i64) -> (Vec<String>, u8) {
        let name = words.first().map_or("", |first| first.rsplit('/').next().unwrap_or(first));
        let one = |text: &str| (vec![text.to_owned()], 0);
        match (name, words.get(1..).unwrap_or_default()) {
            ("env" | "printenv", []) => (self.variables(), 0),
            ("printenv", [name]) => match self.environment.get(*name) {
                Some(value) => one(value),
                None => (Vec::new(), 1),
            },
            ("ls", rest) => self.list(rest),
            ("pwd", []) => one("/"),
            ("hostname", []) => one(&self.host),
            ("whoami", []) => one("root"),
            ("id", []) => one("uid=0(root) gid=0(root)"),
            ("uname", []) => one("Linux"),
            ("tty", []) => one("/dev/pts/0"),
            ("date", []) => one(&second(now)),
            ("stty", ["size"]) => one(&format!("{} {}", self.size.0, self.size.1)),
            _ => one(&would_run(&words.join(" "))),
        }
    }

    fn variables(&self) -> Vec<String> {
        let mut all = self.environment.clone();
        for (name, value) in [("HOME", "/root"), ("HOSTNAME", self.host.as_str()), ("TERM", "xterm")] {
            all.entry(name.to_owned()).or_insert_with(|| value.to_owned());
        }
        all.into_iter().map(|(name, value)| format!("{name}={value}")).collect()
    }

    fn list(&self, words: &[&str]) -> (Vec<String>, u8) {
        match words {
            [] | ["/" | "."] => {
                let mut names: Vec<String> = FOLDERS.iter().map(|name| (*name).to_owned()).collect();
                names.extend(self.mounts.iter().cloned());
                names.sort();
                names.dedup();
                (names, 0)
            }
            [path] if !path.starts_with('-') => {
                let name = path.trim_matches('/');
                if FOLDERS.contains(&name) || self.mounts.iter().any(|own| own == name) {
                    (Vec::new(), 0)
                } else {
                    (vec![format!("ls: {path}: No such file or directory")], 1)
                }
            }
            _ => (vec![would_run(&format!("ls {}", words.join(" ")))], 0),
        }
    }
}
