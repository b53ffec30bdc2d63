//! `exec` at a real terminal: a pseudo-terminal of which the test holds the other end.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::AsFd;
use std::process::{Child, Stdio};

use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};

use super::bench::{Folder, signal};
use super::operating::TEXT;

/// A process at a terminal. It dies with the test.
pub(super) struct Session {
    child: Child,
    keys: File,
    /// What came, which may end within a letter.
    seen: Vec<u8>,
}

impl Session {
    pub(super) fn start(folder: &Folder, line: &str, rows: u16, columns: u16) -> Session {
        let outer = rustix::pty::openpt(rustix::pty::OpenptFlags::RDWR | rustix::pty::OpenptFlags::NOCTTY).unwrap();
        rustix::pty::grantpt(&outer).unwrap();
        rustix::pty::unlockpt(&outer).unwrap();
        let name = rustix::pty::ptsname(&outer, Vec::new()).unwrap();
        let flags = rustix::fs::OFlags::RDWR | rustix::fs::OFlags::NOCTTY;
        let inner = rustix::fs::open(name, flags, rustix::fs::Mode::empty()).unwrap();
        let size = Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&outer, size).unwrap();
        let words: Vec<&str> = line.split_whitespace().collect();
        let end = || Stdio::from(inner.try_clone().unwrap());
        assert!(!is_raw(&outer), "a fresh terminal is not raw");
        let mut command = folder.command(&words, &[]);
        let child = command.stdin(end()).stdout(end()).stderr(end()).spawn().unwrap();
        // From here on the process alone holds its end: when that goes, so does what is read from it.
        Session { child, keys: File::from(outer), seen: Vec::new() }
    }

    /// Reads until the screen ends with a text, and gives what came.
    #[track_caller]
    pub(super) fn until(&mut self, text: &str) -> String {
        let from = self.seen.len();
        while !self.seen[from..].ends_with(text.as_bytes()) {
            let mut part = [0; 1024];
            // An error says that nobody holds the other end any more.
            let count = self.keys.read(&mut part).unwrap_or(0);
            assert!(count > 0, "it ended; {text:?} did not come after {:?}", String::from_utf8_lossy(&self.seen));
            self.seen.extend_from_slice(&part[..count]);
        }
        String::from_utf8(self.seen[from..].to_vec()).unwrap()
    }

    pub(super) fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
    }

    fn is_raw(&self) -> bool {
        is_raw(&self.keys)
    }

    /// What Ctrl-C would do at a terminal of its own.
    fn interrupt(&self) {
        signal(&self.child, "INT");
    }

    pub(super) fn end(&mut self) -> Option<i32> {
        self.child.wait().unwrap().code()
    }
}

/// The modes of a terminal are asked for at either end.
fn is_raw(end: &impl AsFd) -> bool {
    let modes = tcgetattr(end.as_fd()).unwrap().local_modes;
    !modes.intersects(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG)
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn folder() -> Folder {
    let folder = Folder::with(TEXT);
    folder.run("apply -auto-approve").exits(0);
    folder
}

const EXEC: &str = "exec azurerm_container_group.pair/app";

#[test]
fn a_session_at_a_terminal() {
    let folder = folder();
    let mut session = Session::start(&folder, EXEC, 33, 101);
    assert_eq!(session.until("/ # "), "/ # ");
    assert!(session.is_raw());
    session.press("stty size\r");
    assert_eq!(session.until("/ # "), "stty size\r\n33 101\r\n/ # ");
    // Ctrl-C goes to the command in the container and ends that, not acier.
    session.press("sleep 1000\r");
    session.until("sleep 1000\r\n");
    session.press("\u{3}");
    assert_eq!(session.until("/ # "), "^C\r\n/ # ");
    session.press("echo $? $COLOUR\r");
    assert_eq!(session.until("/ # "), "echo $? $COLOUR\r\n130 blue\r\n/ # ");
    session.press("exit 5\r");
    assert_eq!(session.end(), Some(0));
    assert!(!session.is_raw(), "the terminal stays raw");
}

#[test]
fn the_terminal_is_restored_when_acier_is_told_to_end() {
    let folder = folder();
    for name in ["TERM", "HUP", "INT"] {
        let mut session = Session::start(&folder, EXEC, 24, 80);
        session.until("/ # ");
        assert!(session.is_raw());
        signal(&session.child, name);
        assert_eq!(session.end(), Some(130), "{name}");
        assert!(!session.is_raw(), "the terminal stays raw after {name}");
    }
}

/// A container that is stopped takes its terminals with it, and what is said of it stands on a
/// line of its own, at a terminal that is as it was.
#[test]
fn the_terminal_is_restored_when_the_container_ends() {
    let emulator = super::bench::Served::start("");
    let folder = emulator.serve(Folder::with(TEXT).set("TF_VAR_environment", "public"));
    folder.run("apply -auto-approve").exits(0);
    let mut session = Session::start(&folder, &format!("-no-color {EXEC}"), 24, 80);
    session.until("/ # ");
    folder.run("stop azurerm_container_group.pair").exits(0);
    let said = session.until("\r\n╵\r\n");
    assert!(said.starts_with("\r\n╷\r\n│ Error: The connection to app failed\r\n"), "{said:?}");
    assert!(said.contains("the container has stopped"), "{said:?}");
    assert_eq!(session.end(), Some(1));
    assert!(!session.is_raw(), "the terminal stays raw");
}

/// After a stage the process has listened to interrupts; the next question is left by one all the same.
#[test]
fn an_interrupt_at_a_later_question_ends_the_run() {
    let folder = Folder::example("11-stages");
    let mut session = Session::start(&folder, "apply", 60, 200);
    session.until("Enter a value: ");
    session.press("yes\n");
    assert!(session.until("Enter a value: ").contains("Stage 2"));
    session.interrupt();
    assert_eq!(session.end(), Some(130));
    folder.run("apply -auto-approve").exits(0).says("Resources: 1 added");
}
