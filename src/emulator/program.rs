//! What a container does: a deterministic reading of its image, command and environment.
//!
//! **Never:** run anything. A tiny subset of the shell is understood: `echo`, `sleep`, `exit`,
//! `true`, `false`, `:`, `tail -f /dev/null`, `;`, `&&`, `||`, `while CMD; do ...; done`.
//! The result is a timeline, not a process: lines with offsets and an end, where an endless loop
//! is one round and its period, so that a year of logs costs as much as a minute.
//! `EMULATOR_` variables (`told`) come before all of that.
//! Anything else is an unknown program: a server under restart policy `Always`, else a job of two
//! seconds that succeeds and says in its log what would have run.

use std::collections::BTreeMap;

use crate::emulator::program::shell::{Script, Syntax};

mod mark;
mod shell;

pub(crate) use mark::Mark;

/// Milliseconds that an unknown job takes.
const JOB: i64 = 2_000;
/// The shortest round of an endless loop, so that its log stays finite.
const ROUND: i64 = 100;
/// Images whose default command is a shell, which ends at once without a terminal.
const SHELLS: &[&str] =
    &["alpine", "busybox", "ubuntu", "debian", "bash", "fedora", "python", "node", "azure-cli", "base", "centos"];
/// Images that are known to serve for ever, whatever the restart policy.
const SERVERS: &[&str] = &[
    "nginx",
    "httpd",
    "redis",
    "postgres",
    "mysql",
    "mariadb",
    "mongo",
    "tomcat",
    "caddy",
    "traefik",
    "haproxy",
    "memcached",
    "rabbitmq",
    "registry",
    "aci-helloworld",
    "aci-tutorial-app",
    "aci-tutorial-sidecar",
    "pause",
];

/// A line of output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Milliseconds after the start.
    pub at: i64,
    /// The text, without the line break.
    pub text: String,
}

/// How a run ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// It exits.
    Exit {
        /// Milliseconds after the start.
        at: i64,
        /// The exit code.
        code: u8,
    },
    /// It runs on and prints nothing more.
    Forever,
    /// It repeats a round for ever.
    Rounds {
        /// When the first round begins, in milliseconds after the start.
        at: i64,
        /// How long a round takes, in milliseconds; at least one.
        period: i64,
        /// What a round prints, with offsets from its begin.
        lines: Vec<Line>,
    },
}

/// One run of a container, as a timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeline {
    /// What it prints before its end.
    pub lines: Vec<Line>,
    /// Its end.
    pub end: End,
    /// How many runs end so; later ones end well. Nothing if all do.
    pub fails: Option<i64>,
}

/// What is known of a container.
#[derive(Clone, Debug)]
pub struct Spec<'a> {
    /// The image.
    pub image: &'a str,
    /// The command; empty for the image's own.
    pub command: &'a [String],
    /// Environment variables; a secure one has the value `***`, because its value is never kept.
    pub environment: &'a BTreeMap<String, String>,
    /// The ports it declares.
    pub ports: &'a [u64],
    /// Whether an unknown program counts as a server: restart policy `Always`.
    pub server: bool,
}

/// The timeline of a container.
#[must_use]
pub fn read(spec: &Spec<'_>) -> Timeline {
    if let Some(told) = read_told(spec) {
        return told;
    }
    let argv: Vec<&str> = spec.command.iter().map(String::as_str).collect();
    match argv.as_slice() {
        [] => read_image(spec),
        [shell, "-c", script, ..] if is_shell(shell) => match shell::parse(script) {
            Ok(script) => run(&script, spec),
            Err(Syntax::Wrong(message)) => exits(vec![format!("{shell}: {message}")], 0, 2),
            Err(Syntax::Unknown) => unknown(&argv.join(" "), spec),
        },
        // In exec form no shell expands variables.
        words => run(&Script::Simple(words.iter().map(|word| shell::Word::literal(word)).collect()), spec),
    }
}

/// What the environment tells the container to do, whatever its image and command.
fn read_told(spec: &Spec<'_>) -> Option<Timeline> {
    let told = |name: &str| spec.environment.get(name);
    let number = |name: &str| told(name).and_then(|text| text.trim().parse::<i64>().ok());
    let fails = number("EMULATOR_FAILS");
    let (code, seconds) = (told("EMULATOR_EXIT_CODE"), told("EMULATOR_SECONDS"));
    let log = told("EMULATOR_LOG");
    if code.is_none() && seconds.is_none() && log.is_none() && fails.is_none() {
        return None;
    }
    let code = number("EMULATOR_EXIT_CODE").unwrap_or(i64::from(fails.is_some()));
    let seconds = seconds.and_then(|text| text.trim().parse::<f64>().ok()).filter(|time| (0.0..1e9).contains(time));
    #[expect(clippy::cast_possible_truncation, reason = "the range was checked")]
    let at = seconds.map_or(JOB, |seconds| (seconds * 1_000.0) as i64);
    let texts: Vec<&str> = log.map(|log| log.lines().collect()).unwrap_or_default();
    let count = i64::try_from(texts.len()).unwrap_or(1).max(1);
    let lines = texts.iter().zip(0..).map(|(text, number)| Line { at: at * number / count, text: (*text).to_owned() });
    let code = u8::try_from(code.rem_euclid(256)).unwrap_or(2);
    Some(Timeline { lines: lines.collect(), end: End::Exit { at, code }, fails })
}

fn is_shell(path: &str) -> bool {
    matches!(path.rsplit('/').next(), Some("sh" | "bash" | "ash" | "dash"))
}

/// The last part of an image's name, without tag and digest.
fn image_name(image: &str) -> &str {
    let last = image.rsplit('/').next().unwrap_or(image);
    last.split([':', '@']).next().unwrap_or(last)
}

fn read_image(spec: &Spec<'_>) -> Timeline {
    let name = image_name(spec.image);
    if name == "hello-world" {
        return exits(vec!["Hello from Docker!".to_owned()], 0, 0);
    }
    if SHELLS.contains(&name) {
        return exits(Vec::new(), 0, 0);
    }
    if spec.server || SERVERS.contains(&name) || !spec.ports.is_empty() {
        let lines = spec.ports.iter().map(|port| Line { at: 0, text: format!("listening on port {port}") }).collect();
        return Timeline { lines, end: End::Forever, fails: None };
    }
    unknown(&format!("the default command of {}", spec.image), spec)
}

/// The line that stands for a program which the emulator does not know.
pub(crate) fn would_run(what: &str) -> String {
    format!("[emulator] would run: {what}")
}

fn unknown(what: &str, spec: &Spec<'_>) -> Timeline {
    if spec.server {
        Timeline { lines: vec![Line { at: 0, text: would_run(what) }], end: End::Forever, fails: None }
    } else {
        exits(vec![would_run(what)], JOB, 0)
    }
}

fn exits(lines: Vec<String>, at: i64, code: u8) -> Timeline {
    Timeline {
        lines: lines.into_iter().map(|text| Line { at: 0, text }).collect(),
        end: End::Exit { at, code },
        fails: None,
    }
}

fn run(script: &Script, spec: &Spec<'_>) -> Timeline {
    play(script, spec, None).timeline
}

/// What programs beside the shell's own print, with their exit codes; nothing for unknown ones.
pub(crate) type Programs<'a> = &'a dyn Fn(&[&str]) -> Option<(Vec<String>, u8)>;

/// What a line does that was typed into a shell.
#[derive(Debug)]
pub(crate) struct Typed {
    /// What it prints, and how it ends.
    pub(crate) timeline: Timeline,
    /// Whether the shell ends with it.
    pub(crate) leaves: bool,
}

/// Reads a line that was typed into a shell.
pub(crate) fn typed(line: &str, spec: &Spec<'_>, programs: Programs<'_>) -> Typed {
    let stays = |timeline| Typed { timeline, leaves: false };
    match shell::parse(line) {
        Ok(script) => play(&script, spec, Some(programs)),
        Err(Syntax::Wrong(message)) => stays(exits(vec![format!("sh: {message}")], 0, 2)),
        Err(Syntax::Unknown) => stays(exits(vec![would_run(line)], 0, 0)),
    }
}

fn play(script: &Script, spec: &Spec<'_>, programs: Option<Programs<'_>>) -> Typed {
    let mut tape = Tape { spec, programs, now: 0, lines: Vec::new(), open: false };
    let (end, leaves) = match tape.play(script) {
        Ok(code) => (End::Exit { at: tape.now, code }, false),
        Err(Stop::Exit(code)) => (End::Exit { at: tape.now, code }, true),
        Err(Stop::End(end)) => (end, false),
    };
    Typed { timeline: Timeline { lines: tape.lines, end, fails: None }, leaves }
}

/// Why a script does not go on.
enum Stop {
    Exit(u8),
    End(End),
}

struct Tape<'a> {
    spec: &'a Spec<'a>,
    programs: Option<Programs<'a>>,
    now: i64,
    lines: Vec<Line>,
    /// Whether the last line still waits for its line break (`echo -n`).
    open: bool,
}

impl Tape<'_> {
    fn play(&mut self, script: &Script) -> Result<u8, Stop> {
        match script {
            Script::Simple(words) => self.command(words),
            Script::Sequence(parts) => parts.iter().try_fold(0, |_, part| self.play(part)),
            Script::And(left, right) => match self.play(left)? {
                0 => self.play(right),
                code => Ok(code),
            },
            Script::Or(left, right) => match self.play(left)? {
                0 => Ok(0),
                _ => self.play(right),
            },
            Script::While { test, body } => self.repeat(test, body),
        }
    }

    /// A round has no variables to change, so that each is like the first: either the loop ends
    /// in its first round or never.
    fn repeat(&mut self, test: &Script, body: &Script) -> Result<u8, Stop> {
        let (begin, known) = (self.now, self.lines.len());
        self.open = false;
        if self.play(test)? != 0 {
            return Ok(0);
        }
        self.play(body)?;
        self.open = false;
        let lines = self.lines.split_off(known).into_iter().map(|line| Line { at: line.at - begin, ..line }).collect();
        Err(Stop::End(End::Rounds { at: begin, period: (self.now - begin).max(ROUND), lines }))
    }

    fn command(&mut self, words: &[shell::Word]) -> Result<u8, Stop> {
        let words: Vec<String> = words.iter().filter_map(|word| word.expand(self.spec.environment)).collect();
        let text: Vec<&str> = words.iter().map(String::as_str).collect();
        let program = text.first().map(|first| first.rsplit('/').next().unwrap_or(first));
        match (program, text.get(1..).unwrap_or_default()) {
            (None, _) | (Some("true" | ":"), _) => Ok(0),
            (Some("false"), _) => Ok(1),
            (Some("echo"), ["-n", rest @ ..]) => self.print(&rest.join(" "), true),
            (Some("echo"), rest) => self.print(&rest.join(" "), false),
            (Some("exit"), []) => Err(Stop::Exit(0)),
            (Some("exit"), [code, ..]) => match code.parse::<i64>() {
                // A process has eight bits to say how it ended.
                Ok(code) => Err(Stop::Exit(u8::try_from(code.rem_euclid(256)).unwrap_or(2))),
                Err(_) => {
                    self.line(&format!("exit: Illegal number: {code}"));
                    Err(Stop::Exit(2))
                }
            },
            (Some("sleep"), [time]) => self.sleep(time),
            (Some("tail"), ["-f", "/dev/null"]) => Err(Stop::End(End::Forever)),
            _ => match self.programs.and_then(|programs| programs(&text)) {
                Some((lines, code)) => {
                    lines.iter().for_each(|line| self.line(line));
                    Ok(code)
                }
                None => self.unknown(&text.join(" ")),
            },
        }
    }

    fn sleep(&mut self, time: &str) -> Result<u8, Stop> {
        let (number, unit) = match time.strip_suffix(['s', 'm', 'h', 'd']) {
            Some(number) => (number, &time[number.len()..]),
            None => (time, "s"),
        };
        if time == "infinity" || time == "inf" {
            return Err(Stop::End(End::Forever));
        }
        let factor = [("s", 1_000.0), ("m", 60_000.0), ("h", 3_600_000.0), ("d", 86_400_000.0)]
            .into_iter()
            .find_map(|(own, factor)| (own == unit).then_some(factor))
            .unwrap_or(1_000.0);
        match number.parse::<f64>() {
            Ok(seconds) if (0.0..1e9).contains(&seconds) => {
                #[expect(clippy::cast_possible_truncation, reason = "the range was checked")]
                let pause = (seconds * factor) as i64;
                self.now += pause;
                self.open = false;
                Ok(0)
            }
            _ => {
                self.line(&format!("sleep: invalid time interval '{time}'"));
                Ok(1)
            }
        }
    }

    fn unknown(&mut self, what: &str) -> Result<u8, Stop> {
        self.line(&would_run(what));
        if self.spec.server {
            return Err(Stop::End(End::Forever));
        }
        self.now += JOB;
        Ok(0)
    }

    fn line(&mut self, text: &str) {
        self.open = false;
        self.lines.push(Line { at: self.now, text: text.to_owned() });
    }

    fn print(&mut self, text: &str, open: bool) -> Result<u8, Stop> {
        match self.lines.last_mut() {
            Some(last) if self.open => last.text.push_str(text),
            _ => self.line(text),
        }
        self.open = open;
        Ok(0)
    }
}

/// How many lines of a log are kept at most, as Azure does for stopped instances.
pub const KEPT: usize = 1_000;

impl Timeline {
    /// The lines printed by `elapsed` milliseconds after the start; of many only the last
    /// [`KEPT`].
    #[must_use]
    pub fn printed(&self, elapsed: i64) -> Vec<Line> {
        let mut lines: Vec<Line> = self.lines.iter().filter(|line| line.at <= elapsed).cloned().collect();
        if let End::Rounds { at, period, lines: round } = &self.end
            && elapsed >= *at
            && !round.is_empty()
        {
            let rounds = (elapsed - at) / period;
            let wanted = i64::try_from(KEPT / round.len() + 1).unwrap_or(1);
            for number in (rounds - wanted).max(0)..=rounds {
                let begin = at + number * period;
                let shifted = round.iter().map(|line| Line { at: begin + line.at, text: line.text.clone() });
                lines.extend(shifted.filter(|line| line.at <= elapsed));
            }
        }
        let spare = lines.len().saturating_sub(KEPT);
        lines.split_off(spare)
    }

    /// When and how one run ends, if it does.
    #[must_use]
    pub fn exit(&self) -> Option<(i64, u8)> {
        match self.end {
            End::Exit { at, code } => Some((at, code)),
            End::Forever | End::Rounds { .. } => None,
        }
    }
}
