//! `local-exec`: runs a program on this machine and tells every line that it says.
//!
//! **Never:** decide what a failure means. In: the arguments of the provisioner. Out: lines, and how it
//! ended. The decision to question: a program that it leaves running behind keeps its output open, and
//! is not waited for once the command itself has ended; when this process ends first, it ends with it.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::process::{Child, Command};

use crate::provider::{Fault, FaultKind};
use crate::value::{Content, Value};

/// How much of what it said last is told when it fails. Source: Terraform keeps as much.
const KEPT: usize = 8 * 1024;
/// How long what the command has started, and what ends with it, may take to say its last.
const REST: Duration = Duration::from_millis(200);
/// More than waits in a pipe to be read.
const PIPE: usize = 1024 * 1024;

#[cfg(windows)]
const SHELL: [&str; 2] = ["cmd", "/C"];
#[cfg(not(windows))]
const SHELL: [&str; 2] = ["/bin/sh", "-c"];

/// Runs the command; relative paths start in `folder`.
pub(super) async fn run(config: &Value, folder: &Path, tell: &dyn Fn(String)) -> Result<(), Fault> {
    let command = config.text("command").unwrap_or_default();
    let texts = |name: &str| config.get(name).and_then(Value::as_sequence).unwrap_or_default();
    let mut words: Vec<&str> = texts("interpreter").iter().filter_map(Value::as_str).collect();
    if words.is_empty() {
        words.extend(SHELL);
    }
    words.push(command);
    if config.get("quiet").and_then(Value::as_bool) == Some(true) {
        tell("local-exec: Executing: Suppressed by quiet=true".to_owned());
    } else {
        let quoted: Vec<String> = words.iter().map(|word| quoted(word)).collect();
        tell(format!("Executing: [{}]", quoted.join(" ")));
    }
    let mut program = Command::new(words[0]);
    program.args(&words[1..]).stdin(Stdio::null()).kill_on_drop(true);
    program.current_dir(folder.join(config.text("working_dir").unwrap_or_default()));
    if let Some(Content::Map(_, members)) = config.get("environment").map(Value::content) {
        let texts = members.iter().filter_map(|(name, value)| Some((&**name, value.as_str()?)));
        program.envs(texts);
    }
    let mut said = Said { tell, line: Vec::new(), kept: Vec::new() };
    let ended = follow(program, &mut said).await;
    said.flush();
    let output = String::from_utf8_lossy(&said.kept).into_owned();
    let why = match ended {
        Ok(status) if status.success() => return Ok(()),
        Ok(status) => match status.code() {
            Some(code) => format!("exit status {code}"),
            None => "it was ended by a signal".to_owned(),
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            format!("{} or its working directory was not found", quoted(words[0]))
        }
        Err(error) => error.to_string(),
    };
    Err(Fault {
        kind: FaultKind::Run,
        code: why.clone(),
        message: format!("Error running command '{command}': {why}. Output: {output}"),
        trace: String::new(),
        hint: None,
    })
}

/// What the program says, line by line.
struct Said<'t> {
    tell: &'t dyn Fn(String),
    line: Vec<u8>,
    kept: Vec<u8>,
}

impl Said<'_> {
    fn hear(&mut self, bytes: &[u8]) {
        self.kept.extend_from_slice(bytes);
        let over = self.kept.len().saturating_sub(KEPT);
        self.kept.drain(..over);
        for byte in bytes {
            match *byte {
                b'\n' => self.say(),
                _ => self.line.push(*byte),
            }
            // What never ends its line is told in pieces.
            if self.line.len() >= KEPT {
                self.say();
            }
        }
    }

    fn say(&mut self) {
        let line = String::from_utf8_lossy(&self.line);
        (self.tell)(line.trim_end_matches('\r').to_owned());
        self.line.clear();
    }

    fn flush(&mut self) {
        if !self.line.is_empty() {
            self.say();
        }
    }
}

/// One pipe for both, so that lines come in the order in which they were said.
#[cfg(unix)]
async fn follow(mut program: Command, said: &mut Said<'_>) -> std::io::Result<std::process::ExitStatus> {
    let (reader, writer) = std::io::pipe()?;
    program.stdout(writer.try_clone()?).stderr(writer);
    let mut ward = Ward::hire();
    if let Some(group) = ward.group {
        program.process_group(group);
    }
    let mut child = program.spawn()?;
    ward.watch(child.id()).await;
    // The command holds the ends to write to, and the pipe would never end.
    drop(program);
    let mut reader = tokio::net::unix::pipe::Receiver::from_owned_fd(reader.into())?;
    let status = hear_until_end(&mut child, &mut reader, said).await?;
    ward.dismiss().await;
    drain(&mut reader, said).await;
    Ok(status)
}

/// A small program that ends the command when this process is gone before it, however that happens: nobody
/// would hear what it says, or write down how it ended.
#[cfg(unix)]
struct Ward {
    /// What is said through it; its end is the sign that this process is gone.
    pipe: Option<tokio::process::ChildStdin>,
    /// The process group that the command joins when it is started, if no terminal is there that it may want to
    /// ask something: a terminal would not let such a group ask. It is the ward's own, so that no moment passes
    /// in which the command runs unwatched, and all that the command has started ends with it.
    group: Option<i32>,
}

#[cfg(unix)]
impl Ward {
    fn hire() -> Ward {
        let is_alone = !is_at_terminal();
        let script = match is_alone {
            true => "trap '' HUP INT QUIT TERM; read -r end || kill -9 -$$",
            false => "trap '' HUP INT QUIT TERM; read -r whom && { read -r end || kill -9 \"$whom\"; }",
        };
        let mut program = Command::new(SHELL[0]);
        program.args([SHELL[1], script]).env_clear().process_group(0);
        program.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        // Without a shell the command goes unwatched.
        let child = program.spawn().ok();
        let own = child.as_ref().and_then(Child::id).and_then(|id| i32::try_from(id).ok());
        let pipe = child.and_then(|mut child| child.stdin.take());
        Ward { pipe, group: is_alone.then_some(own.unwrap_or(0)) }
    }

    /// At a terminal, where the command stays in this process's group, the ward is told who it is.
    async fn watch(&mut self, id: Option<u32>) {
        if let (None, Some(id)) = (self.group, id) {
            self.say(&format!("{id}\n")).await;
        }
    }

    async fn dismiss(mut self) {
        self.say("it has ended\n").await;
    }

    async fn say(&mut self, text: &str) {
        if let Some(pipe) = &mut self.pipe {
            let _ = tokio::io::AsyncWriteExt::write_all(pipe, text.as_bytes()).await;
        }
    }
}

/// Whether a terminal controls this process; some sandboxes put another file, or a strange terminal, there.
#[cfg(unix)]
#[expect(clippy::disallowed_methods, reason = "asks whether there is a terminal")]
fn is_at_terminal() -> bool {
    std::fs::File::open("/dev/tty").is_ok_and(|file| rustix::termios::tcgetpgrp(file).is_ok())
}

#[cfg(not(unix))]
async fn follow(mut program: Command, said: &mut Said<'_>) -> std::io::Result<std::process::ExitStatus> {
    let mut child = program.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let (Some(out), Some(mut errors)) = (child.stdout.take(), child.stderr.take()) else { return child.wait().await };
    let mut both = out;
    let status = hear_until_end(&mut child, &mut both, said).await?;
    drain(&mut both, said).await;
    drain(&mut errors, said).await;
    Ok(status)
}

async fn hear_until_end(
    child: &mut Child,
    reader: &mut (impl AsyncReadExt + Unpin),
    said: &mut Said<'_>,
) -> std::io::Result<std::process::ExitStatus> {
    let mut bytes = [0_u8; 4096];
    loop {
        // The end comes first: what runs on behind the command may never leave off speaking.
        tokio::select! {
            biased;
            status = child.wait() => return status,
            read = reader.read(&mut bytes) => match read? {
                0 => return child.wait().await,
                count => said.hear(&bytes[..count]),
            },
        }
    }
}

/// What was said before the end, and what arrives soon behind it.
#[expect(clippy::disallowed_methods, reason = "it waits for last words, and not for ever")]
async fn drain(reader: &mut (impl AsyncReadExt + Unpin), said: &mut Said<'_>) {
    let mut bytes = [0_u8; 4096];
    // No more than this was said before the end. It is there already, however late it is read.
    let mut left = PIPE;
    let rest = tokio::time::sleep(REST);
    tokio::pin!(rest);
    while left > 0 {
        tokio::select! {
            biased;
            read = reader.read(&mut bytes) => match read {
                Ok(count @ 1..) => {
                    said.hear(&bytes[..count]);
                    left = left.saturating_sub(count);
                }
                _ => return,
            },
            () = &mut rest => return,
        }
    }
}

/// A word in quotes.
fn quoted(word: &str) -> String {
    let mut text = String::from("\"");
    for letter in word.chars() {
        match letter {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            other => text.push(other),
        }
    }
    text.push('"');
    text
}
