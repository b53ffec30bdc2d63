//! A workbench: a temporary folder with files, our binary run in it, and what it said.
//!
//! The environment is empty but for what a test gives, so that nothing of the machine decides.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::time::{Duration, Instant};

use regex::Regex;

/// A configuration folder that goes away with the test.
pub(crate) struct Folder {
    own: tempfile::TempDir,
    env: Vec<(String, String)>,
}

/// Copies the files of a folder, and those of the folders in it.
fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("the example is there") {
        let from = entry.unwrap().path();
        let to = to.join(from.file_name().unwrap());
        if from.is_file() {
            fs::copy(&from, &to).unwrap();
        } else if from.file_name().is_some_and(|name| name != "state") {
            fs::create_dir(&to).unwrap();
            copy(&from, &to);
        }
    }
}

impl Folder {
    /// An empty folder.
    pub(crate) fn new() -> Folder {
        Folder { own: tempfile::tempdir().expect("a temporary folder"), env: Vec::new() }
    }

    /// A folder with one `main.tf`.
    pub(crate) fn with(text: &str) -> Folder {
        let folder = Folder::new();
        folder.write("main.tf", text);
        folder
    }

    /// A copy of an example.
    pub(crate) fn example(name: &str) -> Folder {
        let folder = Folder::new();
        copy(&root().join("examples").join(name), folder.path());
        folder
    }

    /// Every later run sees this variable.
    pub(crate) fn set(mut self, name: &str, value: &str) -> Folder {
        self.env.push((name.into(), value.into()));
        self
    }

    pub(crate) fn path(&self) -> &Path {
        self.own.path()
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// The contents of all files below a folder, by name with slashes.
    pub(crate) fn files(&self, below: &str) -> BTreeMap<String, Vec<u8>> {
        let mut found = BTreeMap::new();
        let mut waiting = vec![self.path().join(below)];
        while let Some(folder) = waiting.pop() {
            for entry in fs::read_dir(folder).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    waiting.push(path);
                } else {
                    let name = path.strip_prefix(self.path()).unwrap().to_str().unwrap().replace('\\', "/");
                    found.insert(name, fs::read(&path).unwrap());
                }
            }
        }
        found
    }

    pub(crate) fn command(&self, words: &[&str], env: &[(&str, &str)]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_acier"));
        command.current_dir(self.path()).args(words).env_clear().stdin(Stdio::null());
        // Windows opens no socket without it.
        command.envs(std::env::var_os("SystemRoot").map(|root| ("SystemRoot", root)));
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        command.envs(env.iter().copied());
        command
    }

    /// The same without locks, whose text says who held them last.
    pub(crate) fn kept(&self) -> BTreeMap<String, Vec<u8>> {
        self.files("").into_iter().filter(|(name, _)| !name.ends_with("/lock")).collect()
    }

    /// Runs a command line, split at blanks, to its end.
    pub(crate) fn run(&self, line: &str) -> Ran {
        self.run_with(line, &[])
    }

    /// The same with more environment.
    pub(crate) fn run_with(&self, line: &str, env: &[(&str, &str)]) -> Ran {
        let words: Vec<&str> = line.split_whitespace().collect();
        let began = Instant::now();
        let output = self.command(&words, env).output().expect("the binary starts");
        Ran { took: began.elapsed(), ..Ran::of(line, output) }
    }

    /// Begins a command and hands it over while it runs.
    pub(crate) fn start(&self, line: &str, env: &[(&str, &str)]) -> Running {
        let words: Vec<&str> = line.split_whitespace().collect();
        let mut command = self.command(&words, env);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the binary starts");
        let out = BufReader::new(child.stdout.take().unwrap());
        Running { line: line.into(), child, out, seen: String::new(), began: Instant::now() }
    }
}

/// A run that ended.
#[derive(Clone, Debug)]
pub(crate) struct Ran {
    line: String,
    /// The exit code; nothing if a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
    pub(crate) took: Duration,
}

impl Ran {
    /// What a process said that was run in another way.
    pub(crate) fn of(line: &str, output: Output) -> Ran {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("acier writes UTF-8");
        let (out, err) = (text(output.stdout), text(output.stderr));
        Ran { line: line.into(), code: output.status.code(), out, err, took: Duration::ZERO }
    }

    fn whole(&self) -> String {
        let Ran { line, code, out, err, .. } = self;
        format!("`acier {line}` ended with {code:?}\n--- standard output\n{out}\n--- standard error\n{err}")
    }

    /// Asserts the exit code.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Ran {
        assert_eq!(self.code, Some(code), "{}", self.whole());
        self
    }

    /// Asserts that standard output holds a text.
    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Ran {
        assert!(self.out.contains(text), "{text:?} is missing: {}", self.whole());
        self
    }

    /// Asserts that standard error holds a text.
    #[track_caller]
    pub(crate) fn complains(self, text: &str) -> Ran {
        assert!(self.err.contains(text), "{text:?} is missing: {}", self.whole());
        self
    }

    /// Asserts that neither output holds a text.
    #[track_caller]
    pub(crate) fn never_says(self, text: &str) -> Ran {
        assert!(!self.out.contains(text) && !self.err.contains(text), "{text:?} is there: {}", self.whole());
        self
    }

    /// Asserts that nothing was complained about.
    #[track_caller]
    pub(crate) fn quiet(self) -> Ran {
        assert!(self.err.is_empty(), "standard error is not empty: {}", self.whole());
        self
    }
}

/// A run that goes on. It dies with the test.
pub(crate) struct Running {
    line: String,
    child: Child,
    out: BufReader<ChildStdout>,
    seen: String,
    began: Instant,
}

impl Running {
    /// The next line of standard output, without its end; nothing when there are no more.
    pub(crate) fn next_line(&mut self) -> Option<String> {
        let mut line = String::new();
        let read = self.out.read_line(&mut line).expect("acier writes UTF-8");
        self.seen.push_str(&line);
        (read > 0).then(|| line.trim_end().to_owned())
    }

    /// Reads up to the line that holds a text.
    #[track_caller]
    pub(crate) fn await_line(&mut self, text: &str) -> String {
        while let Some(line) = self.next_line() {
            if line.contains(text) {
                return line;
            }
        }
        panic!("{text:?} was never printed: {}", self.finish().whole());
    }

    /// Types a line.
    pub(crate) fn answer(&mut self, text: &str) {
        writeln!(self.child.stdin.as_mut().unwrap(), "{text}").expect("it listens");
    }

    /// Kills the process as the system would: nothing of it runs any more.
    pub(crate) fn kill(&mut self) -> Ran {
        // It may have ended already.
        let _ = self.child.kill();
        self.finish()
    }

    /// Waits for its end.
    pub(crate) fn end(mut self) -> Ran {
        self.finish()
    }

    /// What Ctrl-C does.
    #[cfg(unix)]
    pub(crate) fn interrupt(&self) {
        self.signal("INT");
    }

    /// Sends a signal.
    #[cfg(unix)]
    pub(crate) fn signal(&self, name: &str) {
        signal(&self.child, name);
    }

    /// Whether it has not ended yet.
    pub(crate) fn goes_on(&mut self) -> bool {
        self.child.try_wait().expect("it can be asked").is_none()
    }

    fn finish(&mut self) -> Ran {
        drop(self.child.stdin.take());
        while self.next_line().is_some() {}
        let mut err = String::new();
        if let Some(mut pipe) = self.child.stderr.take() {
            pipe.read_to_string(&mut err).expect("acier writes UTF-8");
        }
        let code = self.child.wait().expect("it can be waited for").code();
        Ran { line: self.line.clone(), code, out: self.seen.clone(), err, took: self.began.elapsed() }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends a process a signal, without a program that a machine may lack.
#[cfg(unix)]
#[track_caller]
pub(crate) fn signal(child: &Child, name: &str) {
    use rustix::process::Signal;
    let signal = match name {
        "INT" => Signal::INT,
        "TERM" => Signal::TERM,
        "HUP" => Signal::HUP,
        other => panic!("what is {other}?"),
    };
    rustix::process::kill_process(rustix::process::Pid::from_child(child), signal).expect("it is there");
}

/// `acier emulator` in a process and a folder of its own.
pub(crate) struct Served {
    folder: Folder,
    running: Running,
    /// `http://127.0.0.1:PORT`
    pub(crate) http: String,
    /// `https://127.0.0.1:PORT`
    pub(crate) https: String,
    /// The connection that the test itself asks through: with one for each request, whoever asks again and
    /// again would soon have used every port of the machine.
    line: RefCell<Option<BufReader<TcpStream>>>,
}

impl Served {
    /// Starts it and waits until it says that it is ready.
    pub(crate) fn start(options: &str) -> Served {
        Served::start_in(Folder::new(), options)
    }

    /// The same with rules of what goes wrong.
    pub(crate) fn with_faults(rules: &str) -> Served {
        Served::start_in(Folder::new().set("ACIER_EMULATOR_FAULTS", rules), "")
    }

    fn start_in(folder: Folder, options: &str) -> Served {
        let mut running = folder.start(&format!("emulator -folder=cloud {options}"), &[]);
        let http = running.await_line("http ").split_whitespace().last().unwrap().to_owned();
        let https = running.await_line("https ").split_whitespace().last().unwrap().to_owned();
        running.await_line("Stop it with Ctrl-C");
        Served { folder, running, http, https, line: RefCell::default() }
    }

    /// One of the files that it keeps.
    pub(crate) fn kept(&self, name: &str) -> PathBuf {
        self.folder.path().join("cloud").join(name)
    }

    /// Where its auth file lies.
    pub(crate) fn auth_file(&self) -> PathBuf {
        self.folder.path().join("cloud/auth.json")
    }

    /// A configuration folder whose runs know this emulator by its auth file alone.
    pub(crate) fn serve(&self, folder: Folder) -> Folder {
        folder.set("AZURE_AUTH_LOCATION", self.auth_file().to_str().unwrap())
    }

    /// One request with a token, as anybody could send it: status and body.
    pub(crate) fn ask(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        // One that has long been idle may have been closed by the emulator, and so not heard this.
        let kept = self.line.take().and_then(|mut line| Some((self.exchange(&mut line, method, path, body)?, line)));
        let (answer, line) = kept.unwrap_or_else(|| {
            let address = self.http.trim_start_matches("http://");
            let mut line = BufReader::new(TcpStream::connect(address).expect("the emulator listens"));
            (self.exchange(&mut line, method, path, body).expect("an answer"), line)
        });
        self.line.replace(Some(line));
        answer
    }

    /// Asks through a connection; nothing if it was closed before the answer began.
    fn exchange(&self, line: &mut BufReader<TcpStream>, method: &str, path: &str, body: &str) -> Option<(u16, String)> {
        let address = self.http.trim_start_matches("http://");
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer x.y.z\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        );
        line.get_mut().write_all(request.as_bytes()).ok()?;
        let mut head = String::new();
        line.read_line(&mut head).ok().filter(|count| *count > 0)?;
        while !head.ends_with("\r\n\r\n") {
            assert!(line.read_line(&mut head).unwrap() > 0, "the emulator hung up after {head:?}");
        }
        let length =
            head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        line.read_exact(&mut body).unwrap();
        Some((head.split(' ').nth(1).unwrap().parse().unwrap(), String::from_utf8(body).unwrap()))
    }

    /// Lets time pass in its cloud: `90s`.
    pub(crate) fn forward(&self, time: &str) {
        let (status, body) = self.ask("POST", &format!("/acier/clock?forward={time}"), "");
        assert_eq!(status, 200, "{body}");
    }

    /// Every id that ever came into being: how often, and whether it exists.
    pub(crate) fn census(&self) -> BTreeMap<String, (u64, bool)> {
        let (status, body) = self.ask("GET", "/acier/census", "");
        assert_eq!(status, 200, "{body}");
        let entries: Vec<serde_json::Value> = serde_json::from_str(&body).unwrap();
        let one = |entry: &serde_json::Value| {
            let id = entry["id"].as_str().unwrap().to_owned();
            (id, (entry["created"].as_u64().unwrap(), entry["exists"].as_bool().unwrap()))
        };
        entries.iter().map(one).collect()
    }

    /// Stops it at once.
    pub(crate) fn stop(&mut self) -> Ran {
        self.running.kill()
    }
}

/// The folder of the project.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What differs from run to run, by name: folders, times, ports, addresses, random ids.
pub(crate) fn redact(text: &str, folder: &Folder) -> String {
    let rules = [
        (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "[TIME]"),
        (r"after (\d+m)?\d+s", "after [TIME]"),
        // A machine may be so slow that it is said once more that something goes on.
        (r"(?m)^.*: Still \w+\.\.\. \[.* elapsed\].*\n", ""),
        (r"127\.0\.0\.1:\d+", "127.0.0.1:[PORT]"),
        (r"\b20\.\d+\.\d+\.\d+", "[ADDRESS]"),
        (r"process \d+", "process [ID]"),
        (r"os error \d+", "os error [CODE]"),
        (r"waiting \d+ s", "waiting [TIME]"),
        (r"[0-9a-f]{8}-[0-9a-f]{4}-[1-9a-f][0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", "[ID]"),
    ];
    let known = "00000000-0000-4000-8000-";
    let mut text = text.replace(folder.path().to_str().unwrap(), "[FOLDER]").replace(known, "[SUBSCRIPTION]");
    for (pattern, name) in rules {
        text = Regex::new(pattern).unwrap().replace_all(&text, name).into_owned();
    }
    text.replace("[SUBSCRIPTION]", known)
}

/// Whether this run of the tests writes down what it finds.
pub(crate) fn blessing() -> bool {
    std::env::var_os("ACIER_BLESS").is_some()
}

/// Compares a text with a file of the tests, or writes that file.
#[track_caller]
pub(crate) fn golden(file: &str, text: &str) {
    let path = root().join("tests/suite/cli").join(file);
    if blessing() {
        fs::write(&path, text).unwrap();
        return;
    }
    let kept = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert!(kept == text, "{file} differs (ACIER_BLESS=1 rewrites it):\n{}", difference(&kept, text));
}

/// The lines that differ, with what stands around them.
pub(crate) fn difference(kept: &str, found: &str) -> String {
    similar::TextDiff::from_lines(kept, found).unified_diff().header("kept", "found").to_string()
}
